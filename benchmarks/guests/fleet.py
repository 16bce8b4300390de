"""Several processes of the service on one database, and ways to hurt them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from threading import Event

import psycopg

from benchmarks.service import DATABASE, all_the_while
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests.ports import free_port
from tests.service import end, environment, wait_for

PROCESSES = 4


class Fleet:
    """So many server processes, each on a port of its own."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = {**os.environ, **environ}
        self.ports = [free_port() for _ in range(PROCESSES)]
        self._processes = [self._start(port) for port in self.ports]

    def _start(self, port: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            env=self._environ,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        for port in self.ports:
            wait_for(f"http://127.0.0.1:{port}/healthz")

    def kill(self, index: int) -> None:
        """Ends a process at once, and starts another in its place."""
        self._processes[index].send_signal(signal.SIGKILL)
        self._processes[index].wait()
        self._processes[index] = self._start(self.ports[index])

    def close(self) -> None:
        for process in self._processes:
            end(process)


@asynccontextmanager
async def fleet(server: ServerHandle, stub_port: int, **environ: str) -> AsyncIterator[Fleet]:
    """Processes of the service, ready to serve."""
    made = Fleet({**environment(server.url(DATABASE, LOGIN), stub_port), **environ})
    try:
        await asyncio.to_thread(made.wait)
        yield made
    finally:
        await asyncio.to_thread(made.close)


def platform_timers(server: ServerHandle, every_s: float = 0.5) -> AbstractContextManager[None]:
    """Runs the platform's own timers all the time, instead of every few minutes."""

    def run(stopped: Event) -> None:
        with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
            while not stopped.wait(every_s):
                for call in (
                    "cleanup_expired_guest_sandboxes(100)",
                    "reconcile_guest_session_quota_service(3600)",
                ):
                    with connection.transaction():
                        connection.execute(
                            "SELECT set_config('request.jwt.claims',"
                            """ '{"role": "service_role"}', true)"""
                        )
                        connection.execute(f"SELECT {call}".encode())

    return all_the_while(run)
