"""Making the reports of many classes, as their owners' requests would."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from django.db import Error as DatabaseFailure
from django.utils import timezone

from analytics.access import Reader
from analytics.brief import teaching_brief
from analytics.insights import class_insights
from classes.models import Classroom
from stemcore.database import read
from stemcore.errors import DomainError

Kind = Literal["insights", "brief"]
Outcome = Literal["made", "without words", "fresh", "nothing to tell", "in work", "failed"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class Refreshed:
    """What became of one report; `reason` says why one failed."""

    class_id: UUID
    kind: Kind
    outcome: Outcome
    reason: str = ""


@read
def readers(class_id: UUID | None) -> list[Reader]:
    """The owners of all open classes, or of one class; guests' private classes are left out."""
    classes = Classroom.objects.filter(sandbox_id=None)
    chosen = classes.filter(id=class_id) if class_id else classes.filter(archived=False)
    found = chosen.order_by("created_at", "id").values_list("owner_id", "id")
    return [Reader(None, owner_id, one) for owner_id, one in found]


async def refreshed(
    wanted: Iterable[Reader], kinds: Sequence[Kind], *, stale_only: bool, concurrency: int
) -> AsyncGenerator[Refreshed, None]:
    """The reports of the classes as they come about, at most `concurrency` in work at a time.

    With `stale_only` each is made only where a request would make it unforced. One that fails
    keeps none of the others from being made.
    """
    left = iter([(reader, kind) for reader in wanted for kind in kinds])
    running: set[asyncio.Task[Refreshed]] = set()
    try:
        while True:
            while len(running) < concurrency and (work := next(left, None)):
                running.add(asyncio.create_task(_refreshed(*work, force=not stale_only)))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _refreshed(reader: Reader, kind: Kind, *, force: bool) -> Refreshed:
    try:
        outcome, reason = await REPORTS[kind](reader, force)
    except DomainError as error:
        outcome, reason = "failed", error.message
    except DatabaseFailure as error:
        outcome, reason = "failed", f"The database refused ({type(error).__name__})."
    return Refreshed(reader.class_id, kind, outcome, reason)


async def _insights(reader: Reader, force: bool) -> tuple[Outcome, str]:
    began = timezone.now()
    insights = await class_insights(reader, force_refresh=force)
    if insights["class_summary"]["is_empty"]:
        return "nothing to tell", ""
    if datetime.fromisoformat(insights["generated_at"]) < began:
        return "fresh", ""
    return ("made" if insights["ai_narrative"] else "without words"), ""


async def _brief(reader: Reader, force: bool) -> tuple[Outcome, str]:
    began = timezone.now()
    report = await teaching_brief(reader, force_refresh=force)
    if report["status"] == "error":
        return "failed", report.get("error_message") or ""
    if report["status"] == "generating":
        return "in work", ""
    made_at = report["generated_at"]
    if made_at is None:
        return "nothing to tell", ""
    return ("made" if datetime.fromisoformat(made_at) >= began else "fresh"), ""


REPORTS: Mapping[Kind, Callable[[Reader, bool], Awaitable[tuple[Outcome, str]]]] = {
    "insights": _insights,
    "brief": _brief,
}
