"""What a client may send before it is answered: no more bytes and no more time than it needs."""

import time
from uuid import UUID

import pytest

from tests.wire.conftest import Answer, Server

KEY = b"x-api-key: service-key-of-the-tests\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
ROUTE = b"POST /v1/llm/generate HTTP/1.1\r\nhost: x\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"


def code_of(answer: Answer) -> str | None:
    assert answer.headers["content-type"] == "application/json"
    assert UUID(answer.headers["x-request-id"]) == UUID(answer.body["meta"]["request_id"])
    error = answer.body["error"]
    return error["code"] if error else None


def drip(connection: object, data: bytes) -> bool:
    """Sends the same few bytes until the server has had enough; whether it had."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if not connection.send(data):  # type: ignore[attr-defined]
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("begun", [b"", b"GET /healthz HTTP/1.1\r\nhost: x\r\n"])
def test_headers_that_do_not_come_end_the_connection(server: Server, begun: bytes) -> None:
    connection = server.connect()
    connection.send(begun)
    assert connection.is_closed()


def test_headers_that_drip_end_the_connection(server: Server) -> None:
    connection = server.connect()
    connection.send(b"GET /healthz HTTP/1.1\r\n")
    assert drip(connection, b"a: b\r\n")


def test_headers_that_drip_on_a_kept_connection_end_it(server: Server) -> None:
    connection = server.connect()
    connection.send(HEALTH)
    assert connection.answer().status == 200
    connection.send(b"GET /healthz HTTP/1.1\r\n")
    assert drip(connection, b"a: b\r\n")


@pytest.mark.proof
def test_a_kept_connection_outlasts_a_pause_between_lessons(server: Server) -> None:
    """A proxy takes it for good as long as it keeps it itself; uvicorn would end it after 5 s."""
    connection = server.connect()
    for _ in range(2):
        connection.send(HEALTH)
        assert connection.answer().status == 200
        time.sleep(6)


@pytest.mark.parametrize(
    "headers",
    [
        b"a: " + b"x" * 70_000,
        b"a: " + b"x" * 5_000_000,
        b"\r\n".join(b"a%d: %b" % (n, b"x" * 5000) for n in range(1000)),
        b"\r\n".join(b"a%d: b" % n for n in range(101)),
        b"x" * 5_000_000,
    ],
)
def test_large_headers_are_refused(server: Server, headers: bytes) -> None:
    connection = server.ask_apart(b"GET /healthz HTTP/1.1\r\n", headers + b"\r\n\r\n")
    try:
        answer = connection.answer()
    except ConnectionResetError:
        return  # it was still sending
    assert (answer.status, code_of(answer)) == (431, "headers_too_large")
    assert connection.is_closed()


def test_a_large_request_line_is_refused(server: Server) -> None:
    answer = server.ask(b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n")
    assert (answer.status, code_of(answer)) == (431, "headers_too_large")


def test_headers_of_an_ordinary_size_pass(server: Server) -> None:
    headers = b"\r\n".join(b"a%d: %b" % (n, b"x" * 1000) for n in range(50))
    assert server.ask(b"GET /healthz HTTP/1.1\r\n" + headers + b"\r\n\r\n").status == 200


def test_a_body_that_does_not_end_is_answered_and_then_left(server: Server) -> None:
    connection = server.connect()
    connection.send(ROUTE + KEY + CHUNKED + b"1\r\n{\r\n")
    answer = connection.answer()
    assert (answer.status, code_of(answer)) == (408, "request_timeout")
    assert drip(connection, b"1\r\n \r\n")


def test_a_body_is_not_waited_for_without_the_key(server: Server) -> None:
    connection = server.connect()
    connection.send(ROUTE + CHUNKED)
    answer = connection.answer()
    assert (answer.status, code_of(answer)) == (401, "unauthorized")
    assert drip(connection, b"1\r\n \r\n")


def test_a_body_beyond_the_limit_is_not_read_to_its_end(server: Server) -> None:
    connection = server.connect()
    connection.send(ROUTE + KEY + b"content-length: 9999999999\r\n\r\n")
    answer = connection.answer()
    assert (answer.status, code_of(answer)) == (413, "payload_too_large")
    assert drip(connection, b" " * 1000)


def test_a_connection_lives_on_after_a_refused_body_that_ends(server: Server) -> None:
    connection = server.connect()
    connection.send(ROUTE + b"content-length: 10\r\n\r\n")
    assert connection.answer().status == 401
    connection.send(b"0123456789" + HEALTH)
    assert connection.answer().status == 200


def test_requests_may_come_at_once(server: Server) -> None:
    connection = server.connect()
    body = b"content-length: 60000\r\n\r\n" + b"x" * 60_000
    connection.send((ROUTE + body) * 4 + HEALTH)
    assert [connection.answer().status for _ in range(5)] == [401, 401, 401, 401, 200]


def test_a_body_in_small_chunks_passes(server: Server) -> None:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"system": "' + b"x" * 100_000 + b'"}')
    answer = server.ask(ROUTE + KEY + CHUNKED + chunks + b"0\r\n\r\n")
    assert (answer.status, code_of(answer)) == (422, "validation_error")


def test_a_trailer_is_no_header(server: Server) -> None:
    answer = server.ask(ROUTE + CHUNKED + b"2\r\n{}\r\n0\r\n" + KEY + b"\r\n")
    assert (answer.status, code_of(answer)) == (401, "unauthorized")


@pytest.mark.parametrize("trailers", [b"a: " + b"x" * 3_000_000, b"a: b\r\n" * 500_000])
def test_large_trailers_end_the_connection(server: Server, trailers: bytes) -> None:
    connection = server.ask_apart(ROUTE + KEY + CHUNKED + b"2\r\n{}\r\n0\r\n", trailers)
    try:
        assert connection.answer().status == 431
    except ConnectionResetError:
        return  # it was still sending
    assert connection.is_closed()


@pytest.mark.parametrize("path", [b"/healthz", b"/v1/llm/generate", b"/chat"])
def test_an_upgrade_to_websockets_is_an_ordinary_request(server: Server, path: bytes) -> None:
    asked = (
        b"GET " + path + b" HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    answer = server.ask(asked)
    assert answer.status in (200, 401, 404)
    assert answer.body["meta"]["request_id"]
    assert "Traceback" not in server.log.read_text()


BODY = b'{"system": ""}'


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"TLS/1.0"])
@pytest.mark.parametrize(
    "framed",
    [
        b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY),
        CHUNKED + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
    ],
)
def test_a_request_that_offers_another_protocol_keeps_its_body(
    server: Server, protocol: bytes, framed: bytes
) -> None:
    offer = b"connection: Upgrade, HTTP2-Settings\r\nupgrade: %b\r\n" % protocol
    asked = ROUTE + KEY + offer + framed
    connection = server.connect()
    connection.send(asked * 2 + HEALTH + asked[:-5])
    for _ in range(2):
        assert code_of(connection.answer()) == "validation_error"
    assert connection.answer().status == 200
    connection.send(asked[-5:])
    assert code_of(connection.answer()) == "validation_error"


def test_an_offer_of_another_protocol_frees_no_body_from_its_limits(server: Server) -> None:
    offer = b"connection: upgrade\r\nupgrade: h2c\r\n"
    answer = server.ask(ROUTE + KEY + offer + b"content-length: 9999999999\r\n\r\n")
    assert (answer.status, code_of(answer)) == (413, "payload_too_large")
    answer = server.ask(ROUTE + KEY + offer + CHUNKED + b"1\r\n{\r\n")
    assert (answer.status, code_of(answer)) == (408, "request_timeout")


@pytest.mark.parametrize("data", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"hello\r\n\r\n"])
def test_what_is_no_http_is_refused(server: Server, data: bytes) -> None:
    answer = server.ask(data)
    assert (answer.status, code_of(answer)) == (400, "bad_request")


@pytest.mark.parametrize("path", [b"/administrator", b"/admin.php", b"/staticfiles", b"/static"])
def test_only_the_admin_is_the_admins(server: Server, path: bytes) -> None:
    answer = server.ask(
        b"POST " + path + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n"
    )
    assert (answer.status, code_of(answer)) == (404, "not_found")


@pytest.mark.parametrize("path", [b"/admin/login/", b"/admin", b"/static/nothing.css"])
def test_the_admin_takes_no_large_body(server: Server, path: bytes) -> None:
    connection = server.connect()
    connection.send(b"POST " + path + b" HTTP/1.1\r\nhost: x\r\n" + CHUNKED)
    connection.send(b"100000\r\n" + b"x" * 0x100000 + b"\r\n" + b"180000\r\n" + b"x" * 0x180000)
    answer = connection.answer()
    assert (answer.status, code_of(answer)) == (413, "payload_too_large")


def test_the_admin_waits_for_no_body_that_does_not_end(server: Server) -> None:
    connection = server.connect()
    connection.send(b"POST /admin/login/ HTTP/1.1\r\nhost: x\r\n" + CHUNKED + b"1\r\nx\r\n")
    answer = connection.answer()
    assert (answer.status, code_of(answer)) == (408, "request_timeout")
