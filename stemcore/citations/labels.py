"""The lines that head the sources of a prompt: made, and found again.

A source of material is headed by `Source <number> | <title> | <place>`, the blueprint by its name.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from stemcore.prompts import fenced_text
from stemcore.text import one_line

BLUEPRINT_LABEL: Final = "Blueprint Context"
SEPARATOR: Final = "\n\n"
TITLE_CHARS: Final = 120
PLACE_CHARS: Final = 32
UNTITLED: Final = "Untitled"

_HEAD = re.compile(r"^[ \t]*(Source \d{1,5} \|[^\n]*)$", re.MULTILINE)
_NUMBER = re.compile(r"Source (\d{1,5})")
_LOOKS_LIKE_A_HEAD = re.compile(r"^([^\S\n]*Source\s+\d+\s*)\|", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Passage:
    """A text that can be cited, and its label."""

    label: str
    text: str


@dataclass(frozen=True)
class Heading:
    """What the label of a source of material says."""

    number: int
    title: str
    place: str


def source_label(number: int, title: str, place: str) -> str:
    """The label of a source, on one line and as it will stand in a prompt, whatever the title.

    The title may hold bars and brackets, since number and place tell where it begins and ends.
    """
    shown = _line_of(title, TITLE_CHARS) or UNTITLED
    return f"Source {number} | {shown} | {_line_of(place.replace('|', '/'), PLACE_CHARS)}"


def _line_of(text: str, chars: int) -> str:
    return one_line(fenced_text(text))[:chars].rstrip()


def heading_of(label: str) -> Heading | None:
    """The parts of a label, or None where it is no label of a source of material."""
    head, _, rest = label.partition(" |")
    title, bar, place = rest.rpartition("| ")
    number = _NUMBER.fullmatch(head)
    if number is None or not bar or not place.strip():
        return None
    return Heading(int(number[1]), title.strip(), place.strip())


def text_of(passages: Iterable[Passage]) -> str:
    """The passages as one text, each under its label; `passages_of` reads it back."""
    return SEPARATOR.join(f"{passage.label}\n{passage.text}" for passage in passages)


def without_labels(text: str) -> str:
    """The text of a source, of which no line can pass for the label of another one."""
    return _LOOKS_LIKE_A_HEAD.sub(r"\1/", text) if "|" in text else text


def passages_of(text: str) -> tuple[Passage, ...]:
    """The passages of material, in order; none where no line is a label.

    Sources are numbered from 1 in order, so a line that looks like a label and has another
    number is text of the source above it, however it came there.
    """
    heads = list(_numbered_heads(text))
    starts = [head.start() for head in heads]
    return tuple(
        Passage(head[1].rstrip(), text[head.end() : end].strip())
        for head, end in zip(heads, [*starts[1:], len(text)], strict=False)
    )


def _numbered_heads(text: str) -> Iterator[re.Match[str]]:
    """Of the heads that are numbered from 1 in order the last ones: a source stands before the
    next label, so what looks like that label within its text comes earlier."""
    found = [(head, heading) for head in _HEAD.finditer(text) if (heading := heading_of(head[1]))]
    last = 0
    for _, heading in found:
        last += heading.number == last + 1
    chosen: list[re.Match[str]] = []
    for head, heading in reversed(found):
        if heading.number == last - len(chosen):
            chosen.append(head)
    return reversed(chosen)


def blueprint_passage(text: str) -> tuple[Passage, ...]:
    """The published blueprint as a source; none when there is no text."""
    body = text.strip().removeprefix(BLUEPRINT_LABEL).strip()
    return (Passage(BLUEPRINT_LABEL, body),) if body else ()
