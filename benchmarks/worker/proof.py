"""What is done to the workers, and what must hold afterwards."""

import random
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from tqdm import tqdm

from benchmarks.worker.fleet import platform_worker, workers
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests import factories
from tests.materials import files
from tests.materials.queue import enqueue
from tests.service import environment
from tests.stubs import steps
from tests.stubs.providers import ProviderStub
from tests.stubs.supabase import StorageStub

KEY = "service-role-key-of-the-proof"
CONTENT = files.text_pdf("Velocity is distance over time.", "Momentum is mass times velocity.")
PAGES = 2
BROKEN_EVERY = 10
FAILING = 0.3
PLATFORM_EVERY_S = 4.0
"""How often the platform's worker takes a message: most of the work must be left to ours."""

_OUTCOME = """
select j.status, m.status as material, m.metadata->'warnings' as warnings, j.last_error,
    j.attempts, j.locked_at,
    (select count(*) from public.material_chunks c where c.material_id = m.id) as chunks,
    (select count(distinct (c.source_index)) from public.material_chunks c
     where c.material_id = m.id) as pages,
    (select bool_and(c.text = 'By the platform.') from public.material_chunks c
     where c.material_id = m.id) as by_platform
from public.materials m left join public.material_processing_jobs j on j.material_id = m.id
order by m.created_at
"""
_LEFT = """
select count(*) as n from public.material_processing_jobs
where status in ('pending', 'retry', 'processing')
"""


@dataclass(frozen=True)
class Trial:
    """How much is done to the workers.

    `provider_s` is how long an embedding takes: long enough that kills hit jobs in work.
    `patience_s` is for the end, and only hanging needs it. `after_kill` is called after each kill.
    """

    jobs: int
    kills: int
    pause_s: tuple[float, float]
    restarts: bool
    provider_s: float
    patience_s: float
    after_kill: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Outcome:
    """The jobs of a trial by how they ended."""

    completed: int
    failed: int
    by_platform: int
    attempts: int
    seconds: float


def run(server: ServerHandle, database: str, trial: Trial, seed: int = 1) -> Outcome:
    """Carries out a trial and checks every row. Raises AssertionError."""
    dice, began = random.Random(seed), time.monotonic()
    address = server.url(database)
    with ExitStack() as stack:
        bucket = StorageStub(KEY)
        stack.enter_context(bucket.server)
        provider = ProviderStub(record=False).start()
        stack.callback(provider.stop)
        provider.openai.always_embeddings(lambda _: _reaction(dice, trial.provider_s))
        _make_materials(trial.jobs, bucket)
        environ = {
            **environment(server.url(database, LOGIN), provider.port),
            "SUPABASE_URL": bucket.server.url,
            "SUPABASE_SERVICE_ROLE_KEY": KEY,
            "LOG_LEVEL": "error",
        }
        stack.enter_context(platform_worker(address, every_s=PLATFORM_EVERY_S))
        crew = stack.enter_context(workers(2, environ))
        for number in tqdm(range(trial.kills), desc="kills", disable=None):
            time.sleep(dice.uniform(*trial.pause_s))
            crew.kill(dice.randrange(2))
            trial.after_kill()
            if trial.restarts and number == trial.kills // 2:
                server.restart()
        _wait(address, trial)
        assert crew.ended == 0, "a worker ended by itself"
    return _checked(address, trial, time.monotonic() - began)


def _reaction(dice: random.Random, seconds: float) -> steps.Step:
    if dice.random() < FAILING:
        return steps.error(500)
    return steps.Step("vectors", delay_s=seconds)


def _make_materials(count: int, bucket: StorageStub) -> None:
    teacher = factories.user("teacher", "Tess Teacher")
    classroom = factories.classroom(teacher, title="Mechanics")
    for number in range(count):
        material = factories.material(classroom, status="pending", metadata={"kind": "pdf"})
        broken = number % BROKEN_EVERY == BROKEN_EVERY - 1
        bucket.files[material.storage_path] = b"rubbish" if broken else CONTENT
        enqueue(material)


def _wait(address: str, trial: Trial) -> None:
    until = time.monotonic() + trial.patience_s
    with tqdm(desc="jobs ended", total=trial.jobs, disable=None) as bar:
        while left := _query(address, _LEFT)[0]["n"]:
            bar.update(trial.jobs - left - bar.n)
            assert time.monotonic() < until, f"{left} jobs have not ended"
            time.sleep(0.5)
        bar.update(trial.jobs - bar.n)


def _query(address: str, statement: str) -> list[dict[str, Any]]:
    while True:
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(address, row_factory=dict_row) as connection,
        ):
            return connection.execute(statement.encode()).fetchall()
        time.sleep(0.5)


def _checked(address: str, trial: Trial, seconds: float) -> Outcome:
    rows = _query(address, _OUTCOME)
    assert len(rows) == trial.jobs, "a material has no job, or two"
    for row in rows:
        assert row["locked_at"] is None, row
        if row["by_platform"]:
            assert (row["status"], row["material"], row["chunks"]) == ("completed", "ready", 1), row
        elif row["status"] == "completed":
            assert (row["material"], row["chunks"], row["pages"]) == ("ready", PAGES, PAGES), row
            assert row["warnings"] == [], row
        else:
            assert (row["status"], row["material"], row["chunks"]) == ("failed", "failed", 0), row
            assert row["last_error"], row
            assert len(row["warnings"]) == 1, row
    return Outcome(
        completed=sum(row["status"] == "completed" for row in rows),
        failed=sum(row["status"] == "failed" for row in rows),
        by_platform=sum(bool(row["by_platform"]) for row in rows),
        attempts=sum(row["attempts"] for row in rows),
        seconds=seconds,
    )
