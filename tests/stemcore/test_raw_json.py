"""JSON as bytes: what is cleaned, what is skipped, what is counted."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.errors import InvalidJson
from stemcore.raw_json import FieldSplitter, clean_json, has_more_values, join_fields
from stemcore.text import clean_text

PARTS = st.sampled_from(
    [
        "\ud83d",
        "\ude00",
        "\ud800",
        "\udfff",
        "\0",
        "\\",
        '"',
        "u0000",
        "ud83d",
        "é",
        "😀",
        "\n",
        "x",
    ]
)
TEXTS = st.lists(PARTS, max_size=12).map(
    # Halves that meet are one character.
    lambda parts: "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(TEXTS)
def test_it_cleans_texts_as_texts_are_cleaned(text: str) -> None:
    for escaped in (True, False):
        raw = json.dumps(text, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
        assert json.loads(clean_json(raw)) == clean_text(text)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
        (rb'"\uD83D\uDE00"', rb'"\uD83D\uDE00"'),
        (rb'"\ud83d"', rb'"\ufffd"'),
        (rb'"\ude00\ud83d"', rb'"\ufffd\ufffd"'),
        (rb'"\ud83d\ud83d\ude00"', rb'"\ufffd\ud83d\ude00"'),
        (rb'"\ud83d\ude00\ude00"', rb'"\ud83d\ude00\ufffd"'),
        (rb'"\\ud83d"', rb'"\\ud83d"'),
        (rb'"\\\ud83d"', rb'"\\\ufffd"'),
        (rb'"\\ud83d\ude00"', rb'"\\ud83d\ufffd"'),
        (rb'"a\u0000b\\u0000"', rb'"ab\\u0000"'),
        (b"\xef\xbb\xbf{}", b"{}"),
        (b'"\xed\xa0\xbd"', '"\ufffd"'.encode()),
    ],
)
def test_it_knows_an_escape_from_what_looks_like_one(raw: bytes, cleaned: bytes) -> None:
    assert clean_json(raw) == cleaned


@pytest.mark.parametrize("raw", [b'"\xff"', b'"\0\\u0000"', b"\xff\xfe{\0}\0"])
def test_it_refuses_what_is_no_utf8(raw: bytes) -> None:
    with pytest.raises(InvalidJson):
        clean_json(raw)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), VALUES))
def test_it_takes_apart_what_is_named_and_not_null(data: dict[str, Any]) -> None:
    raw = clean_json(json.dumps(data).encode())
    found = FieldSplitter(["a", "b", "e"]).split(raw)
    assert found is not None
    wanted = {name: json.loads(raw)[name] for name in ("a", "b") if data.get(name) is not None}
    assert {name: json.loads(part) for name, part in found.items()} == wanted
    assert json.loads(join_fields(found)) == wanted


def values_in(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + sum(map(values_in, inner))


@given(VALUES)
def test_it_counts_values(value: Any) -> None:
    raw, count = json.dumps(value).encode(), values_in(value)
    assert not has_more_values(raw, count)
    assert count == 1 or has_more_values(raw, count - 1)


def test_what_is_no_object_is_none_and_still_has_to_be_json() -> None:
    splitter = FieldSplitter(["a"])
    assert splitter.split(b" [1]") is None
    for raw in (b"[1", b"{} {}", b"", b'{"a": NaN}', b'{"a": 01}', b"{'a': 1}", b"[" * 100_000):
        with pytest.raises(InvalidJson):
            splitter.split(raw)
