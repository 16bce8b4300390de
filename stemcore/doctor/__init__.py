"""Examining a deployment: each part that the service stands on is really used once.

    results = await examine()

A check gives findings, each with an id and a remedy, or none when all is well. Apps add theirs
when they are ready (`register`). Checks run side by side, each within `LIMIT_S`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter

from django.core.checks import ERROR, WARNING, CheckMessage, Error
from django.db import Error as DatabaseFailure

from stemcore.database import LONG, read
from stemcore.providers import prepare

LIMIT_S = 12.0
"""Time of one check; that of its lane in the database, or of its call over the network, is less."""

DATABASE = "database"
"""The check without which the others of the database say nothing."""

Findings = Iterable[CheckMessage]


class Outcome(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Skipped(Exception):
    """A check does not apply here; the argument says why."""


@dataclass(frozen=True)
class Check:
    """`work` gives findings, or raises Skipped. It begins when the check it `needs` went well."""

    name: str
    work: Callable[[], Awaitable[Findings]]
    needs: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a check, in `took_ms`; `reason` says why it was skipped."""

    check: str
    findings: tuple[CheckMessage, ...] = ()
    reason: str = ""
    took_ms: int = field(default=0, compare=False)

    @property
    def outcome(self) -> Outcome:
        worst = max((finding.level for finding in self.findings), default=0)
        if worst >= ERROR:
            return Outcome.FAILED
        if worst >= WARNING:
            return Outcome.WARNING
        return Outcome.SKIPPED if self.reason else Outcome.OK


Source = Callable[[], Iterable[Check]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Adds checks; `source` is asked for them when a deployment is examined."""
    _sources[name] = source


def in_database(
    found: Callable[[], Iterable[CheckMessage]],
) -> Callable[[], Awaitable[Findings]]:
    """The work of a check that is one unit of database work."""

    @read(lane=LONG)
    def work() -> Findings:
        return list(found())

    return work


async def examine() -> list[Result]:
    """The results of all checks, in their order. Raises nothing that a deployment can cause."""
    prepare()  # seconds of imports that no check's time should go by
    checks = list(_all())
    tasks: dict[str, asyncio.Task[Result]] = {}
    async with asyncio.TaskGroup() as group:
        for check in checks:
            tasks[check.name] = group.create_task(_result(check, tasks.get(check.needs)))
    return [task.result() for task in tasks.values()]


def _all() -> Iterator[Check]:
    # Loads the adapters, which other commands do without.
    from stemcore.doctor import clocks, database, providers, services, settings

    for part in (settings, database, services, clocks, providers):
        yield from part.checks()
    for source in _sources.values():
        yield from source()


async def _result(check: Check, needed: "asyncio.Task[Result] | None") -> Result:
    if needed is not None and (await needed).outcome is Outcome.FAILED:
        return Result(check.name, reason=f"needs {check.needs}")
    started = perf_counter()
    try:
        found, reason = await _findings(check), ""
    except Skipped as skipped:
        found, reason = (), str(skipped)
    return Result(check.name, found, reason, round((perf_counter() - started) * 1000))


async def _findings(check: Check) -> tuple[CheckMessage, ...]:
    try:
        async with asyncio.timeout(LIMIT_S):
            found = await check.work()
    except TimeoutError:
        return (_broken(f"There was no outcome within {LIMIT_S:g} s."),)
    except DatabaseFailure as error:
        return (_broken(f"The database refused ({type(error).__name__})."),)
    return tuple(finding for finding in found if not finding.is_silenced())


def _broken(words: str) -> CheckMessage:
    return Error(
        words,
        hint="Look at the database's and the network's state, then run the check again.",
        id="stemcore.E030",
    )
