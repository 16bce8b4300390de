"""Periodic jobs: each is done again and again, whatever becomes of the others."""

import asyncio

import pytest
from django.db import OperationalError

from stemcore import periodic
from stemcore.periodic import Job, start_jobs
from stemcore.runtime import run, runtime


def test_a_job_goes_on_after_the_database_failed_it_and_ends_with_the_runtime(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(periodic, "_jobs", {})
    done: list[str] = []
    enough = asyncio.Event()

    async def fails() -> None:
        done.append("fails")
        raise OperationalError

    async def works() -> None:
        done.append("works")
        if done.count("works") >= 3 and done.count("fails") >= 3:
            enough.set()

    async def main() -> None:
        periodic.register(Job("fails", 0.001, fails))
        periodic.register(Job("works", 0.001, works))
        start_jobs()
        await asyncio.wait_for(enough.wait(), 30)
        await runtime().close()
        await asyncio.sleep(0)
        before = len(done)
        await asyncio.sleep(0.05)
        assert len(done) == before

    run(main())


def test_the_service_sweeps_guests_and_the_word_index() -> None:
    assert {"guest-sweep", "chunk-words-sweep"} <= set(periodic._jobs)
