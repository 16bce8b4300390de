"""Structured logs: one line an event, with the request id, and never a person's words.

Exception texts can carry row values or prompts, so a traceback is logged as its frames and the
exception's type alone.
"""

import json
import logging
import sys
import traceback
from contextlib import suppress
from typing import Any, BinaryIO, cast

import structlog
from structlog.typing import EventDict, Processor

from stemcore.context import request_id

LEVELS = logging.getLevelNamesMapping()


def _add_request_id(_: Any, __: str, event: EventDict) -> EventDict:
    if found := request_id.get():
        event.setdefault("request_id", found)
    return event


def _frames_only(_: Any, __: str, event: EventDict) -> EventDict:
    """Replaces `exc_info` by the exception's type and the frames it passed."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        # Postgres's own code says what a database error was about, without its values.
        if sqlstate := getattr(error.__cause__, "sqlstate", None):
            event["sqlstate"] = sqlstate
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


class _Lines:
    """Standard error; a line that it does not take is lost, and costs no request its answer."""

    def write(self, line: bytes) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.buffer.write(line)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.buffer.flush()


_encode = json.JSONEncoder(default=repr).encode


def _as_json(_: Any, __: str, event: EventDict) -> str:
    return _encode(event)


def _as_line(_: Any, __: str, event: EventDict) -> bytes:
    return _encode(event).encode()


def configure_logging(form: str, level: str) -> None:
    """Sets up structlog and the standard library's loggers alike; `form` is json or console."""
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        _frames_only,
    ]
    if form == "json":
        # Our own lines are written at once: by way of the standard library each costs four times
        # as much, and there is one for every request.
        factory: Any = structlog.BytesLoggerFactory(cast(BinaryIO, _Lines()))
        last: Any = _as_line
        renderer: Any = _as_json
    else:
        factory = structlog.stdlib.LoggerFactory()
        last = structlog.stdlib.ProcessorFormatter.wrap_for_formatter
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, last],
        logger_factory=factory,
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Libraries log addresses and bodies at their lower levels.
    for noisy in (
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "openai",
        "google_genai",
        "aiohttp",
        "asyncio",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
