"""What a provider's error is about, whatever form it has.

Providers put errors under an error status, into a 200, as an object, as a text, with the code as
a number, a word or digits in a text. Here they become a status and the names of the parameters
they speak of. Their texts are looked at and never kept.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stemcore.providers.errors import AttemptFailed, FailureKind, code_word

UNKNOWN_STATUS = 502
_TEXT_LENGTH = 1000

_STATUS_KEYS = ("code", "status", "status_code", "statusCode", "http_status")
_WORD_KEYS = ("code", "type", "status", "error_code")
_STATUS_IN_TEXT = re.compile(r"\b(4\d\d|5\d\d)\b")

# By the first that an error's words hold.
_STATUSES: tuple[tuple[int, str], ...] = (
    (429, r"rate.?limit|too.?many|resource.?exhausted|throttl|quota|tokens per (?:min|day)"),
    (402, r"insufficient|credit|billing|payment|balance"),
    (401, r"api.?key|unauthori[sz]ed|unauthenticated|authentication"),
    (403, r"permission|forbidden|moderation|flagged"),
    (504, r"timed?.?out|deadline"),
    (503, r"overload|unavailable|capacity|busy|try again|server.?error|internal"),
    (404, r"not.?found|does not exist|no endpoints"),
    (400, r"invalid|bad.?request|unsupported|not supported|unknown"),
)

PARAMETERS = {
    "format": r"response_?format|response_?(?:json_?)?schema|response.?mime.?type|json.?schema"
    r"|json.?mode|json_object|structured.?output",
    "tokens": r"max_(?:completion_|output_)?tokens|max_?output_?tokens",
    "temperature": r"temperature",
    "tools": r"\btools?\b|tool_choice|tool.?call|function.?(?:call|declaration)",
    "system": r"system.?(?:instruction|prompt|message|role)|developer instruction|'system'",
}
_PARAMETERS = {name: re.compile(words, re.IGNORECASE) for name, words in PARAMETERS.items()}
_TOO_LARGE = re.compile(r"too (?:large|high|big)|at most|exceed|maximum|less than|<=|up to", re.I)
_OF_ONE_SCHEMA = re.compile(r"invalid.{0,3}(?:json.?)?schema", re.IGNORECASE)
_HOPELESS = re.compile(
    r"model_not_found|not a valid model|no endpoints found for|model.{0,80}does not exist"
    r"|context.?(?:length|window)|valid api.?key|content.?(?:filter|polic)|moderation|safety",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"\b\d{2,7}\b")


_KIND_OF_STATUS = {
    401: FailureKind.ACCESS,
    402: FailureKind.ACCESS,
    403: FailureKind.ACCESS,
    408: FailureKind.SERVER,
    429: FailureKind.RATE_LIMITED,
}

# OpenAI's 429 for an account without credit: waiting does not help.
_KIND_OF_WORD = {"insufficient_quota": FailureKind.ACCESS}


@dataclass(frozen=True)
class Fault:
    """An error as we understand it: `status` and, where it is a plain word, its code `word`.

    `named` are the parameters it speaks of. `too_large` says that it wants fewer tokens, perhaps
    one of `numbers`; `one_schema`, that it minds that schema, not schemas; `hopeless`, that no
    other way of asking this model would help.
    """

    status: int
    word: str = ""
    named: frozenset[str] = frozenset()
    numbers: tuple[int, ...] = ()
    too_large: bool = False
    one_schema: bool = False
    hopeless: bool = False

    def failure(self, provider: str, retry_after_s: float | None = None) -> AttemptFailed:
        """The failed attempt that this error means."""
        word = f" ({self.word})" if self.word else ""
        return AttemptFailed(
            self._kind,
            f"{provider} answered with status {self.status}{word}.",
            http_status=self.status,
            retry_after_s=retry_after_s,
            fault=self,
        )

    @property
    def _kind(self) -> FailureKind:
        kind = _KIND_OF_WORD.get(self.word) or _KIND_OF_STATUS.get(self.status)
        if kind is not None:
            return kind
        return FailureKind.SERVER if self.status >= 500 else FailureKind.REJECTED


def fault_of(error: Any) -> Fault:
    """The fault of an error: an object, a text, or whatever."""
    fields = error if isinstance(error, Mapping) else {"message": error}
    text = " ".join(str(fields[key])[:_TEXT_LENGTH] for key in _told(fields))
    param = fields.get("param")
    about = param if isinstance(param, str) and param else text
    named = frozenset(name for name, words in _PARAMETERS.items() if words.search(about))
    return Fault(
        _status(fields, text),
        next((word for key in _WORD_KEYS if (word := code_word(fields.get(key)))), ""),
        named,
        tuple(int(number) for number in _NUMBERS.findall(text)),
        "tokens" in named and bool(_TOO_LARGE.search(text)),
        bool(_OF_ONE_SCHEMA.search(text)),
        bool(_HOPELESS.search(text)),
    )


def fault_in(body: Any) -> Fault | None:
    """The error that a body of a 200 is, or holds in place of an answer; None for none."""
    if not isinstance(body, Mapping):
        return None
    error = body.get("error") or body.get("errors")
    if isinstance(error, list):
        error = error[0]
    if not error and (body.get("object") == "error" or _status_field(body) or body.get("detail")):
        error = body
    return fault_of(error) if is_error(error) else None


def is_error(error: Any) -> bool:
    """Whether the value of a field named `error` says that there is one."""
    if not isinstance(error, Mapping):
        return bool(error)
    said = (value for key, value in error.items() if key != "code")
    return _status_field(error) is not None or any(said) or bool(code_word(error.get("code")))


def _told(fields: Mapping[str, Any]) -> list[str]:
    return [
        key
        for key in ("code", "type", "status", "message", "msg", "detail", "error")
        if isinstance(fields.get(key), str)
    ]


def _status(fields: Mapping[str, Any], text: str) -> int:
    found = _status_field(fields)
    if found is not None:
        return found
    written = _STATUS_IN_TEXT.search(text)
    if written:
        return int(written[1])
    lower = text.lower()
    return next((status for status, words in _STATUSES if re.search(words, lower)), UNKNOWN_STATUS)


def _status_field(fields: Mapping[str, Any]) -> int | None:
    for key in _STATUS_KEYS:
        value = fields.get(key)
        if isinstance(value, str) and value.isdecimal() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
            return value
    return None
