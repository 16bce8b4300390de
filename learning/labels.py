"""The source labels of a text, and the passages under them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_LABEL = re.compile(r"(?:\A|\n)[ \t]*(Source (\d+) \| [^\n|]+ \| [^\n|]+?)[ \t]*(?=\n|\Z)")
_LONGEST_NUMBER = 5


@dataclass(frozen=True)
class Passage:
    """A text that can be cited, and its label."""

    label: str
    text: str


def source_labels(text: str) -> tuple[str, ...]:
    """The labels `Source <n> | <title> | <place>` that head the passages of a text, in order.

    Sources are numbered from 1 in order, so a line that looks like a label and has another
    number is text of the source above it, however it came there; of two with the right number the
    later one counts, because the text of a source stands before the next label.
    """
    found: dict[int, str] = {}
    for line in _LABEL.finditer(text):
        number = int(line[2]) if len(line[2]) <= _LONGEST_NUMBER else 0
        if 1 <= number <= len(found) + 1:
            found[number] = line[1]
    return tuple(found.values())


def labelled_passages(text: str, labels: Sequence[str]) -> tuple[Passage, ...]:
    """The passages of a text, each from the last line that is its label to another's."""
    lines = text.split("\n")
    starts = {line.strip(" \t"): number for number, line in enumerate(lines)}
    found = {label: starts[label] for label in labels if label in starts}
    ends = dict(pairwise([*sorted(found.values()), len(lines)]))
    return tuple(
        Passage(label, "\n".join(lines[start + 1 : ends[start]]).strip())
        for label, start in found.items()
    )


def folded(label: str) -> str:
    """A label as it is compared: letter case and spaces do not count."""
    return " ".join(label.split()).casefold()


_NUMBER = re.compile(r"(?:source\s*)?(?:no\.?\s*|#\s*)?(\d{1,5})", re.IGNORECASE)
_NUMBER_AND_TITLE = re.compile(r"source\s*(\d{1,5})\s*[|:,–—-]\s*(.+)", re.IGNORECASE | re.DOTALL)
_AROUND = " \t\n[](){}<>\"'“”‘’«»*_`."


def label_named(name: str, labels: Sequence[str]) -> str | None:
    """The one of the labels that a name means, or None.

    A name is the whole label, its number (`Source 4`, `[source 4]`, `4`), its title where no other
    label has it, or number and title; a title that is not that of the number names nothing.
    """
    wanted = folded(name.strip(_AROUND))
    if whole := next((one for one in labels if folded(one.strip(_AROUND)) == wanted), None):
        return whole
    if number := _NUMBER.fullmatch(wanted):
        return next((one for one in labels if _parts(one)[0] == int(number[1])), None)
    title = wanted
    if both := _NUMBER_AND_TITLE.fullmatch(wanted):
        labels = [one for one in labels if _parts(one)[0] == int(both[1])]
        title = both[2]
    titled = [one for one in labels if _parts(one)[1].strip(_AROUND) == title.strip(_AROUND)]
    return titled[0] if len(titled) == 1 else None


def _parts(label: str) -> tuple[int | None, str]:
    """The number of a label and its title, folded."""
    head, *rest = label.split(" | ")
    number = _NUMBER.fullmatch(head.strip())
    return (int(number[1]) if number else None), folded(" | ".join(rest[:-1]))
