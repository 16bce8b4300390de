"""Cursors: what is written is read back, anything else is refused."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.errors import InvalidCursor
from chat.workspace.cursors import read_cursor, write_cursor

MOMENT = datetime(2026, 3, 2, 8, 0, 0, 123_456, tzinfo=UTC)


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.uuids(),
)
def test_it_reads_what_it_wrote_to_the_microsecond(moment: datetime, message_id: UUID) -> None:
    assert read_cursor(write_cursor((moment, message_id))) == (moment, message_id)


def test_a_cursor_is_safe_in_a_url() -> None:
    assert write_cursor((MOMENT, uuid4())).replace("-", "").replace("_", "").isalnum()


@given(st.from_regex(r"[A-Za-z0-9_-]{32}", fullmatch=True) | st.text(max_size=40))
def test_it_reads_what_could_have_been_written_and_refuses_the_rest(text: str) -> None:
    try:
        place = read_cursor(text)
    except InvalidCursor:
        return
    assert write_cursor(place) == text


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é" * 32,
        "A" * 31,
        "A" * 36,
        "//" * 16,
        "_" * 32 + "=",
        "f" + "_" * 31,  # a time that no clock reaches
        f"{MOMENT.isoformat()}|{UUID(int=1)}",
    ],
)
def test_it_refuses_garbage(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        read_cursor(cursor)
