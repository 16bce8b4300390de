"""Properties of the reader: valid answers come out as they went in, and no half text ever does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.answers import Answer, Statement, UnusableAnswer, read_answer
from tests.malformed import PROSE
from tests.properties import tries
from tests.stemcore.answers.corpus import Quiz, Reply


class Plain(Answer):
    """Takes any text as it is."""

    model_config = {"str_strip_whitespace": False}

    text: str
    more: list[str] = []
    level: str | None = None


# NUL and halves of surrogate pairs can neither be stored nor sent.
any_text = st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"))
# What JSON, Markdown, code and formulas are made of; a backslash before a letter may be LaTeX or
# a line break escaped twice, and has tests of its own.
dense_text = st.text(alphabet="\"{}[](),:“”‘’'`\n\t /*#<>$=.-01ab", max_size=60)
texts = any_text | dense_text
plains = st.fixed_dictionaries(
    {"text": texts}, optional={"more": st.lists(texts, max_size=3), "level": texts}
)


def read_plain(text: str) -> dict[str, Any]:
    return read_answer(text, Plain, "test").model_dump(exclude_unset=True)


@tries(300)
@given(
    plains,
    st.booleans(),
    st.sampled_from([None, 1]),
    st.sampled_from(["{}", "```json\n{}\n```", "```\n{}```"]),
    st.sampled_from(["", "Here it is:\n", '<think>Hm, {so} "be" it.</think>\n']),
)
def test_valid_json_comes_out_as_it_went_in(
    plain: dict[str, Any], ascii_only: bool, indent: int | None, frame: str, before: str
) -> None:
    text = json.dumps(plain, ensure_ascii=ascii_only, indent=indent)
    assert read_plain(before + frame.replace("{}", text)) == plain


@tries(150)
@given(plains, st.sampled_from(PROSE), st.sampled_from(PROSE))
def test_prose_around_it_changes_nothing(plain: dict[str, Any], before: str, after: str) -> None:
    assert read_plain(f"{before}\n{json.dumps(plain)}\n{after}") == plain


REPLIES = st.fixed_dictionaries(
    {
        "answer": dense_text.map(lambda text: f"It {text}is."),
        "level": st.just("low"),
        "notes": st.lists(dense_text.map(lambda text: f"n{text}n"), max_size=2),
    }
)


@tries(200)
@given(st.permutations(["answer", "level", "notes"]), REPLIES, st.data())
def test_a_truncated_answer_never_holds_half_a_text(
    order: list[str], reply: dict[str, Any], data: st.DataObject
) -> None:
    text = json.dumps({name: reply[name] for name in order})
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        answer = read_answer(cut, Reply, "test")
    except UnusableAnswer:
        return
    assert answer.answer == reply["answer"].strip()
    whole = {note.strip() for note in reply["notes"]}
    assert set(answer.notes) <= whole


@tries(100)
@given(st.lists(dense_text.map(lambda text: f"Q{text}?"), min_size=1, max_size=4), st.data())
def test_a_truncated_list_holds_whole_items_only(stems: list[str], data: st.DataObject) -> None:
    items = [{"question": stem, "choices": ["a", "b"], "answer": "a"} for stem in stems]
    text = json.dumps({"questions": items})
    cut = text[: data.draw(st.integers(0, len(text)))]
    try:
        answer = read_answer(cut, Quiz, "test")
    except UnusableAnswer:
        return
    read = [item.question for item in answer.questions]
    assert read == [stem.strip() for stem in stems][: len(read)]


# Texts with quotes in pairs, as people and code have them.
QUOTED = ['say "yes"', 'x["a"]', 'f("a", "b")', '{"k": [1]}', 'the "A", "B" and "C"', '"end"']


@given(st.lists(st.sampled_from([*QUOTED, "and then", "so."]), min_size=1, max_size=5), st.data())
def test_quotes_left_unescaped_never_halve_a_text(parts: list[str], data: st.DataObject) -> None:
    said = " ".join(parts)
    text = f'{{"answer": "{said}", "level": "low", "notes": ["one"]}}'
    cut = data.draw(st.just(len(text)) | st.integers(0, len(text)))
    try:
        answer = read_answer(text[:cut], Reply, "test")
    except UnusableAnswer:
        return
    assert answer.answer == said


@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufeff", "\u2060\u00ad", "\u3164", "No."])
def test_an_answer_without_text_holds_no_json(text: str) -> None:
    with pytest.raises(UnusableAnswer, match="No JSON object found in the chat answer"):
        read_answer(text, Reply, "chat")


class Said(Answer):
    text: Statement


@pytest.mark.parametrize("text", ["", "…", "\u200b", "\u3164\u115f", "\u2800 \u00ad"])
def test_a_statement_of_invisible_characters_says_nothing(text: str) -> None:
    with pytest.raises(UnusableAnswer, match="must say something"):
        read_answer(json.dumps({"text": text}), Said, "test")


def test_an_answer_far_too_long_is_not_read() -> None:
    with pytest.raises(UnusableAnswer, match="not valid JSON"):
        read_answer("{" * 8_000_001, Reply, "test")


def test_of_countless_items_only_the_first_are_read() -> None:
    item = {"question": "Q?", "choices": ["a"], "answer": "a"}
    text = json.dumps({"questions": [item] * 5_000})
    assert read_answer(text, Quiz, "test").size == Quiz.max_items
