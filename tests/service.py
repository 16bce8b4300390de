"""The service as a process of its own, for tests and benchmarks."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import urlopen

from django.conf import settings

from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests.ports import free_port
from tests.stubs.relay import Relay

GRACE_S = 1
NOBODY = 1
"""A port at which nobody listens."""


@dataclass(frozen=True)
class Service:
    """A running service; `relay` is its way to the database."""

    url: str
    relay: Relay
    process: "subprocess.Popen[bytes]"


@contextmanager
def service(
    server: ServerHandle,
    database: str,
    environ: Mapping[str, str] | None = None,
    *,
    workers: int = 1,
) -> Iterator[Service]:
    """A service behind a relay to its database, with these variables besides.

    It has a second of grace when it is told to end.
    """
    with Relay(server.socket_dir) as relay:
        address = relay.url(database, LOGIN)
        known = {**os.environ, **environment(address), **(environ or {})}
        port = free_port()
        command = f"manage.py serve --port {port} --workers {workers} --grace {GRACE_S}"
        process = subprocess.Popen([sys.executable, *command.split()], env=known)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield Service(f"http://127.0.0.1:{port}", relay, process)
        finally:
            end(process)


def environment(database_url: str, stub_port: int = NOBODY) -> dict[str, str]:
    """What a process of the service needs to know; OpenAI is the stub at that port."""
    return {
        "DJANGO_SETTINGS_MODULE": "stemcore.settings",
        "DJANGO_DEBUG": "false",
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database_url,
        "DATABASE_POOL_MODE": settings.DATABASE_POOL_MODE,
        "LOG_FORMAT": "json",
        "AI_PROVIDER_DEFAULT": "openai",
        "AI_REQUEST_TIMEOUT_MS": "120000",
        "OPENAI_API_KEY": "key-of-the-stub",
        "OPENAI_MODEL": "gpt-4o-mini",
        "OPENAI_EMBEDDING_MODEL": "text-embedding-3-small",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{stub_port}/openai/v1",
    }


def wait_for(url: str, seconds: float = 180) -> None:
    """Returns when a GET succeeds; raises OSError when none did in time."""
    until = time.monotonic() + seconds
    while True:
        try:
            urlopen(url, timeout=30).close()  # it listens: asked twice, it would count two
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def end(process: "subprocess.Popen[Any]") -> None:
    """Ends a child, gently first."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
