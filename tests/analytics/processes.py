"""The service's programs over the tests' database and the stubbed provider, as processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connection

from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests.ports import free_port
from tests.processes import ROOT
from tests.provider_fixtures import Providers
from tests.service import end, environment, wait_for

Process = subprocess.Popen[str]


def start(
    arguments: str, server: ServerHandle, providers: Providers, output: int = subprocess.PIPE
) -> Process:
    """`manage.py` with these arguments."""
    address = server.url(connection.settings_dict["NAME"], LOGIN)
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments.split()],
        cwd=ROOT,
        env={**os.environ, **environment(address, providers.stub.port)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        text=True,
    )


@contextmanager
def servers(number: int, server: ServerHandle, providers: Providers) -> Iterator[list[Any]]:
    """So many processes that serve, each as (process, URL)."""
    with ExitStack() as stack:
        running = []
        for _ in range(number):
            port = free_port()
            arguments = f"serve --port {port} --grace 1"
            process = start(arguments, server, providers, subprocess.DEVNULL)
            stack.callback(end, process)
            running.append((process, f"http://127.0.0.1:{port}"))
        for _, url in running:
            wait_for(f"{url}/healthz", 60)
        yield running
