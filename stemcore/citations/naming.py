"""Which of the given sources a name means: models cite by label, number, title, or in between.

Names are compared folded: case, spaces, quotes, dashes and brackets around them do not count. What
names no given source exactly, or several of them by title, names none.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import Final

from stemcore import words
from stemcore.citations.labels import BLUEPRINT_LABEL, Heading, Passage, heading_of
from stemcore.text import one_line

_LONGEST = 600
_MAX_RANGE = 24
_AROUND: Final = " \t\n[](){}<>\"'“”‘’«»„*_`.,;:|【】「」『』^~#\\"
# "Source" in the languages that a class is taught in, for answers keep to the student's language.
_WORD: Final = (
    r"(?:sources?|src|s|references?|refs?|citations?|passages?|quellen?|fuentes?|fontes?|fonti"
    r"|bron(?:nen)?|źródł[oa]|kaynak|källa|kilde|zdroj|источники?|джерело|πηγή|المصدر|מקור"
    r"|来源|來源|出典|ソース|资料|資料|출처|स्रोत)"
)
_ONE: Final = (
    rf"[\[(]*(?:(?:see|cf|from|per|siehe|vgl|voir)\b\.?\s+)?[\[(]*(?:{_WORD}\.?\s*)?"
    r"(?:(?:no|nr|number)\b\.?|n°|[#№:^\-\[(])*\s*(\d{1,5})(?:\.0)?[\])]*"
)
_JOINT: Final = r"(?:\s*(?:[,;&+/]|\b(?:and|und|et|y|e|och|og|en|и|ve)\b|和|与|と))+\s*"
_NUMBER = re.compile(rf"{_ONE}(?:†.*)?")
_NUMBERS = re.compile(rf"{_ONE}(?:{_JOINT}{_ONE})+")
_RANGE = re.compile(rf"{_WORD}\s*(\d{{1,5}})\s*(?:-|to|bis)\s*(?:{_WORD}\s*)?(\d{{1,5}})")
_NUMBER_FIRST = re.compile(rf"{_ONE}(?![\w+])\s*(?P<rest>.+)", re.DOTALL)
_BLUEPRINT = re.compile(
    r"(?:(?:the\s+)?(?:(?:published|class|course)\s+)?blueprint(?:\s+context)?\b|(?=topic\s*\d))"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_PARTS = re.compile(r"[;\n]")
_FILE_ENDING = re.compile(r"\.(?:pdf|docx?|pptx?)\b")
_PAGE = re.compile(r"\b(?:p|pg|pp)\b\.?(?=\s*\d)")
_CUT = re.compile(r"(?:\.\.\.|…)[\s\"'”’)\]*`]*$")
_SHORTEST_CUT = 8


def named(name: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The labels of the sources that a name means, none where it means no source given.

    A source is named by its whole label; by its number, alone or with its title, its place, or
    both (`Source 4`, `[4]`, `Source 4: Waves, page 2`); or by its title where no other source has
    it. The blueprint is named `Blueprint`, also with words that stand in it. A made-up title
    beside a right number names nothing. One name may list several sources (`Sources 1 and 3`).
    """
    if exact := next((one.label for one in passages if one.label == name.strip()), None):
        return (exact,)
    if len(name) > _LONGEST:
        return ()
    if headed := _headed(_folded(name), passages):
        return headed
    if one := _one_named(name, passages):
        return (one,)
    if numbers := _listed(_folded(name)):
        found = [_by_number(number, passages) for number in numbers]
    else:
        parts = [part for part in _PARTS.split(name) if part.strip(_AROUND)]
        found = [_one_named(part, passages) for part in parts] if len(parts) > 1 else []
    labels = [label for label in found if label]
    return tuple(dict.fromkeys(labels)) if len(labels) == len(found) else ()


def is_number(name: str) -> bool:
    """Whether a name is the number of a source alone, with or without the word."""
    return len(name) <= _LONGEST and bool(_NUMBER.fullmatch(_folded(name)))


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    return one_line(words.folded(unescape(text))).strip(_AROUND)


