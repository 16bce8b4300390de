"""The suite's own guards hold."""

import socket

import pytest
from blockbuster import BlockingError

from stemcore import env
from tests import guard_fixtures


def test_a_connection_beyond_loopback_is_refused() -> None:
    with socket.socket() as far, pytest.raises(PermissionError):
        far.connect(("192.0.2.1", 80))
    assert guard_fixtures._left_loopback == ["('192.0.2.1', 80)"]
    guard_fixtures._left_loopback.clear()


async def test_our_code_may_not_block_the_loop() -> None:
    with pytest.raises(BlockingError):
        env.load_file(guard_fixtures.SOME_FILE)
