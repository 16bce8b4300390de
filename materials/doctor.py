"""What a deployment needs for materials: the queue's functions, and a column for our vectors."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import Error as DatabaseFailure
from django.db import connection, transaction

from stemcore.doctor import DATABASE, Check, in_database
from stemcore.supabase.acting import as_service

_FUNCTIONS = """
SELECT wanted FROM unnest(%s::text[]) wanted WHERE to_regprocedure(wanted) IS NULL
"""
FUNCTIONS = (
    "enqueue_material_job(uuid,uuid)",
    "dequeue_material_jobs(integer,integer)",
    "ack_material_job(bigint)",
)
_COLUMN = """
SELECT atttypmod FROM pg_attribute
WHERE attrelid = to_regclass('public.material_chunks') AND attname = 'embedding'
"""


def checks() -> Iterator[Check]:
    yield Check("queue of materials", in_database(_queue), needs=DATABASE)
    yield Check("column of vectors", in_database(_column), needs=DATABASE)


def _queue() -> Iterator[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTIONS, [[*FUNCTIONS]])
        missing = [name for (name,) in cursor.fetchall()]
    for name in missing:
        yield Error(
            f"The database has no function {name}.",
            hint="Carry out the platform's migrations, with its extension pgmq.",
            id="materials.E001",
        )
    if not missing:
        yield from _look()


def _look() -> Iterator[CheckMessage]:
    """Takes a message and puts it back, as nobody but the service may."""
    try:
        with transaction.atomic():
            with as_service(), connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM dequeue_material_jobs(1, 1)")
            transaction.set_rollback(True)
    except DatabaseFailure as error:
        yield Error(
            f"The queue of materials cannot be read ({type(error).__name__}).",
            hint="Check that the platform's queue `material_jobs` is there, and the grants of "
            "docs/deploy.md.",
            id="materials.E002",
        )


def _column() -> Iterator[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMN)
        row = cursor.fetchone()
    if row is None:
        yield Error(
            "The database has no column of vectors, public.material_chunks.embedding.",
            hint="Carry out the platform's migrations, with its extension vector.",
            id="materials.E003",
        )
    elif row[0] != settings.EMBEDDING_DIM:
        yield Error(
            f"The platform stores vectors of {row[0]} numbers, and EMBEDDING_DIM is "
            f"{settings.EMBEDDING_DIM}.",
            hint=f"Set EMBEDDING_DIM={row[0]}, and an embedding model of as many.",
            id="materials.E003",
        )
