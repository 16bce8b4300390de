"""Several processes of the service on one database, and ways to hurt them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from threading import Event
from urllib.parse import quote

import psycopg

from benchmarks.service import DATABASE, all_the_while, end, environment, free_port, wait_for
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle

PROCESSES = 4
SOCKET = ".s.PGSQL.5432"


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

    def pid(self, index: int) -> int:
        return self._processes[index].pid

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
    made = Fleet({**environment(server, stub_port), **environ})
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


class Relay:
    """The way to the database's socket, which can be cut."""

    def __init__(self, folder: Path, server: ServerHandle) -> None:
        self._folder = folder
        self._target = str(server.socket_dir / SOCKET)
        self._listener: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"postgresql://{LOGIN}@/{DATABASE}?host={quote(str(self._folder), safe='')}"

    async def listen(self) -> None:
        self._listener = await asyncio.start_unix_server(self._pass, str(self._folder / SOCKET))

    async def cut(self) -> None:
        """Refuses new connections and drops those that are open."""
        if self._listener is not None:
            self._listener.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._target)
        self._open |= {writer, back}
        try:
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            self._open -= {writer, back}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def relay(folder: Path, server: ServerHandle) -> AsyncIterator[Relay]:
    """A relay in that folder, listening."""
    made = Relay(folder, server)
    await made.listen()
    yield made
    await made.cut()
