"""A request whose body is read when the view asks for it."""

import asyncio
import re
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.core.handlers.asgi import ASGIRequest

from stemcore.errors import BodyTooSlow, PayloadTooLarge

BODY_SECONDS = 30.0
"""Time for a whole body to arrive."""

_REQUEST_ID = re.compile(r"[\x20-\x7e]{1,128}\Z")


class ClientGone(Exception):
    """The client went away before its request was whole."""


class ApiRequest(ASGIRequest):
    """Django's request over ASGI, with the body still on the wire.

    Reading late lets the service key be checked before a byte of the body is taken in.
    """

    def __init__(self, scope: dict[str, Any], receive: Any) -> None:
        super().__init__(scope, BytesIO())
        self._receive = receive
        self.body_taken = asyncio.Event()

    async def take_body(self, limit: int) -> None:
        """Takes the whole body in, so that it can be read as any Django request's.

        `limit` is in bytes. Raises PayloadTooLarge, BodyTooSlow and ClientGone.
        """
        try:
            async with asyncio.timeout(BODY_SECONDS):
                self._put(await self._take(limit))
        except TimeoutError:
            raise BodyTooSlow from None

    def _put(self, body: bytes) -> None:
        self._stream = BytesIO(body)
        self.META["CONTENT_LENGTH"] = str(len(body))  # a chunked body declares none
        self.body_taken.set()

    async def _take(self, limit: int) -> bytes:
        declared = self.META.get("CONTENT_LENGTH", "")
        if declared.isdigit() and int(declared) > limit:
            raise PayloadTooLarge(f"Send at most {limit} bytes.")
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            part = message.get("body", b"")
            size += len(part)
            if size > limit:
                raise PayloadTooLarge(f"Send at most {limit} bytes.")
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    async def gone(self) -> None:
        """Returns when the client has left; only after the body was taken."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def request_id_of(request: ASGIRequest) -> str:
    """The caller's request id when it is fit to be echoed, else a new UUID."""
    sent = request.META.get("HTTP_X_REQUEST_ID", "")
    return sent if _REQUEST_ID.match(sent) else str(uuid4())
