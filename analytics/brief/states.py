"""Which brief a request gets: the stored one, one made now, or word that one is being made."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired

from django.conf import settings
from typing_extensions import TypedDict

from analytics.access import Reader
from analytics.brief.answer import Brief
from analytics.brief.evidence import has_evidence, known_misconceptions
from analytics.brief.generation import write_brief
from analytics.brief.snapshots import (
    Claim,
    Snapshot,
    Status,
    claim,
    give_back,
    store_error,
    store_no_data,
    store_ready,
    stored_brief,
)
from analytics.briefing import Briefing
from analytics.figures import read_class_figures
from classes.access import Membership
from stemcore.database import read, write
from stemcore.deadline import Deadline
from stemcore.moments import iso
from stemcore.providers import ProviderError
from stemcore.shown import Moment

PURPOSE = "class_teaching_brief_v1"
FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 1.0


class BriefReport(TypedDict):
    """Where a class's brief stands."""

    status: Status
    """`empty`: never made; `generating`: being made; `no_data`: nothing to speak of;
    `error`: the last attempt failed."""
    is_stale: bool
    """Whether `payload` is of an earlier day."""
    payload: Brief | None
    """The brief that there is, also beside `generating` and `error`."""
    generated_at: Moment | None
    has_evidence: bool
    """Whether the class has work or chats to speak of."""
    error_message: NotRequired[str | None]
    """With `error`: why."""


@dataclass(frozen=True)
class Look:
    """A class and its brief as they stand."""

    membership: Membership
    has_evidence: bool
    snapshot: Snapshot | None

    @property
    def payload(self) -> Brief | None:
        return self.snapshot.payload if self.snapshot else None

    @property
    def is_in_work(self) -> bool:
        return self.snapshot is not None and self.snapshot.is_in_work

    @property
    def is_current(self) -> bool:
        return (
            self.snapshot is not None
            and self.payload is not None
            and self.snapshot.status == "ready"
            and self.snapshot.is_of_today
        )

    @property
    def may_be_made(self) -> bool:
        """Whether a request that forces nothing may make the brief: a stale or a dead one, or
        one that failed some time ago."""
        if self.snapshot is None or self.is_current or self.snapshot.failed_just_now:
            return False
        return self.payload is not None or self.snapshot.status in ("error", "generating")

    def report(self) -> BriefReport:
        """What the caller is told."""
        payload, status = self.payload if self.has_evidence else None, self._status
        report: BriefReport = {
            "status": status,
            "is_stale": payload is not None and not self.is_current,
            "payload": payload,
            "generated_at": iso(self.snapshot.generated_at) if self.snapshot and payload else None,
            "has_evidence": self.has_evidence,
        }
        if status == "error" and self.snapshot:
            report["error_message"] = self.snapshot.error_message
        return report

    @property
    def _status(self) -> Status:
        if not self.has_evidence:
            return "no_data"
        if self.is_in_work:
            return "generating"
        if self.snapshot and self.snapshot.status == "error":
            return "error"
        return "ready" if self.payload else "empty"


async def teaching_brief(reader: Reader, *, force_refresh: bool) -> BriefReport:
    """The brief of a class, made now when it is due and nobody else is at it.

    Raises ClassNotFound and AnalyticsForbidden.
    """
    deadline = Deadline.for_request(None, settings.AI_REQUEST_TIMEOUT_MS)
    look = await _look(reader)
    if not look.has_evidence or not (force_refresh or look.may_be_made):
        return look.report()
    if not look.is_in_work:
        made = await claim(look.membership, look.snapshot)
        if made is not None:
            await _make(look.membership, made, deadline)
            return (await _look(reader)).report()
        look = await _look(reader)
    return await _joined(reader, look, deadline) if force_refresh else look.report()


async def _joined(reader: Reader, look: Look, deadline: Deadline) -> BriefReport:
    """The brief that somebody else is making, or word that they still are."""

    async def ended() -> Look | None:
        now = await _look(reader)
        return None if now.is_in_work else now

    if look.is_in_work:
        look = await deadline.poll(ended, FIRST_WAIT_S, LONGEST_WAIT_S) or look
    return look.report()


async def _make(membership: Membership, made: Claim, deadline: Deadline) -> None:
    """Makes the brief and stores it or its failure; a claim left over is given back."""
    settled = False
    try:
        brief = await _written(membership, deadline)
        await store_ready(made, brief)
        settled = True
    except ProviderError as error:
        await store_error(made, error.message)
        settled = True
    finally:
        if not settled:
            await asyncio.shield(give_back(made))


async def _written(membership: Membership, deadline: Deadline) -> Brief:
    figures = await read_class_figures(membership.class_id)
    warnings = await _warnings(membership)
    call = membership.call(PURPOSE, deadline)
    return await write_brief(Briefing(figures), membership.class_title, warnings, call)


@read
def _warnings(membership: Membership) -> Mapping[str, Sequence[str]]:
    return known_misconceptions(membership.class_id)


@write
def _look(reader: Reader) -> Look:
    membership = reader.enter()
    found, snapshot = has_evidence(membership.class_id), stored_brief(membership.class_id)
    if not found:
        store_no_data(membership, snapshot)
    return Look(membership, found, snapshot)
