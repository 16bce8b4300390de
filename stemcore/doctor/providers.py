"""The AI providers: each is asked for a word and a vector, past the gateway's second tries."""

import asyncio
from collections.abc import Iterator
from functools import partial

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from stemcore.doctor import Check, Findings
from stemcore.providers.errors import AttemptFailed, FailureKind
from stemcore.providers.registry import OFFLINE, configured, provider
from stemcore.providers.types import Generation

CALL_S = 10.0
WORD = Generation(system="Answer with one word.", user="Say: ready", temperature=0, max_tokens=64)

_BUSY = frozenset({FailureKind.RATE_LIMITED, FailureKind.SERVER, FailureKind.EMPTY})
"""What says that key and model are right, and that something is amiss all the same."""

_REMEDIES = {
    FailureKind.ACCESS: "Check {prefix}_API_KEY and the credit of its account.",
    FailureKind.REJECTED: "Check {prefix}_{model}: the provider does not serve it so.",
    FailureKind.TIMEOUT: "Check {prefix}_BASE_URL, and that this machine may reach it.",
    FailureKind.CONNECTION: "Check {prefix}_BASE_URL, and that this machine may reach it.",
    FailureKind.RATE_LIMITED: "Raise the account's limit, or name a further provider.",
}
_ELSE = "Look at the provider's status page, {prefix}_BASE_URL and {prefix}_{model}."


def checks() -> Iterator[Check]:
    for name in configured("generation"):
        if name != OFFLINE:
            yield Check(f"provider {name}", partial(_word, name))
    for name in configured("embedding"):
        if name != OFFLINE:
            yield Check(f"embeddings {name}", partial(_vector, name))


async def _word(name: str) -> Findings:
    try:
        async with asyncio.timeout(CALL_S):
            await provider(name).generate(WORD)
    except TimeoutError:
        return [_failed(name, "MODEL", _timeout(name))]
    except AttemptFailed as failure:
        return [_failed(name, "MODEL", failure)]
    return []


async def _vector(name: str) -> Findings:
    try:
        async with asyncio.timeout(CALL_S):
            vectors = await provider(name).embed(["ready"])
    except TimeoutError:
        return [_failed(name, "EMBEDDING_MODEL", _timeout(name))]
    except AttemptFailed as failure:
        return [_failed(name, "EMBEDDING_MODEL", failure)]
    found = len(vectors.embeddings[0])
    return [] if found == settings.EMBEDDING_DIM else [_wrong_dimension(name, found)]


def _timeout(name: str) -> AttemptFailed:
    return AttemptFailed(FailureKind.TIMEOUT, f"{name} did not answer within {CALL_S:g} s.")


def _failed(name: str, model: str, failure: AttemptFailed) -> CheckMessage:
    kind, code = (Warning, "W037") if failure.kind in _BUSY else (Error, "E036")
    remedy = _REMEDIES.get(failure.kind, _ELSE).format(prefix=name.upper(), model=model)
    return kind(failure.message, hint=remedy, id=f"stemcore.{code}")


def _wrong_dimension(name: str, found: int) -> CheckMessage:
    wanted = settings.EMBEDDING_DIM
    return Error(
        f"{name} sends vectors of {found} numbers, and materials are stored with {wanted}.",
        hint=f"Set {name.upper()}_EMBEDDING_MODEL to a model of {wanted} numbers.",
        id="stemcore.E038",
    )
