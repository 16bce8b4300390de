"""HTTP clients of our own, made once per event loop and destination.

A client costs 20 ms of CPU to build (its TLS context), and httpx's own connection pool collapses
at 200 requests in flight, so clients are kept and run on aiohttp.
"""

from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from stemcore.runtime import runtime


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
                trust_env=False,
            )
        return self._sessions[destination]

    def client(self, destination: str) -> httpx.AsyncClient:
        if destination not in self._clients:
            self._clients[destination] = httpx.AsyncClient(
                transport=AiohttpTransport(client=self.session(destination)),
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
