"""The service as a process of its own, behind a relay to its database."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.service import end, environment, wait_for
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests.ports import free_port
from tests.stubs.relay import Relay

GRACE_S = 1


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
    """A service that serves, with these variables besides, and a second of grace at its end."""
    with Relay(server.socket_dir) as relay:
        address = {"DATABASE_URL": relay.url(database, LOGIN)}
        known = {**os.environ, **environment(server, free_port()), **address, **(environ or {})}
        port = free_port()
        command = f"manage.py serve --port {port} --workers {workers} --grace {GRACE_S}"
        process = subprocess.Popen([sys.executable, *command.split()], env=known)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz")
            yield Service(f"http://127.0.0.1:{port}", relay, process)
        finally:
            end(process)
