"""What no test may do, loaded by conftest: leave loopback, or block the event loop."""

import inspect
import ipaddress
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blockbuster import BlockBuster

PACKAGES = ["stemcore", "classes", "materials", "learning", "chat", "analytics"]

SOME_FILE = Path(__file__)
_left_loopback: list[str] = []


def _watch_connections(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and not _is_near(arguments[1]):
        _left_loopback.append(repr(arguments[1]))
        raise PermissionError("tests stay on loopback")


def _is_near(address: Any) -> bool:
    """Whether an address is a unix socket's or a loopback one; a name counts as far."""
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


sys.addaudithook(_watch_connections)


@pytest.fixture(autouse=True)
def _stays_on_loopback() -> Iterator[None]:
    _left_loopback.clear()
    yield
    # The refusal may have been taken for an unreachable service: the test fails all the same.
    assert not _left_loopback


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fails an async test in which our code blocks the loop; what fixtures prepare may block."""
    if not inspect.iscoroutinefunction(getattr(item, "function", None)):
        return (yield)
    guard = BlockBuster(scanned_modules=PACKAGES)
    guard.activate()
    try:
        return (yield)
    finally:
        guard.deactivate()
