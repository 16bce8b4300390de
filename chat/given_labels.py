"""The citation labels of a context that the caller assembled."""

import re

from learning.outline import BLUEPRINT_LABEL

_LABEL = re.compile(r"(?:\A|\n)[ \t]*(Source (\d+) \| [^\n|]+ \| [^\n|]+?)[ \t]*(?=\n|\Z)")


def given_labels(blueprint_context: str, material_context: str) -> tuple[str, ...]:
    """The labels of the sources in the contexts of a request.

    Sources are numbered from 1 in order, so a line that looks like a label and has another
    number is text of the source above it, however it came there; of two with the right number the
    later one counts, because the text of a source stands before the next label.
    """
    found: dict[int, str] = {}
    for line in _LABEL.finditer(material_context):
        number = int(line[2]) if len(line[2]) < 6 else 0
        if 1 <= number <= len(found) + 1:
            found[number] = line[1]
    blueprint = (BLUEPRINT_LABEL,) if blueprint_context.strip() else ()
    return (*blueprint, *found.values())
