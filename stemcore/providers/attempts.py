"""One attempt at a provider: bounded in time, measured, recorded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.utils import timezone
from structlog import get_logger

from stemcore import observing
from stemcore.context import request_id
from stemcore.deadline import Deadline
from stemcore.models import ProviderCall
from stemcore.providers import call_log
from stemcore.providers.base import Provider
from stemcore.providers.errors import AttemptFailed, FailureKind
from stemcore.providers.types import Budget, Call, Kind, Usage

log = get_logger(__name__)

SPENT = "No usable answer came in as many as one request may use."


class Metered(Protocol):
    """What an adapter answers: it knows the tokens it took."""

    @property
    def usage(self) -> Usage | None: ...


A = TypeVar("A", bound=Metered)
T = TypeVar("T")


@dataclass
class Attempts:
    """The attempts of one call, counted over all providers."""

    kind: Kind
    call: Call
    made: int = 0

    async def make(
        self,
        provider: Provider,
        until: Deadline,
        ask: Callable[[Provider], Awaitable[A]],
        read: Callable[[A], Awaitable[T]],
    ) -> tuple[T, A, int]:
        """One attempt: what `read` makes of the answer, the answer, and its milliseconds.

        Raises AttemptFailed. An attempt whose caller went away is recorded too.
        """
        if self._budget is not None and self._budget.left <= 0:
            raise AttemptFailed(FailureKind.UNUSABLE, SPENT)
        self.made += 1
        row = self._row(provider)
        with observing.attempt(row):
            return await self._made(row, provider, until, ask, read)

    async def _made(
        self,
        row: ProviderCall,
        provider: Provider,
        until: Deadline,
        ask: Callable[[Provider], Awaitable[A]],
        read: Callable[[A], Awaitable[T]],
    ) -> tuple[T, A, int]:
        """The same, written down in the row."""
        started = perf_counter()
        try:
            async with asyncio.timeout(until.remaining()):
                answer = await ask(provider)
            if (budget := self._budget) is not None:
                budget.left -= 1
            _count(row, answer.usage)
            made = await read(answer)
            row.findings = _findings(made)
        except TimeoutError:
            failure = provider.failed(FailureKind.TIMEOUT, "timed out")
            self._fail(row, failure)
            raise failure from None
        except AttemptFailed as failure:
            self._fail(row, failure)
            raise
        except asyncio.CancelledError:
            row.status, row.error_kind = "cancelled", FailureKind.CANCELLED
            raise
        except Exception:
            # An answer that the code before us did not foresee: ours to mend, nobody's to suffer.
            log.exception("provider_answer_unreadable", provider=row.provider, model=row.model)
            unreadable = provider.failed(FailureKind.UNREADABLE, "sent an unreadable answer")
            self._fail(row, unreadable)
            raise unreadable from None
        finally:
            row.latency_ms = round((perf_counter() - started) * 1000)
            call_log.record(row)
        return made, answer, row.latency_ms

    @property
    def _budget(self) -> Budget | None:
        return self.call.budget if self.kind == "generation" else None

    def _row(self, provider: Provider) -> ProviderCall:
        call = self.call
        return ProviderCall(
            created_at=timezone.now(),
            request_id=request_id.get(),
            purpose=call.purpose,
            kind=self.kind,
            provider=provider.name,
            model=provider.model(self.kind),
            attempt=self.made,
            status="ok",
            user_id=call.user_id,
            class_id=call.class_id,
            sandbox_id=call.sandbox_id,
        )

    def _fail(self, row: ProviderCall, failure: AttemptFailed) -> None:
        row.status, row.error_kind = "failed", failure.kind.value
        row.http_status = failure.http_status
        _count(row, failure.usage)
        if settings.PYTHON_BACKEND_LOG_PROVIDER_FAILURES:
            log.warning(
                "provider_attempt_failed",
                provider=row.provider,
                model=row.model,
                purpose=row.purpose,
                attempt=row.attempt,
                error_kind=row.error_kind,
                http_status=row.http_status,
            )


def _count(row: ProviderCall, usage: Usage | None) -> None:
    if usage is not None:
        row.prompt_tokens = usage.prompt_tokens
        row.completion_tokens = usage.completion_tokens
        row.total_tokens = usage.total_tokens


def _findings(made: Any) -> dict[str, int]:
    """Faults that were found in a typed answer, counted by kind, if it was inspected."""
    return dict(getattr(made, "findings", {}))
