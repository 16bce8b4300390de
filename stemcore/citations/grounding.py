"""Bringing what an answer cites to the sources that it was given."""

import textwrap
from collections.abc import Iterable, Sequence

from stemcore.citations.citation import Citation
from stemcore.citations.labels import Passage
from stemcore.citations.naming import named
from stemcore.sentences import LONGEST, best_match, lines_and_sentences

_QUOTED_CHARS = 24_000
"""No more of a source is searched for a sentence, the longest that a prompt gives of one."""


def grounded(
    citations: Iterable[Citation], passages: Sequence[Passage], about: str
) -> list[Citation]:
    """The citations of sources given, each source once, under its label as given.

    One without a rationale gets the sentence of its source that fits `about` best, word for word.
    """
    rationales: dict[str, str] = {}
    for citation in citations:
        for label in named(citation.source_label, passages):
            rationales[label] = rationales.get(label) or citation.rationale
    texts = {passage.label: passage.text for passage in passages}
    return [
        Citation(source_label=label, rationale=rationale or quotation(texts[label], about))
        for label, rationale in rationales.items()
    ]


def quotation(text: str, about: str) -> str:
    """The sentence of a text that shares most with another, the first when none shares anything.

    Of a sentence too long to be shown a part of it. Empty when the text says nothing.
    """
    found = [part for one in lines_and_sentences(text[:_QUOTED_CHARS]) for part in _parts(one)]
    return found[best_match(about, found)[0]] if found else ""


def _parts(sentence: str) -> list[str]:
    return [sentence] if len(sentence) <= LONGEST else textwrap.wrap(sentence, LONGEST)