@lru_cache(maxsize=1024)
def _key(text: str) -> str:
    """The letters and digits of a folded text: how titles and places are compared."""
    plain = _PAGE.sub("page", _FILE_ENDING.sub("", text))
    return "".join(char for char in plain if char.isalnum())


def _one_named(name: str, passages: Sequence[Passage]) -> str | None:
    wanted = _folded(name)
    if not wanted:
        return None
    for ways in (
        _numbered(wanted, passages),
        _titled(wanted, passages),
        _numbered_and_titled(wanted, bool(_CUT.search(name)), passages),
        _blueprint(wanted, passages),
    ):
        if label := next(iter(ways), None):
            return label
    return None


def _headed(wanted: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """The sources whose whole labels a name begins with, one after the other.

    What follows the last of them says where in it (`<label>: lines 4 to 7`).
    """
    labels = sorted(
        ((_folded(one.label), one.label) for one in passages if heading_of(one.label)),
        key=lambda pair: -len(pair[0]),
    )
    found: list[str] = []
    start = 0
    while label := next((one for one in labels if _begins_with(wanted, start, one[0])), None):
        found.append(label[1])
        start += len(label[0])
        start += len(wanted[start:]) - len(wanted[start:].lstrip(_AROUND + "&"))
    return tuple(dict.fromkeys(found))


def _begins_with(wanted: str, start: int, label: str) -> bool:
    after = wanted[start + len(label) : start + len(label) + 1]
    return bool(label) and wanted.startswith(label, start) and not after.isalnum()


def _headings(passages: Sequence[Passage]) -> Iterator[tuple[str, Heading]]:
    for passage in passages:
        if heading := heading_of(passage.label):
            yield passage.label, heading


def _by_number(number: int, passages: Sequence[Passage]) -> str | None:
    return next((label for label, one in _headings(passages) if one.number == number), None)


def _numbered(wanted: str, passages: Sequence[Passage]) -> Iterator[str]:
    number = _NUMBER.fullmatch(wanted)
    if number and (label := _by_number(int(number[1]), passages)):
        yield label


def _titled(wanted: str, passages: Sequence[Passage]) -> Iterator[str]:
    """The only source with that title, or with that title and place."""
    key = _key(wanted)
    for keys in (
        [(label, _folded(one.title)) for label, one in _headings(passages)],
        [(label, _key(_folded(one.title))) for label, one in _headings(passages)],
        [(label, _key(_folded(f"{one.title} {one.place}"))) for label, one in _headings(passages)],
    ):
        found = [label for label, title in keys if title and title in (wanted, key)]
        if len(found) == 1:
            yield found[0]


def _numbered_and_titled(wanted: str, is_cut: bool, passages: Sequence[Passage]) -> Iterator[str]:
    found = _NUMBER_FIRST.fullmatch(wanted)
    if found is None:
        return
    rest = found["rest"].strip(_AROUND + "-/")
    for label, one in _headings(passages):
        if one.number == int(found[1]) and _says(rest, is_cut, one):
            yield label


def _says(rest: str, is_cut: bool, heading: Heading) -> bool:
    """Whether what stands beside a number is the title of its source, its place, or both."""
    title, place = _folded(heading.title), _folded(heading.place)
    key = _key(rest)
    if not key:
        return rest == title
    if is_cut and len(key) >= _SHORTEST_CUT and _key(title).startswith(key):
        return True
    return key in map(_key, (title, place, f"{title} {place}", f"{place} {title}"))


def _blueprint(wanted: str, passages: Sequence[Passage]) -> Iterator[str]:
    found = _BLUEPRINT.fullmatch(wanted)
    for passage in passages:
        if found and passage.label == BLUEPRINT_LABEL:
            rest = _key(found["rest"])
            if not rest or rest in _key(_folded(passage.text)):
                yield passage.label


def _listed(wanted: str) -> list[int]:
    """The numbers of a list of sources or of a range of them."""
    if between := _RANGE.fullmatch(wanted):
        first, last = int(between[1]), int(between[2])
        return list(range(first, last + 1)) if 0 < last - first < _MAX_RANGE else []
    if not _NUMBERS.fullmatch(wanted):
        return []
    return [int(number) for number in re.findall(r"\d{1,5}(?:(?=\.0)|(?!\d))", wanted)]
