"""The tolerant parser beside the strict one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.answers.tolerant import tolerant_values

names = st.text(alphabet="abcXYZ_09 -", min_size=1, max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
)
texts = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40)
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


def strings_of(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(strings_of, value.values()))
    if isinstance(value, list):
        return set().union(*map(strings_of, value))
    return {value} if isinstance(value, str) else set()


@given(st.dictionaries(names, values, max_size=5), st.sampled_from([None, 2]))
def test_it_reads_valid_json_as_the_strict_parser_does(value: dict[str, Any], indent: int) -> None:
    reading = tolerant_values(json.dumps(value, indent=indent))
    assert not reading.is_cut_off
    if reading.is_doubtful:
        # Only a text whose last sign opens something looks as if it went on behind its quote.
        assert any(text[-1:] in " \n\t([{=,:;" or text[-1:].isspace() for text in strings_of(value))
        assert strings_of(reading.values) <= strings_of(value)
    else:
        assert reading.values == [value]


@given(st.dictionaries(names, texts, min_size=1, max_size=5), st.data())
def test_it_reads_the_complete_fields_of_a_truncated_object(
    value: dict[str, str], data: st.DataObject
) -> None:
    text = json.dumps(value)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    for found in tolerant_values(cut).values:
        assert isinstance(found, dict)
        assert found.items() <= value.items()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1,, "b": [1, 2,],}', {"a": 1, "b": [1, 2]}),
        ("{a: 'x', b: True, c: None, d: high}", {"a": "x", "b": True, "c": None, "d": "high"}),
        ('{"a": [1, 2}, "b": 3}', {"a": [1, 2]}),
        ('{"a": [{"b": 1]}', {"a": [{"b": 1}]}),
        ('{"a": , "b": 2}', {"b": 2}),
        ('{"a": 1/2, "b": 2}', {"a": "1/2", "b": 2}),
        ('{"a" "b": 2}', {"b": 2}),
        ('["x"\n"y"]', ["x", "y"]),
        ('{"a": "x"\n"b": "y"}', {"a": "x", "b": "y"}),
        ('{"a": .5, "b": -1e3, "c": 007}', {"a": 0.5, "b": -1000.0, "c": 7}),
        ("{‘a’: ‘it's’, “b”: „x”}", {"a": "it's", "b": "x"}),
    ],
)
def test_it_makes_sense_of(text: str, value: object) -> None:
    assert tolerant_values(text).values[0] == value


@pytest.mark.parametrize("text", ['{"a": 1', '{"a": [1, 2', '{"a": "x", "b', '{"a": "x'])
def test_it_says_that_the_end_is_missing(text: str) -> None:
    assert tolerant_values(text).is_cut_off


def test_it_follows_no_nesting_without_end() -> None:
    reading = tolerant_values("[" * 100_000 + "1" + "]" * 100_000)
    assert reading.values
