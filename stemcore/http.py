"""HTTP clients of our own, made once per event loop and destination.

A client costs 20 ms of CPU to build (its TLS context), and httpx's own connection pool collapses
at 200 requests in flight, so clients are kept and run on aiohttp.
"""

import asyncio
from http.cookiejar import CookieJar, DefaultCookiePolicy
from weakref import WeakKeyDictionary

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

_clients: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, httpx.AsyncClient]] = (
    WeakKeyDictionary()
)
_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, aiohttp.ClientSession]] = (
    WeakKeyDictionary()
)


def http_session(destination: str) -> aiohttp.ClientSession:
    """The aiohttp session of the running event loop for a destination, as `http_client` has it."""
    sessions = _sessions.setdefault(asyncio.get_running_loop(), {})
    if destination not in sessions:
        sessions[destination] = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
    return sessions[destination]


def http_client(destination: str) -> httpx.AsyncClient:
    """The client of the running event loop for a destination, a short name such as `supabase`.

    It has no limit on connections, follows no redirect, keeps no cookie (one user's must never
    travel with another's request), ignores proxy variables of the environment, and sets no
    timeout: callers bound their calls by their own deadlines.
    """
    clients = _clients.setdefault(asyncio.get_running_loop(), {})
    if destination not in clients:
        clients[destination] = httpx.AsyncClient(
            transport=AiohttpTransport(client=http_session(destination)),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
            timeout=None,  # noqa: S113  # each call has a deadline
        )
    return clients[destination]


async def close_clients() -> None:
    """Closes every client of the running event loop; for the end of a process or command."""
    loop = asyncio.get_running_loop()
    for client in _clients.pop(loop, {}).values():
        await client.aclose()
    for session in _sessions.pop(loop, {}).values():
        await session.close()
