"""The reader of model answers: what it takes, prefers, refuses, and how long it takes."""

import json
import random
from time import thread_time
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.answers import (
    Answer,
    CaseFolded,
    ItemsAnswer,
    Statement,
    UnusableAnswer,
    read_answer,
)
from tests.malformed import PROSE, Malformed, malformed_answers, noise
from tests.steadiness import no_collection


class Reply(Answer):
    answer: Statement
    level: Annotated[Literal["low", "high"], CaseFolded]
    points: list[float] = []


class Card(Answer):
    front: Statement
    back: Statement


class Cards(ItemsAnswer):
    items_field = "cards"
    item_field = "front"
    max_items = 1000

    cards: list[Card]


REPLY: dict[str, Any] = {
    "answer": 'As $E = h\\nu$, \\theta and \\frac{a}{b} matter.\nIt\'s "so", see ½ 😀.',
    "level": "high",
    "points": [1, 2.5],
}
CARDS: dict[str, Any] = {
    "cards": [{"front": f"Term {n}", "back": f"What term {n} means"} for n in range(5)]
}


def refusal(text: str, model: type[Answer] = Reply, label: str = "chat") -> UnusableAnswer:
    with pytest.raises(UnusableAnswer) as raised:
        read_answer(text, model, label)
    return raised.value


def read_or_none(text: str, model: type[Answer] = Reply) -> Answer | None:
    try:
        return read_answer(text, model, "chat")
    except UnusableAnswer:
        return None


# A plain text has no quotes of its own, so that every flaw leaves it whole.
PLAIN = REPLY | {"answer": "The force is $m \\cdot \\alpha$, in newtons."}


@pytest.mark.parametrize(
    "malformed", malformed_answers(PLAIN, seed=1, count=140), ids=lambda case: case.flaw
)
def test_it_reads_or_refuses_any_flawed_answer(malformed: Malformed) -> None:
    answer = read_or_none(malformed.text)
    assert answer is not None or not malformed.keeps
    assert answer is None or not malformed.keeps or answer.model_dump() == PLAIN


@pytest.mark.parametrize(
    "text", [json.dumps(REPLY), json.dumps(REPLY, ensure_ascii=False, indent=1)]
)
def test_it_reads_valid_json_as_it_is(text: str) -> None:
    assert read_answer(text, Reply, "chat").model_dump() == REPLY


def test_it_reads_quotes_left_unescaped_inside_a_string() -> None:
    text = '{"answer": "He said "inertia", then "mass".", "level": "low"}'
    assert read_answer(text, Reply, "chat").answer == 'He said "inertia", then "mass".'


def test_it_keeps_typographic_quotes_inside_a_string() -> None:
    text = '{"answer": "He said “inertia”, then ‘mass’", "level": "low",}'
    assert read_answer(text, Reply, "chat").answer == "He said “inertia”, then ‘mass’"


def test_it_prefers_the_candidate_that_validates() -> None:
    text = (
        'Wrong: {"answer": "no level"} and right: {"answer": "yes", "level": "low"} {"answer": 1}'
    )
    assert read_answer(text, Reply, "chat").answer == "yes"


def test_it_prefers_the_later_of_two_valid_answers() -> None:
    text = '{"answer": "draft", "level": "low"} Better: {"answer": "final", "level": "low"}'
    assert read_answer(text, Reply, "chat").answer == "final"


def test_it_prefers_the_outer_of_nested_answers() -> None:
    text = (
        '{"answer": "outer", "level": "low", "points": [], "x": {"answer": "in", "level": "low"}}'
    )
    assert read_answer(text, Reply, "chat").answer == "outer"


def test_it_prefers_the_answer_with_more_items() -> None:
    text = f'{json.dumps(CARDS)} or just {{"cards": [{{"front": "Term 1", "back": "b"}}]}}'
    assert len(read_answer(text, Cards, "flashcards").cards) == 5


def test_valid_items_survive_invalid_neighbours() -> None:
    cards = [{"front": "ok", "back": "fine"}, {"front": "no back"}, 7, {"front": "", "back": "x"}]
    assert read_answer(json.dumps({"cards": cards}), Cards, "flashcards").cards == [
        Card(front="ok", back="fine")
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(CARDS["cards"]),
        "\n".join(json.dumps(card) for card in CARDS["cards"]),
        "Here you go [5 cards]:\n" + ",\n".join(json.dumps(card) for card in CARDS["cards"]),
    ],
)
def test_it_reads_items_that_come_without_their_wrapper(text: str) -> None:
    assert read_answer(text, Cards, "flashcards").model_dump() == CARDS


def test_it_keeps_the_complete_items_of_a_truncated_list() -> None:
    text = json.dumps(CARDS)
    for end in range(len(text)):
        cards = read_or_none(text[:end], Cards)
        assert (cards.size if cards else 0) == text[:end].count('means"')


