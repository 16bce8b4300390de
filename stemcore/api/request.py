"""A request whose body is read when the view asks for it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.core.handlers.asgi import ASGIRequest
from rest_framework.response import Response

from stemcore.errors import BodyTooSlow, PayloadTooLarge

BODY_SECONDS = 30.0
"""Time for a whole body to arrive."""

LARGE_BODY = 64 * 1024
BREATH_S = 0.005
"""What the event loop has for others before a large body is read."""

_REQUEST_ID = re.compile(r"[\x20-\x7e]{1,128}\Z")


class ClientGone(Exception):
    """The client went away before its request was whole."""


class BoundedBody:
    """The `receive` of a request's application, with bounds on the size and time of the body."""

    def __init__(self, receive: Any, limit: int) -> None:
        self._receive, self._limit, self._size = receive, limit, 0
        self._due = asyncio.get_running_loop().time() + BODY_SECONDS
        self.whole = False

    async def receive(self) -> dict[str, Any]:
        """The next message. Raises PayloadTooLarge and BodyTooSlow."""
        if self.whole:
            message: dict[str, Any] = await self._receive()
            return message
        try:
            async with asyncio.timeout_at(self._due):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise too_large(self._limit)
        self.whole = not message.get("more_body", False)
        return message


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"Send at most {limit} bytes.")


class LargeBodies:
    """The turns in which large bodies are read: one at a time, with others served in between.

    Reading two hostile megabytes takes the event loop 40 ms; four of them at once would keep all
    other requests waiting for their sum.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        async with self._turn:
            await asyncio.sleep(BREATH_S)
            yield

    async def close(self) -> None:
        """Nothing stays open."""


class ApiRequest(ASGIRequest):
    """Django's request over ASGI, with the body still on the wire.

    Reading late lets the service key be checked before a byte of the body is taken in. The body
    and the client's leaving come over one channel, so the client is watched from then on.
    """

    def __init__(self, scope: dict[str, Any], receive: Any) -> None:
        super().__init__(scope, BytesIO())
        self._receive = receive
        self._watch: asyncio.Task[None] | None = None
        self.work: asyncio.Task[Response] | None = None
        """What is cancelled when the client leaves."""
        self.left = False
        self.body_size = 0
        self.answer: Response | None = None
        """What it was answered; None until then, and when its client left before."""

    async def take_body(self, limit: int) -> None:
        """Takes the whole body in, so that it can be read as any Django request's.

        `limit` is in bytes. Raises PayloadTooLarge, BodyTooSlow and ClientGone.
        """
        declared = self.META.get("CONTENT_LENGTH", "")
        if declared.isdigit() and int(declared) > limit:
            raise too_large(limit)
        body = BoundedBody(self._receive, limit)
        parts: list[bytes] = []
        while not body.whole:
            message = await body.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
        raw = b"".join(parts)
        self.body_size = len(raw)
        self._stream = BytesIO(raw)
        self.META["CONTENT_LENGTH"] = str(len(raw))  # a chunked body declares none
        if self.work is not None:
            self._watch = asyncio.create_task(self._end_with_its_client(self.work))

    async def _end_with_its_client(self, work: "asyncio.Task[Response]") -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        work.cancel()

    def watch_no_longer(self) -> None:
        if self._watch is not None:
            self._watch.cancel()


def request_id_of(request: ASGIRequest) -> str:
    """The caller's request id when it is fit to be echoed, else a new UUID."""
    sent = request.META.get("HTTP_X_REQUEST_ID", "")
    return sent if _REQUEST_ID.match(sent) else str(uuid4())
