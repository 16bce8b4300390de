"""Bodies made to be expensive: refused or skipped in little time, with a short answer."""

import json
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.tokens import access_token
from tests.wire.bombs import (
    BAD_ESCAPES,
    DEEP,
    DIGITS,
    HALVES,
    KEYS,
    NUMBERS,
    OBJECTS,
    PAIRS,
    QUOTES,
    TEXTS,
)
from tests.wire.conftest import Server

HEALTH_S = 1.0
"""Ten times what `/healthz` may take at most (`python -m benchmarks.bombs` measures it).

So long may the server compute meanwhile; a machine that gives it no time to do so is not its fault.
"""
ANSWER_BYTES = 20_000


def ask(server: Server, field: bytes, value: bytes) -> tuple[int, str]:
    """The status, and the error's message, of a request with one field that is a bomb."""
    user = uuid4()
    body = json.dumps(
        {"class_id": str(uuid4()), "user_id": str(user), "class_title": "T", "user_message": "?"}
    ).encode()
    body = body[:-1] + b', "%b": %b}' % (field, value)
    answer = server.ask(
        b"POST /v1/chat/generate HTTP/1.1\r\nhost: x\r\nx-api-key: service-key-of-the-tests\r\n"
        b"authorization: Bearer %b\r\ncontent-length: %d\r\n\r\n%b"
        % (access_token(user).encode(), len(body), body)
    )
    assert int(answer.headers["content-length"]) < ANSWER_BYTES
    error = answer.body["error"]
    assert len(error.get("details", [])) <= 20
    return answer.status, error["message"]


@pytest.fixture
def _health_goes_on(server: Server) -> Iterator[None]:
    """Asks `/healthz` all the while, and fails when it waited."""
    slowest, done = 0.0, threading.Event()

    def watch() -> None:
        nonlocal slowest
        connection = server.connect()
        while True:
            started = time.monotonic(), server.cpu_s()
            connection.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            assert connection.answer().status == 200
            waited = min(time.monotonic() - started[0], server.cpu_s() - started[1])
            slowest = max(slowest, waited)
            if done.wait(0.005):
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield
    done.set()
    watcher.join()
    assert slowest < HEALTH_S


@pytest.mark.usefixtures("_health_goes_on")
@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        (b"tool_catalog", NUMBERS, "tool_catalog: must have at most 20000 values in it"),
        (b"tool_catalog", OBJECTS, "tool_catalog: must have at most 20000 values in it"),
        (b"tool_catalog", TEXTS, "tool_catalog: must have at most 20000 values in it"),
        (b"transcript", OBJECTS, "transcript: must have at most 20000 values in it"),
        (b"orchestration_hints", KEYS, "orchestration_hints: must have at most 20000 values in it"),
        (b"class_id", KEYS, "class_id: must have at most 20000 values in it"),
        (b"tool_catalog", b"[" + b"1," * 15_000 + b"1]", "tool_catalog.0: must be a text"),
        (b"transcript", b"[" + b"{}," * 15_000 + b"{}]", "transcript.0.role: is required"),
        (b"max_tokens", QUOTES, "max_tokens: must be a whole number"),
    ],
)
def test_a_bomb_in_a_field_is_refused_by_its_name(
    server: Server, field: bytes, value: bytes, told: str
) -> None:
    assert ask(server, field, value) == (422, told)


@pytest.mark.usefixtures("_health_goes_on")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"ignored", DEEP),
        (b"ignored", BAD_ESCAPES),
        (b"ignored", HALVES),
        (b"orchestration_hints", DEEP),
        (b"orchestration_hints", DIGITS),
        (b"max_tokens", DIGITS),
    ],
)
def test_what_cannot_be_read_is_no_json(server: Server, field: bytes, value: bytes) -> None:
    assert ask(server, field, value)[0] == 400


@pytest.mark.usefixtures("_health_goes_on")
@pytest.mark.parametrize("value", [NUMBERS, OBJECTS, TEXTS, KEYS, PAIRS, DIGITS, QUOTES])
def test_a_big_field_that_nobody_reads_is_skipped(server: Server, value: bytes) -> None:
    # The next to fail is the database, which this server has not got.
    assert ask(server, b"ignored", value)[0] == 502
