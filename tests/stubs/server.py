"""An HTTP server in a thread of its own, so that a blocked test never blocks its stub."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

BODY_LIMIT = 64 * 1024 * 1024
TURNS = 10

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class ServerThread:
    """Serves an application on loopback, from a thread and an event loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stub", daemon=True)

    def start(self, app: web.Application, port: int = 0) -> int:
        """Returns the port when the server listens; 0 asks for a free one."""
        self._thread.start()
        return int(self._call(self._listen(app, port)))

    def stop(self) -> None:
        self._call(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def settle(self) -> None:
        """Returns when what clients have sent so far was taken up, and what they left was ended.

        A client that gave up has sent its request all the same, and the thread may be behind.
        """
        self._call(self._turns())

    @staticmethod
    async def _turns() -> None:
        # To take a connection, to read of it, to begin with a request, to learn of its end and to
        # end takes the loop a turn each.
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _listen(self, app: web.Application, port: int) -> int:
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=2048).start()
        return int(self._runner.addresses[0][1])


class StubServer:
    """Serves `routes` ((method, path) → handler) on an ephemeral loopback port.

    `received` holds every request in order. Use as a context manager.
    """

    def __init__(self, routes: Mapping[tuple[str, str], Handler]) -> None:
        self.received: list[Received] = []
        self._routes = routes
        self._server = ServerThread()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "StubServer":
        app = web.Application(middlewares=[self._record], client_max_size=BODY_LIMIT)
        for (method, path), handler in self._routes.items():
            app.router.add_route(method, path, handler)
        self.port = self._server.start(app)
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.stop()

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        body = await request.read()
        self.received.append(
            Received(request.method, request.path, request.query_string, request.headers, body)
        )
        return await handler(request)
