"""The children that parse: each is started in advance, waits for one file, reads it, and ends.

A child needs longer to start than for most files. So one waits beside those at work, confined
already; it knows nothing but our code, and no file's child ever sees another file.
"""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Lock
from typing import Final

from materials.extraction.model import Bounds

_CHILD: Final = str(Path(__file__).with_name("child.py"))


class Child:
    """A process that waits for its file. Its files and folder go with it at `close`."""

    def __init__(self, path: list[str], bounds: Bounds) -> None:
        self.path, self.bounds = path, bounds
        with ExitStack() as held:
            self.source = held.enter_context(TemporaryFile())
            # The answer goes through a file since its size can be limited, that of a pipe cannot.
            self.output = held.enter_context(TemporaryFile())
            folder = held.enter_context(TemporaryDirectory(prefix="extraction-"))
            order, self._order = os.pipe()
            held.callback(self._hang_up)
            try:
                self.process = self._start(folder, order)
            finally:
                os.close(order)
            held.callback(self._end)
            self._held = held.pop_all()

    def run(self, content: bytes, order: dict[str, object], seconds: int) -> int:
        """Has the file read and gives the exit code; the answer is in `output`.

        Raises subprocess.TimeoutExpired.
        """
        self.source.write(content)
        self.source.seek(0)
        with suppress(BrokenPipeError):  # how it ended says more
            os.write(self._order, json.dumps(order).encode())
        self._hang_up()
        return self.process.wait(seconds)

    def close(self) -> None:
        self._held.close()

    def _start(self, folder: str, order: int) -> "subprocess.Popen[bytes]":
        start = {"path": self.path, "bounds": asdict(self.bounds), "order": order}
        # -I and -S: nothing of the environment, the user or the folder decides what is loaded.
        return subprocess.Popen(  # noqa: S603 - every word of the command is ours
            [sys.executable, "-I", "-S", _CHILD, json.dumps(start)],
            stdin=self.source,
            stdout=self.output,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={},
            pass_fds=[order],
            start_new_session=True,
        )

    def _hang_up(self) -> None:
        order, self._order = self._order, -1
        if order >= 0:
            os.close(order)

    def _end(self) -> None:
        self.process.kill()
        self.process.wait()


class _Keeper:
    """Starts the children of a process and keeps the one that waits.

    In a thread of its own: a child ends with the thread that started it.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "extraction-keeper")
        self._lock = Lock()
        self._spare: Child | None = None

    def child(self, bounds: Bounds) -> Child:
        """The one that waits if it fits, else a new one. Raises OSError."""
        path = [entry for entry in sys.path if entry]
        with self._lock:
            spare, self._spare = self._spare, None
        if spare and (spare.path, spare.bounds) == (path, bounds) and spare.process.poll() is None:
            return spare
        if spare:
            spare.close()
        return self._thread.submit(Child, path, bounds).result()

    def prepare(self, path: list[str], bounds: Bounds) -> None:
        """Starts the next child, without waiting for it."""
        with suppress(RuntimeError):  # at the end of the process
            self._thread.submit(self._prepare, path, bounds)

    def _prepare(self, path: list[str], bounds: Bounds) -> None:
        with self._lock, suppress(OSError):
            self._spare = self._spare or Child(path, bounds)

    def forget(self) -> None:
        """Ends the child that waits, also one that is only about to be started."""
        with suppress(RuntimeError):  # at the end of the process
            self._thread.submit(lambda: None).result()
        with self._lock:
            spare, self._spare = self._spare, None
        if spare:
            spare.close()


keeper = _Keeper()
atexit.register(lambda: keeper.forget())


def _begin_anew() -> None:
    """A copy of this process has children of its own."""
    global keeper
    keeper = _Keeper()


os.register_at_fork(after_in_child=_begin_anew)


@contextmanager
def waiting_child(bounds: Bounds) -> Iterator[Child]:
    """A child for one file; once it is done the next one is started. Raises OSError."""
    child = keeper.child(bounds)
    try:
        yield child
    finally:
        child.close()
        keeper.prepare(child.path, child.bounds)
