"""The `server` fixture: a server process of these tests, spoken to over raw sockets."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.ports import free_port

START_S = 60
MOMENT_S = 0.05
PATIENCE_S = 30
"""How long a test waits for what should come in three."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


class Connection:
    """A TCP connection to the server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._read = self._socket.makefile("rb")

    def send(self, data: bytes) -> bool:
        """Whether the server still takes it."""
        try:
            self._socket.sendall(data)
        except OSError:
            return False
        return True

    def answer(self) -> Answer:
        """The next answer, which has a JSON body or none."""
        status = int(self._read.readline().split()[1])
        headers = {}
        while line := self._read.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        raw = self._read.read(int(headers.get("content-length", 0)))
        return Answer(status, headers, json.loads(raw) if raw else None)

    def is_closed(self) -> bool:
        """Waits for the end of the connection; False when data came instead."""
        try:
            return self._read.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._read.close()
        self._socket.close()


@dataclass(frozen=True)
class Server:
    """The process of `hasty.py`; its connections are closed after each test."""

    port: int
    log: Path
    process: psutil.Process
    connections: list[Connection] = field(default_factory=list)

    def connect(self) -> Connection:
        self.connections.append(Connection(self.port))
        return self.connections[-1]

    def ask_apart(self, first: bytes, rest: bytes) -> Connection:
        """A connection over which both were sent, a moment apart.

        A pause of the machine that the server would not wait for is no such moment.
        """
        while True:
            connection, began = self.connect(), time.monotonic()
            connection.send(first)
            time.sleep(MOMENT_S)
            if time.monotonic() - began < 10 * MOMENT_S:
                connection.send(rest)
                return connection

    def cpu_s(self) -> float:
        """CPU seconds that the process has used so far."""
        used = self.process.cpu_times()
        return float(used.user + used.system)

    def ask(self, data: bytes) -> Answer:
        connection = self.connect()
        connection.send(data)
        return connection.answer()


@pytest.fixture
def server(process: Server) -> Iterator[Server]:
    yield process
    while process.connections:
        process.connections.pop().close()


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without a database or a provider, and its log."""
    log = tmp_path_factory.mktemp("server") / "log"
    port = free_port()
    with log.open("wb") as stderr:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.wire.hasty", str(port)], stderr=stderr
        )
    try:
        _wait_for(port)
        yield Server(port, log, psutil.Process(child.pid))
    finally:
        child.terminate()
        child.wait(PATIENCE_S)


def _wait_for(port: int) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
