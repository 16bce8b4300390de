"""Hostile files against the reader; `python -m benchmarks.worker.hostile` gives all to a worker."""

import pytest

from materials.errors import ExtractionFailed
from materials.extraction import detect_kind, extract
from tests.materials.hostile import hostile_files

COSTLY = ("million", "thousand", "bomb", "too many")


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return hostile_files(seed=61)


def test_there_are_sixty_the_same_for_the_same_seed(made: dict[str, bytes]) -> None:
    assert len(made) == 60
    assert len(set(made.values())) >= 59  # two are empty


def outcome(name: str, content: bytes) -> str:
    """The text of a file, or the sentence that says why it has none."""
    try:
        read = extract(content, detect_kind(None, None, name), page_limit=40)
    except ExtractionFailed as failure:
        return failure.message
    return "".join(segment.text for segment in read.segments)


@pytest.mark.proof
def test_each_gives_text_or_a_reason(made: dict[str, bytes]) -> None:
    cheap = {n: c for n, c in made.items() if not any(word in n for word in COSTLY)}
    assert len(cheap) > 45
    for name, content in cheap.items():
        assert outcome(name, content), name