def test_it_drops_a_string_that_lost_its_end() -> None:
    assert "cut off" in refusal('{"level": "low", "answer": "The force is eq').message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No JSON object found"),
        ("I would rather not.", "No JSON object found"),
        ("{nope}", "not valid JSON"),
        ("see [", "not valid JSON"),
        ('{"other": 1}', "Invalid chat JSON: none of the fields answer, level, points is there"),
        ('{"answer": "x"}', "Invalid chat JSON: level: is missing"),
        ('{"answer": "…", "level": "low"}', "Invalid chat JSON: answer: must say something"),
        (
            '{"answer": "x", "level": "SECRET", "points": "SECRET"}',
            "Invalid chat JSON: level: must be 'low' or 'high'; points: must be a valid list",
        ),
    ],
)
def test_it_names_what_is_wrong(text: str, words: str) -> None:
    assert words in refusal(text).message


def test_it_never_repeats_the_models_words() -> None:
    unusable = refusal('{"answer": {"SECRET": 1}, "level": "SECRET", "points": ["SECRET"]}')
    assert "SECRET" not in unusable.message + "".join(unusable.faults)


def test_it_lists_few_of_many_faults() -> None:
    points = ["x"] * 50
    unusable = refusal(json.dumps({"answer": "x", "level": "low", "points": points}))
    assert unusable.message.endswith("; and 42 more")


def test_no_string_holds_a_lone_surrogate_or_nul() -> None:
    text = '{"answer": "a\\u0000b\ud800 \\ud83d \\ud83d\\ude00\x00", "level": "low"}'
    assert read_answer(text, Reply, "chat").answer == "ab� � 😀"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_no_number_is_infinite(value: str) -> None:
    unusable = refusal(f'{{"answer": "x", "level": "low", "points": [{value}]}}')
    assert "points[0]" in unusable.message


@given(st.text())
def test_it_ends_in_an_answer_or_a_typed_error_for_any_text(text: str) -> None:
    refusal(text)


@given(st.text(alphabet='{}[]",:\\ \nanswerlevelow01“’', max_size=60))
def test_it_ends_likewise_for_any_text_of_brackets_and_quotes(text: str) -> None:
    assert read_or_none('{"answer": "x", "level": "low"}' + text) is not None


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\\")),
    st.sampled_from(PROSE),
)
def test_it_gives_back_any_text_of_a_valid_answer(answer: str, prose: str) -> None:
    text = f"{prose}\n{json.dumps({'answer': f'a{answer}.', 'level': 'low'})}"
    assert read_answer(text, Reply, "chat").answer == f"a{answer}."


def hundred_kilobytes() -> dict[str, str]:
    card = {"front": "What is $\\theta$ here?", "back": "An angle, in radians, of the motion. " * 3}
    text = json.dumps({"cards": [card] * 600})[:100_000].rpartition(",")[0]
    return {
        "clean": text + '"}]}',
        "truncated": text,
        "trailing commas": text.replace('"}', '",}') + '",}]}',
        "smart quotes": text.replace('"', "”") + "”}]}",
        "single backslashes": text.replace("\\\\", "\\") + '"}]}',
    }


@pytest.mark.parametrize("name", hundred_kilobytes())
def test_it_needs_little_time_for_a_hundred_kilobytes(name: str) -> None:
    text = hundred_kilobytes()[name]
    with no_collection():
        start = thread_time()
        assert len(read_answer(text, Cards, "flashcards").cards) > 500
        # About 10 to 30 ms on a quiet core; the margin is for a busy one.
        assert thread_time() - start < 0.5


HOSTILE = [
    "{",
    "[",
    '"',
    "\\",
    '{"',
    '{"cards":',
    '{"cards":[',
    '{"cards":"',
    '["x',
    '" ',
    ',"',
    '", "',
    "{'a':'",
    "it's ",
    "{ ",
    "[\n",
    '{"front":"a",',
    '"a" "b" ',
    "//",
    "```",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_it_takes_linear_time_for_hostile_text(piece: str) -> None:
    def seconds(length: int) -> float:
        text = '{"cards": [{"front": "' + piece * (length // len(piece))
        with no_collection():
            start = thread_time()
            read_or_none(text, Cards)
            return thread_time() - start

    # Twenty times the text: quadratic time would be four hundred times as long.
    assert seconds(60_000) < max(20 * 5 * seconds(3_000), 1.0)


def test_it_finds_the_answer_in_five_megabytes_of_noise() -> None:
    rng = random.Random(5)
    printable = "".join(map(chr, range(32, 127)))
    block = "".join(rng.choices(printable, k=50_000))
    for before, after in [(noise(rng, 5_000_000), ""), (block * 50, block * 50)]:
        start = thread_time()
        assert read_answer(before + json.dumps(CARDS) + after, Cards, "flashcards").size == 5
        assert thread_time() - start < 3


def test_it_accepts_line_breaks_inside_strings() -> None:
    assert (
        read_answer('{"answer": "one\n\ttwo", "level": "low"}', Reply, "chat").answer
        == "one\n\ttwo"
    )
