"""HTTP clients of our own, made once per event loop and destination.

A client costs 20 ms of CPU to build (its TLS context), and httpx's own connection pool collapses
at 200 requests in flight, so clients are kept and run on aiohttp. Every body is read whole and
bounded, as it is unpacked: what a service sends must not fill our memory.
"""

import json
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import aiohttp
import httpx

from stemcore.runtime import runtime

BODY_LIMIT = 32 * 1024 * 1024
"""Bytes of a response's body, unpacked; the largest we ask for, embeddings, have about 10 MB."""

# They speak of the body as it was sent.
_SENT_AS = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


ERROR_LIMIT = 64 * 1024
"""Bytes of an error that are read as JSON."""


class BodyTooLarge(Exception):
    """A response's body went past `BODY_LIMIT`."""


class BoundedResponse(aiohttp.ClientResponse):
    """A response whose body is read up to `BODY_LIMIT`."""

    async def read(self) -> bytes:
        """The body. Raises BodyTooLarge."""
        if self._body is None:
            try:
                self._body = await self._bounded()
            except BaseException:  # a cancelled reading leaves no half-read connection either
                self.close()
                raise
        return await super().read()

    async def _bounded(self) -> bytes:
        blocks: list[bytes] = []
        size = 0
        async for block in self.content.iter_any():
            size += len(block)
            if size > BODY_LIMIT:
                raise BodyTooLarge
            blocks.append(block)
        return b"".join(blocks)

    async def json(self, **_: Any) -> Any:
        """The body as JSON, an empty object when it is none: SDKs read errors by it."""
        content = await self.read()
        if len(content) > ERROR_LIMIT:
            return {}
        try:
            return json.loads(content.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError):
            return {}


async def exchange(
    session: aiohttp.ClientSession, method: str, url: str, headers: Any, content: bytes
) -> tuple[aiohttp.ClientResponse, bytes]:
    """What a server answers, whatever the status, and its whole body.

    Raises BodyTooLarge and what aiohttp raises.
    """
    async with session.request(
        method, url, headers=headers, data=content or None, allow_redirects=False
    ) as response:
        return response, await response.read()


class Transport(httpx.AsyncBaseTransport):
    """httpx over an aiohttp session."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        try:
            response, body = await exchange(
                self._session, request.method, str(request.url), request.headers, content
            )
        except aiohttp.ClientConnectorError as error:
            raise httpx.ConnectError(str(error)) from None
        except (aiohttp.ClientError, OSError, BodyTooLarge) as error:
            raise httpx.ReadError(str(error)) from None
        headers = [pair for pair in response.raw_headers if pair[0].lower() not in _SENT_AS]
        return httpx.Response(response.status, headers=headers, content=body)


class Clients:
    """The clients of one event loop, by destination."""

    def __init__(self) -> None:
        self._sessions: dict[str, aiohttp.ClientSession] = {}
        self._clients: dict[str, httpx.AsyncClient] = {}

    def session(self, destination: str) -> aiohttp.ClientSession:
        if destination not in self._sessions:
            self._sessions[destination] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                response_class=BoundedResponse,
                timeout=aiohttp.ClientTimeout(total=None),  # each call has a deadline
                trust_env=False,
            )
        return self._sessions[destination]

    def client(self, destination: str) -> httpx.AsyncClient:
        if destination not in self._clients:
            self._clients[destination] = httpx.AsyncClient(
                transport=Transport(self.session(destination)),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                trust_env=False,
                timeout=None,  # noqa: S113  # each call has a deadline
            )
        return self._clients[destination]

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()
        for session in self._sessions.values():
            await session.close()


def http_session(destination: str) -> aiohttp.ClientSession:
    """The aiohttp session of the running event loop for a destination, as `http_client` has it."""
    return runtime().part(Clients).session(destination)


def http_client(destination: str) -> httpx.AsyncClient:
    """The client of the running event loop for a destination, a short name such as `supabase`.

    It has no limit on connections, follows no redirect, keeps no cookie (one user's must never
    travel with another's request), ignores proxy variables of the environment, and sets no
    timeout: callers bound their calls by their own deadlines.
    """
    return runtime().part(Clients).client(destination)
