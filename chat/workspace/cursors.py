"""Opaque cursors into a session's messages: time and id of one message, as base64url."""

import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chat.errors import InvalidCursor
from chat.turns import Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FORMAT = struct.Struct(">q16s")  # 24 bytes, so that base64 needs no padding
_CURSOR = re.compile(r"[A-Za-z0-9_-]{32}")


def write_cursor(place: Place) -> str:
    """The cursor that names a message by its time, to the microsecond, and its id."""
    moment, message_id = place
    packed = _FORMAT.pack((moment - _EPOCH) // _MICROSECOND, message_id.bytes)
    return urlsafe_b64encode(packed).decode()


def read_cursor(cursor: str) -> Place:
    """The place that a cursor names.

    Raises InvalidCursor for anything that `write_cursor` cannot have made.
    """
    if not _CURSOR.fullmatch(cursor):
        raise InvalidCursor
    microseconds, message_id = _FORMAT.unpack(urlsafe_b64decode(cursor))
    try:
        return _EPOCH + timedelta(microseconds=microseconds), UUID(bytes=message_id)
    except OverflowError:
        raise InvalidCursor from None
