"""The suite's own guards hold."""

import socket
import time

import pytest
from blockbuster import BlockingError

from stemcore import env
from tests import guard_fixtures
from tests.stubs.providers import PATHS, ProviderStub


def test_a_connection_beyond_loopback_is_refused() -> None:
    with socket.socket() as far, pytest.raises(PermissionError):
        far.connect(("192.0.2.1", 80))
    assert guard_fixtures._left_loopback == ["('192.0.2.1', 80)"]
    guard_fixtures._left_loopback.clear()


async def test_our_code_may_not_block_the_loop() -> None:
    with pytest.raises(BlockingError):
        env.load_file(guard_fixtures.SOME_FILE)


def test_what_one_test_gave_up_is_none_of_the_next_ones(provider_server: ProviderStub) -> None:
    provider_server._server._loop.call_soon_threadsafe(time.sleep, 0.1)  # a busy machine
    with socket.create_connection(("127.0.0.1", provider_server.port)) as left:
        head = f"POST {PATHS['openai']}/embeddings HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n"
        left.sendall(head.encode() + b"\r\n{}")
    provider_server.reset()
    time.sleep(0.3)
    assert provider_server.received == []
    assert provider_server.openai.most_in_flight == 0
