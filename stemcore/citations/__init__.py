"""Sources and their citations: how a source is headed, found in a text, named and cited.

The one place that knows the grammar of labels. A text for a prompt is made of passages
(`source_label`, `text_of`), read back into them (`passages_of`), and what an answer cites is
brought to them (`grounded`).
"""

from stemcore.citations.citation import Citation, Citations
from stemcore.citations.grounding import grounded, quotation
from stemcore.citations.labels import (
    BLUEPRINT_LABEL,
    SEPARATOR,
    Passage,
    blueprint_passage,
    passages_of,
    source_label,
    text_of,
    without_labels,
)
from stemcore.citations.naming import named

__all__ = [
    "BLUEPRINT_LABEL",
    "SEPARATOR",
    "Citation",
    "Citations",
    "Passage",
    "blueprint_passage",
    "grounded",
    "named",
    "passages_of",
    "quotation",
    "source_label",
    "text_of",
    "without_labels",
]
