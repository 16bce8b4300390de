"""What a stubbed provider does with one request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["echo", "answer", "vectors", "raw", "hang", "drip", "disconnect"]


@dataclass(frozen=True)
class Step:
    """One reaction. `delay_s` passes before it begins; `usage` is (prompt, completion, total)."""

    mode: Mode
    delay_s: float = 0.0
    text: str | None = None
    usage: tuple[int, int, int] | None = (11, 7, 18)
    finish_reason: str = "stop"
    vectors: list[list[float]] | None = None
    order: list[int] | None = None
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    interval_s: float = 0.05
    calls: tuple[Any, ...] = ()


Reaction = Step | Callable[[Any], Step]
"""A step, or a function that makes one out of the recorded request, in the stub's thread."""


def answer(text: str | None, **kwargs: Any) -> Step:
    """A success with that text; None is an answer without content."""
    return Step("answer", text=text, **kwargs)


def calls(*wanted: Any, text: str | None = None, **kwargs: Any) -> Step:
    """An answer that asks for tools: (name, args) or (name, args, fields of the call) each."""
    kwargs.setdefault("finish_reason", "tool_calls")
    return Step("answer", text=text, calls=wanted, **kwargs)


def vectors(*values: list[float], order: list[int] | None = None, **kwargs: Any) -> Step:
    """Embeddings as given; `order` lists the indexes in the order in which they are sent."""
    return Step("vectors", vectors=list(values), order=order, **kwargs)


def error(status: int, retry_after: str | None = None, code: str = "stub_error") -> Step:
    """An error in the provider's own form, whose message repeats what must not be repeated."""
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return Step("raw", status=status, text=code, headers=headers)


def raw(body: bytes, status: int = 200, content_type: str = "application/json") -> Step:
    """These bytes."""
    return Step("raw", status=status, body=body, headers={"Content-Type": content_type})


def malformed() -> Step:
    """A 200 whose body stops in the middle of the JSON."""
    return raw(b'{"choices": [{"message": {"content": "half')


def slow(seconds: float, text: str = "late") -> Step:
    """A success after some time."""
    return answer(text, delay_s=seconds)


def hang() -> Step:
    """No answer at all, while the connection stays open."""
    return Step("hang")


def drip(interval_s: float = 0.02) -> Step:
    """Headers, then one byte of JSON at a time, without end."""
    return Step("drip", interval_s=interval_s)


def disconnect() -> Step:
    """The connection closes without an answer."""
    return Step("disconnect")
