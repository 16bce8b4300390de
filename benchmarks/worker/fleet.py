"""Worker processes to be killed, and the platform's worker beside them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import Event

import psutil
import psycopg

from benchmarks.service import all_the_while
from tests.materials.platform_worker import PlatformWorker
from tests.service import end

CONCURRENCY = 3
LOCK_MINUTES = 1
VISIBILITY_S = 5


class Workers:
    """So many `process_materials --watch`, each started again when it was killed."""

    def __init__(self, count: int, environ: Mapping[str, str]) -> None:
        self._environ = {
            **os.environ,
            "MATERIAL_JOB_LOCK_MINUTES": str(LOCK_MINUTES),
            "MATERIAL_JOB_VISIBILITY_TIMEOUT_SECONDS": str(VISIBILITY_S),
            **environ,
        }
        self._processes = [self._start() for _ in range(count)]

    def _start(self) -> "subprocess.Popen[bytes]":
        command = f"manage.py process_materials --watch --concurrency {CONCURRENCY}"
        return subprocess.Popen(
            [sys.executable, *command.split()],
            env=self._environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, index: int) -> None:
        """Ends a worker at once, and starts another in its place."""
        self._processes[index].send_signal(signal.SIGKILL)
        self._processes[index].wait()
        self._processes[index] = self._start()

    def process_of(self, index: int) -> psutil.Process:
        return psutil.Process(self._processes[index].pid)

    @property
    def ended(self) -> int:
        """How many have ended by themselves, which none may."""
        return sum(process.poll() is not None for process in self._processes)

    def close(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            end(process)


@contextmanager
def workers(count: int, environ: Mapping[str, str]) -> Iterator[Workers]:
    made = Workers(count, environ)
    try:
        yield made
    finally:
        made.close()


def platform_worker(address: str, every_s: float) -> AbstractContextManager[None]:
    """The platform's worker, looking into the queue all the time."""

    def run(stopped: Event) -> None:
        while not stopped.wait(every_s):
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    platform = PlatformWorker(connection, LOCK_MINUTES)
                    while not stopped.wait(every_s):
                        platform.work(1)
            except psycopg.OperationalError:
                time.sleep(0.2)  # the database is being restarted

    return all_the_while(run)
