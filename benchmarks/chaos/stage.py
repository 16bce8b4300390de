"""What runs: two server processes, a worker, their provider, a pooler, and ways to hurt them."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import psycopg

from benchmarks.chaos.clock import Clock, make_clock
from benchmarks.guests.world import right_answer
from benchmarks.service import DATABASE
from benchmarks.worker.fleet import Workers, workers
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests.pooler import pooler
from tests.ports import free_port
from tests.service import end, environment, wait_for
from tests.stubs import steps
from tests.stubs.providers import ProviderStub
from tests.stubs.relay import Relay
from tests.stubs.supabase import StorageStub

KEY = "service-role-key-of-the-proof"
SERVERS = 2
PROVIDER_S = 0.2
DISK_KB = 4_096


@dataclass
class Server:
    """A server process; `lives` counts its lives, so that one can tell whether it was killed."""

    port: int
    environ: dict[str, str]
    lives: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.lives += 1
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(self.port)],
            env={**os.environ, **self.environ},
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """Ends the process at once, and starts it again; returns when it listens."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()
        wait_for(f"http://127.0.0.1:{self.port}/healthz")

    def stop(self) -> None:
        """Ends the process, gently first."""
        if self.process is not None:
            end(self.process)


@dataclass
class Stage:
    """Everything that runs, and what the provider does now."""

    database: ServerHandle
    servers: list[Server]
    worker: Workers
    relay: Relay
    stub: ProviderStub
    bucket: StorageStub
    clock: Clock | None
    disk: Path | None
    dice: random.Random
    mood: Any = field(default_factory=lambda: right_answer(PROVIDER_S))

    def react(self, received: Any) -> steps.Step:
        mood = self.mood
        step: steps.Step = mood(received) if callable(mood) else mood
        return step

    def superuser(self) -> "psycopg.Connection[Any]":
        """A connection of its own: those before a restart are dead."""
        return psycopg.connect(self.database.url(DATABASE), autocommit=True)


@contextmanager
def stage(server: ServerHandle, seed: int) -> Iterator[Stage]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="chaos")))
        bucket = StorageStub(KEY)
        stack.enter_context(bucket.server)
        stub = ProviderStub(record=False).start()
        stack.callback(stub.stop)
        socket = stack.enter_context(pooler(server.socket_dir, "transaction", LOGIN))
        relay = stack.enter_context(Relay(socket))
        disk = stack.enter_context(_small_disk(folder / "disk"))
        clock = make_clock(folder)
        environ = {
            **environment(relay.url(DATABASE, LOGIN), stub.port),
            "DATABASE_POOL_MODE": "transaction",
            "SUPABASE_URL": bucket.server.url,
            "SUPABASE_SERVICE_ROLE_KEY": KEY,
            "SUPABASE_JWT_VERIFICATION": "local",
            "GUEST_EMBEDDING_LIMIT": "400",
            "GUEST_CHAT_LIMIT": "400",
            "LOG_LEVEL": "error",
            **(clock.environ if clock else {}),
        }
        servers = [Server(free_port(), environ) for _ in range(SERVERS)]
        for one in servers:
            one.start()
            stack.callback(one.stop)
        for one in servers:
            wait_for(f"http://127.0.0.1:{one.port}/readyz")
        space = {"TMPDIR": str(disk)} if disk else {}
        worker = stack.enter_context(workers(1, {**environ, **space}))
        dice = random.Random(seed)
        made = Stage(server, servers, worker, relay, stub, bucket, clock, disk, dice)
        stub.always(made.react)
        stub.always_embeddings(made.react)
        yield made


@contextmanager
def _small_disk(at: Path) -> Iterator[Path | None]:
    """A file system of a few megabytes, which only root can make; None for others."""
    at.mkdir()
    if os.geteuid() != 0:
        yield None
        return
    size = f"size={DISK_KB}k,mode=1777"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", at], check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", "--lazy", at], check=True)


async def answers_again(stage: Stage, within_s: float) -> float:
    """Seconds until every server is ready. Raises AssertionError when one is not in time."""
    began = time.monotonic()
    await asyncio.gather(
        *(asyncio.to_thread(_ready, one, began + within_s) for one in stage.servers)
    )
    return time.monotonic() - began


def _ready(server: Server, until: float) -> None:
    while True:
        left = until - time.monotonic()
        assert left > 0, "a server is not ready in time"
        with suppress(OSError), urlopen(f"http://127.0.0.1:{server.port}/readyz", timeout=left):
            return
        time.sleep(0.1)
