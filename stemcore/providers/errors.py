"""How a call fails: what a caller is told, and inside, what one attempt ran into.

Sentences are our own, made of the provider's name, a status and a word of its error code. A
provider's message or body never goes in: it may repeat the prompt, the key or the address.
"""

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from stemcore.errors import DomainError

if TYPE_CHECKING:
    from stemcore.providers.faults import Fault
    from stemcore.providers.types import Usage

# Error codes are words; a key has digits, an address has slashes.
_CODE = re.compile(r"[A-Za-z]+(?:_[A-Za-z]+){0,7}")
_CODE_LENGTH = 60


class ProviderError(DomainError):
    """No provider gave a usable answer; the message speaks of the last one asked."""

    status = 502
    code = "provider_error"
    message = "The AI provider failed."


class ProviderTimedOut(ProviderError):
    """The deadline was the cause; the message holds the words "timed out"."""

    message = "The AI request timed out."


class FailureKind(StrEnum):
    """What an attempt ran into, as the call log names it."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    RATE_LIMITED = "rate_limited"
    SERVER = "server_error"
    ACCESS = "access"
    REJECTED = "rejected"
    MALFORMED = "malformed"
    EMPTY = "empty"
    REFUSED = "refused"
    UNFINISHED = "unfinished"
    CUT = "cut"
    UNUSABLE = "unusable"
    UNREADABLE = "unreadable"
    CANCELLED = "cancelled"


TRANSIENT = frozenset({FailureKind.CONNECTION, FailureKind.RATE_LIMITED, FailureKind.SERVER})
"""May pass on a second try with the same provider."""

_PROVIDER_AT_FAULT = TRANSIENT | {FailureKind.TIMEOUT, FailureKind.ACCESS, FailureKind.MALFORMED}

_OF_THE_REQUEST = 403
"""The access denied to one request: hosts answer so to a prompt that their moderation flags."""


class AttemptFailed(Exception):
    """One attempt at one provider failed.

    `http_status` and `retry_after_s` are the provider's, when it sent them; `faults` are those of
    an answer that came but could not be used. `fault` is the provider's error as understood;
    `starved` says that the answer ended before its first visible word, for want of tokens; `usage`
    is what it took all the same.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        http_status: int | None = None,
        retry_after_s: float | None = None,
        faults: tuple[str, ...] = (),
        fault: "Fault | None" = None,
        starved: bool = False,
        usage: "Usage | None" = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.http_status = http_status
        self.retry_after_s = retry_after_s
        self.faults = faults
        self.fault = fault
        self.starved = starved
        self.usage = usage

    @property
    def transient(self) -> bool:
        return self.kind in TRANSIENT

    @property
    def blames_provider(self) -> bool:
        """Whether it says something about the provider and not about this one request."""
        return self.kind in _PROVIDER_AT_FAULT and self.http_status != _OF_THE_REQUEST

    def told(self) -> ProviderError:
        """The error that a caller sees when this was the last attempt."""
        told = ProviderTimedOut if self.kind is FailureKind.TIMEOUT else ProviderError
        return told(self.message)


def code_word(code: object) -> str:
    """A provider's error code when it is a plain word such as `rate_limit_exceeded`, else ""."""
    if isinstance(code, str) and len(code) <= _CODE_LENGTH and _CODE.fullmatch(code):
        return code
    return ""
