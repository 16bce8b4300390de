"""Answers that nobody takes: a connection is not kept for them, and a slow client gets all."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from stemcore import server

LARGE = b"x" * 20_000_000  # more than the kernel's buffers hold
PATIENCE_S = 30


async def answer(scope: Any, receive: Any, send: Any) -> None:
    """An application whose answers are large."""
    length = (b"content-length", b"%d" % len(LARGE))
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": LARGE})


@pytest.fixture
async def serving() -> AsyncIterator[tuple[int, ServerState]]:
    """The port of a server, and what it holds."""
    config, state = uvicorn.Config(answer, log_config=None), ServerState()
    config.load()
    listening = await asyncio.get_running_loop().create_server(
        lambda: server.BoundedProtocol(config, state, {}), "127.0.0.1", 0
    )
    # Inherited by its connections: with a large one the server notices only every megabyte that
    # something was taken, which a slow machine's client takes a second for.
    listening.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
    yield listening.sockets[0].getsockname()[1], state
    listening.close()


async def ask(port: int) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    await loop.sock_sendall(client, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    return client


async def test_a_client_that_takes_nothing_is_left(
    serving: tuple[int, ServerState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "TAKING_SECONDS", 0.1)
    port, state = serving
    with await ask(port):
        for _ in range(PATIENCE_S * 50):
            if state.total_requests and not state.connections:
                return
            await asyncio.sleep(0.02)
    raise AssertionError("the connection is still there")


async def test_a_client_that_takes_its_time_gets_all(
    serving: tuple[int, ServerState], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "TAKING_SECONDS", 1.0)
    port, _ = serving
    taken = 0
    with await ask(port) as client:
        async with asyncio.timeout(PATIENCE_S):
            while taken < len(LARGE):
                taken += len(await asyncio.get_running_loop().sock_recv(client, 200_000))
                await asyncio.sleep(0.015)
    assert taken > len(LARGE)
