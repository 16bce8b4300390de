"""The chat answer: what is dropped, what is a fault, and its grounding."""

import json
from typing import Any

import pytest

from chat.answer import ChatAnswer, ground
from stemcore.answers import UnusableAnswer, read_answer
from stemcore.citations import Passage

LABELS = ("Blueprint Context", "Source 1 | Cells | page 3")
SOURCES = tuple(Passage(label, "Cells divide. Each cell has a membrane.") for label in LABELS)


def read(**fields: Any) -> ChatAnswer:
    return read_answer(
        json.dumps({"answer": "Because.", "safety": "ok"} | fields), ChatAnswer, "chat"
    )


def test_it_reads_a_whole_answer() -> None:
    hint = {"type": "chart", "concept": "growth", "title": "Growth"}
    citation = {"sourceLabel": LABELS[1], "rationale": "defines it"}
    answer = read(citations=[citation], confidence="High", canvas_hint=hint)
    assert answer.model_dump(by_alias=True) == {
        "answer": "Because.",
        "safety": "ok",
        "citations": [citation],
        "confidence": "high",
        "canvas_hint": hint,
    }


@pytest.mark.parametrize("confidence", ["certain", 0.9, None, [], {}])
def test_it_drops_an_invalid_confidence(confidence: object) -> None:
    assert read(confidence=confidence).confidence is None


@pytest.mark.parametrize(
    "hint", ["chart", {"type": "map"}, {"type": "chart", "concept": "x"}, [], 3]
)
def test_it_drops_an_invalid_canvas_hint(hint: object) -> None:
    assert read(canvas_hint=hint).canvas_hint is None


@pytest.mark.parametrize("citations", [None, [], "", [None], [{}], [["a"]]])
def test_it_drops_invalid_citations(citations: object) -> None:
    assert read(citations=citations).citations == []


def test_it_reads_citations_that_are_only_labels() -> None:
    assert [citation.source_label for citation in read(citations=["A", "B"]).citations] == [
        "A",
        "B",
    ]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"answer": " "}, "answer: must say something"),
        ({"answer": None}, "answer: must be a valid string"),
        ({"safety": "unsure"}, "safety: must be 'ok' or 'refusal'"),
    ],
)
def test_it_refuses_an_answer_without_text_or_safety(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(UnusableAnswer) as raised:
        read(**fields)
    assert raised.value.message == f"Invalid chat JSON: {fault}"


@pytest.mark.parametrize(
    ("word", "safety"),
    [("Safe", "ok"), (" OK ", "ok"), ("refused", "refusal"), ("Refusal", "refusal")],
)
def test_it_reads_safety_in_other_words(word: str, safety: str) -> None:
    assert read(safety=word).safety == safety


def test_grounding_keeps_citations_to_given_labels_once_each() -> None:
    answer = read(
        citations=[LABELS[1], "source 1 |  Cells | Page 3", "Blueprint Context", "Source 9"]
    )
    labels = [citation.source_label for citation in ground(answer, SOURCES).citations]
    assert labels == [LABELS[1], "Blueprint Context"]


@pytest.mark.parametrize(
    ("fields", "sources", "confidence"),
    [
        ({"citations": ["Source 9"], "confidence": "high"}, SOURCES, "low"),
        ({"citations": ["Source 9"]}, SOURCES, "low"),
        ({"citations": ["Source 9"], "confidence": "high"}, (), "high"),
        ({"citations": ["Source 9", LABELS[0]], "confidence": "high"}, SOURCES, "high"),
        ({"citations": [], "confidence": "medium"}, SOURCES, "medium"),
        ({"citations": ["Source 9"], "safety": "refusal"}, SOURCES, None),
    ],
)
def test_grounding_lowers_the_confidence_of_an_answer_that_lost_its_sources(
    fields: dict[str, Any], sources: tuple[Passage, ...], confidence: str | None
) -> None:
    assert ground(read(**fields), sources).confidence == confidence
