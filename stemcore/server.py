"""The server: uvicorn with limits on what a client may send before it is answered.

uvicorn's two HTTP parsers are h11, which bounds headers but is Python and costs more than twice the
CPU, and httptools, which bounds nothing; neither has a time limit. This is httptools with the
bounds of a service that no proxy shields:

| limit | what happens |
|---|---|
| `HEADER_BYTES` of request line and headers, or of trailers and framing | 431, closed |
| `HEADER_COUNT` headers | 431, closed |
| `HEADER_SECONDS` from the connection or the first byte to the end of the headers | closed |
| `LINGER_SECONDS` for the rest of a body whose answer is out | closed |
| `TAKING_SECONDS` in which the client takes nothing of an answer | closed |
| `IDLE_SECONDS` between two requests | closed |

The time and the size of bodies are the application's limits (`stemcore.api.request`). Trailers
are read past: they are no headers. Neither WebSockets nor HTTP/2 are spoken: a request that offers
to go on in another protocol is an ordinary request, its body included.
"""

import asyncio
import json
import os
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import uuid4

import httptools
import uvicorn
from django.conf import settings
from structlog import get_logger
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from stemcore.observing.folder import shared_folder

HEADER_BYTES = 64 * 1024
HEADER_COUNT = 100
HEADER_SECONDS = 10.0
LINGER_SECONDS = 5.0
TAKING_SECONDS = 30.0
IDLE_SECONDS = 75
"""Longer than proxies and clients keep a connection (most of them a minute): who ends it must be
the side that sends, or a request meets a connection that is just being closed and fails."""
CONSOLE_NICENESS = 10
"""How far a process of the console alone stands back behind the API's on its machine."""
FRAMING = 8
"""Bytes of a chunked body that may stand for one of content: a chunk of one byte has six."""
REFUSED = (
    b"content-type: application/json\r\nx-request-id: %b\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n"
)
"""Headers of the answer to what is no request."""

log = get_logger(__name__)


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_headers = True
        self._began = False
        self._whole = True
        self._header_bytes = self._header_count = self._overhead = 0
        self._timer: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._resuming = False
        self._refusal = (400, "bad_request", "This is not HTTP.")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._close_in(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._stop_watch()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_taking(0)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        began_before = not self._whole or self._in_headers
        self._began = False
        self._unset_keepalive_if_required()
        self._parse(data)
        if began_before and not self._began:
            self._overhead += len(data)
        if self._overhead > HEADER_BYTES and not self.transport.is_closing():
            self._refuse_headers()
            self.send_400_response("")
        if self._in_headers and self._timer is None and not self.transport.is_closing():
            self._close_in(HEADER_SECONDS)

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                self._stay()
            except httptools.HttpParserError:
                self.logger.warning("Invalid HTTP request received.")
                self.send_400_response("")
                return

    def _stay(self) -> None:
        """Declines another protocol: what follows is the body of the request, as if none was named.

        The parser has taken the request for one without a body; another is told how it is framed.
        """
        framing = (b"content-length", b"transfer-encoding")
        lines = (b"%b: %b\r\n" % header for header in self.headers if header[0] in framing)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._resuming = True
        self._parse(b"POST / HTTP/1.1\r\n%b\r\n" % b"".join(lines))
        self._resuming = False

    def on_message_begin(self) -> None:
        if self._resuming:
            return
        super().on_message_begin()
        self._in_headers, self._began, self._whole = True, True, False
        self._header_bytes = self._header_count = self._overhead = 0

    def on_url(self, url: bytes) -> None:
        if self._resuming:
            return
        super().on_url(url)
        self._count_header(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._resuming:
            return
        self._count_header(len(name) + len(value))
        if self._in_headers:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._resuming:
            return
        self._in_headers = False
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._overhead -= FRAMING * len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._whole = True
        self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._whole:
            self._close_in(LINGER_SECONDS)
        self._watch_taking(0)

    def send_400_response(self, msg: str) -> None:
        """Answers what is no request, or one too large to be read, and closes."""
        status, code, message = self._refusal
        request_id = str(uuid4())
        log.info("request_refused", status=status, code=code, request_id=request_id)
        content = {
            "ok": False,
            "data": None,
            "error": {"message": message, "code": code},
            "meta": {"request_id": request_id},
        }
        body = json.dumps(content).encode()
        self.transport.write(
            STATUS_LINE[status] + REFUSED % (request_id.encode(), len(body)) + body
        )
        self.transport.close()

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        self._header_count += 1
        if self._header_bytes > HEADER_BYTES or self._header_count > HEADER_COUNT:
            self._refuse_headers()
            raise httptools.HttpParserError("headers are too large")

    def _refuse_headers(self) -> None:
        self._refusal = (431, "headers_too_large", "The headers of the request are too large.")

    def _watch_taking(self, left_before: int) -> None:
        """Aborts the connection when nothing was taken of an answer since the last look."""
        self._stop_watch()
        left = self.transport.get_write_buffer_size()
        if left and left == left_before:
            self.transport.abort()
        elif left:
            self._watch = self.loop.call_later(TAKING_SECONDS, self._watch_taking, left)

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _close_in(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def serve(host: str, port: int, *, workers: int = 1, grace_s: int) -> None:
    """Serves until the process is told to end; requests in work may go on for `grace_s`."""
    if not settings.SERVES_API:
        os.nice(CONSOLE_NICENESS)
    with _numbers_of(workers):
        _run(host, port, workers, grace_s)


def _numbers_of(workers: int) -> AbstractContextManager[None]:
    """What lets several processes on one port tell their metrics as one."""
    if workers == 1 or not settings.METRICS_TOKEN:
        return nullcontext()
    return shared_folder()


def _run(host: str, port: int, workers: int, grace_s: int) -> None:
    uvicorn.run(
        "stemcore.asgi:application",
        host=host,
        port=port,
        workers=workers,
        http=BoundedProtocol,
        ws="none",
        loop="auto",
        backlog=4096,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=grace_s,
    )
