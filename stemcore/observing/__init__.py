"""The seam at which metrics and traces watch the service; unset, nothing is loaded and it costs
a look at an empty tuple.

Watched are requests, the runs of units of database work, attempts at providers, and their circuits.
Each hook of an observer is a context manager around what it watches; what came of it stands on
the object that the hook was given. Observers see names, numbers and kinds of failure, and never
what a person wrote.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings

from stemcore.observing.folder import make_folder
from stemcore.runtime import runtime

if TYPE_CHECKING:
    from stemcore.api.request import ApiRequest
    from stemcore.database.runs import Run
    from stemcore.models import ProviderCall

Watch = AbstractContextManager[Any]


class Observer(Protocol):
    """Something that watches a process."""

    def request(self, request: "ApiRequest") -> Watch:
        """Around a request of the API; at its end `request.answer` is there."""

    def unit(self, name: str, run: "Run") -> Watch:
        """Around a run of the unit of that name, its wait for a thread included."""

    def attempt(self, row: "ProviderCall") -> Watch:
        """Around an attempt at a provider; at its end the row is whole."""

    def circuit(self, provider: str, kind: str, is_open: bool) -> None:
        """A provider is left out from now on, or asked again."""

    def settle(self) -> None:
        """Makes what was watched so far fit to be read."""

    async def close(self) -> None:
        """Sends what is still in memory."""


_observers: tuple[Observer, ...] = ()
_NOTHING: Watch = nullcontext()


def request(request: "ApiRequest") -> Watch:
    return _all([one.request(request) for one in _observers]) if _observers else _NOTHING


def unit(name: str, run: "Run") -> Watch:
    return _all([one.unit(name, run) for one in _observers]) if _observers else _NOTHING


def attempt(row: "ProviderCall") -> Watch:
    return _all([one.attempt(row) for one in _observers]) if _observers else _NOTHING


def circuit(provider: str, kind: str, *, is_open: bool) -> None:
    for one in _observers:
        one.circuit(provider, kind, is_open)


def settle() -> None:
    for one in _observers:
        one.settle()


def _all(watches: Sequence[Watch]) -> Watch:
    return watches[0] if len(watches) == 1 else _together(watches)


@contextmanager
def _together(watches: Sequence[Watch]) -> Iterator[None]:
    with ExitStack() as stack:
        for watch in watches:
            stack.enter_context(watch)
        yield


def start() -> None:
    """Watches as the settings say, until the running event loop's runtime closes."""
    runtime().part(Watching)


class Watching:
    """The observers of a process, as long as its event loop runs."""

    def __init__(self) -> None:
        global _observers
        _observers = tuple(_wanted())

    async def close(self) -> None:
        global _observers
        watched, _observers = _observers, ()
        for one in watched:
            await one.close()


def _wanted() -> Iterator[Observer]:
    if settings.METRICS_TOKEN:
        make_folder()
        from stemcore.observing.metrics import Metrics

        yield Metrics()
    if settings.OTLP_TRACES_URL:
        from stemcore.observing.traces import Traces

        yield Traces(settings.OTLP_TRACES_URL)
