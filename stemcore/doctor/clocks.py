"""What time others have: tokens, leases and certificates are held against it."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from functools import partial
from time import time

import httpx
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import connection

from stemcore.database import read
from stemcore.doctor import DATABASE, Check, Findings, Skipped
from stemcore.http import http_client
from stemcore.providers.base import KeyedProvider
from stemcore.providers.registry import configured, provider
from stemcore.supabase.tokens import LEEWAY_S

WORTH_A_WORD_S = 5.0


def checks() -> Iterator[Check]:
    yield Check("clock and the database's", _database, needs=DATABASE)
    yield Check("clock and Supabase's", _supabase)
    for name in dict.fromkeys((*configured("generation"), *configured("embedding"))):
        asked = provider(name)
        if isinstance(asked, KeyedProvider):
            yield Check(f"clock and {name}'s", partial(_server, name, asked.address))


async def _database() -> Findings:
    return _difference("the database", await _database_time() - time())


@read
def _database_time() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        found: float = cursor.fetchone()[0]
    return found


async def _supabase() -> Findings:
    if not settings.SUPABASE_URL:
        raise Skipped("Supabase is not configured")
    return await _server("Supabase", f"{settings.SUPABASE_URL}/auth/v1/settings")


async def _server(whose: str, address: str) -> Findings:
    """By the date that any answer bears; no key is sent."""
    try:
        answer = await http_client("doctor").get(address)
        theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (httpx.HTTPError, ValueError, TypeError):
        raise Skipped("no answer with a date") from None
    return _difference(whose, theirs - time())


def _difference(whose: str, seconds: float) -> list[CheckMessage]:
    """A finding about a clock that is `seconds` ahead of ours, where that matters."""
    if abs(seconds) <= WORTH_A_WORD_S:
        return []
    # What a token's times may be off by.
    kind, code = (Error, "E039") if abs(seconds) > LEEWAY_S else (Warning, "W040")
    where = "behind" if seconds > 0 else "ahead of"
    return [
        kind(
            f"The clock of this machine is {abs(seconds):.0f} s {where} that of {whose}.",
            hint="Set it by NTP (timedatectl set-ntp true).",
            id=f"stemcore.{code}",
        )
    ]
