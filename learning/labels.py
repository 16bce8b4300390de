"""The source labels of a text that the caller assembled."""

import re

_LABEL = re.compile(r"(?:\A|\n)[ \t]*(Source (\d+) \| [^\n|]+ \| [^\n|]+?)[ \t]*(?=\n|\Z)")
_LONGEST_NUMBER = 5


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


def folded(label: str) -> str:
    """A label as it is compared: letter case and spaces do not count."""
    return " ".join(label.split()).casefold()
