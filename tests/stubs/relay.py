"""A relay in front of a database, as a pooler or a network: it can fall silent, or be cut."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

SOCKET = ".s.PGSQL.5432"


class Relay:
    """Passes loopback TCP on to a server's socket, in a thread of its own.

    Use as a context manager. What falls silent stays open, takes what is sent and answers nothing,
    as a hung pooler does.
    """

    def __init__(self, socket_dir: Path) -> None:
        self._target = str(socket_dir / SOCKET)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._passing = asyncio.Event()
        self._deaf = False
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.sent = 0
        """How often something came for the server: whoever sends it waits for an answer."""

    def __enter__(self) -> "Relay":
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *_: Any) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def url(self, database: str, login: str) -> str:
        """Where a client finds that database by way of the relay."""
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def cut(self) -> None:
        """Ends every connection and refuses new ones."""
        self._call(self._close())

    def mend(self) -> None:
        """Takes connections again, after a cut."""
        self._call(self._listen())

    def hush(self) -> None:
        """Lets the connections that are open fall silent, for ever; new ones work."""
        self._call(self._hush())

    def deafen(self) -> None:
        """Lets every connection fall silent: those that are open and those to come."""
        self._deaf = True
        self.hush()

    def hear(self) -> None:
        """Lets new connections work again."""
        self._deaf = False

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _listen(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]
        self._passing.set()

    async def _close(self) -> None:
        self._listener.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0.05)  # the copies see their ends

    async def _hush(self) -> None:
        self._passing.clear()  # whoever passes on holds this very event
        self._passing = asyncio.Event()
        self._passing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)  # at once: a cut ends it also while the server is asked
        passing = self._passing if not self._deaf else asyncio.Event()
        there, back = await asyncio.open_unix_connection(self._target)
        self._writers.add(back)
        await asyncio.gather(
            _copy(reader, back, passing, self._count), _copy(there, writer, passing)
        )
        self._writers -= {writer, back}

    def _count(self) -> None:
        self.sent += 1


async def _copy(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    passing: asyncio.Event,
    seen: Callable[[], None] = lambda: None,
) -> None:
    try:
        while data := await reader.read(65536):
            seen()
            if passing.is_set():
                writer.write(data)
                await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
