"""A citation as models write it: an object under many names, a bare text or number, a key."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator

from stemcore.answers import Answer, OtherNames, Statement, valid_items
from stemcore.answers.names import by_field, has_field
from stemcore.citations.naming import is_number

_MAX_CITATIONS = 100
_NOTHING = frozenset({"n/a", "none", "null", "na", "unknown"})


def _label(value: object) -> object:
    """A label out of what stands for it: an object with one, a list of labels."""
    if isinstance(value, dict):
        value = by_field(Citation, value).get("source_label")
    if isinstance(value, list):
        return "; ".join(str(one) for one in value if isinstance(one, str | int | float))
    return value


def _rationale(value: object) -> str:
    """A text that says something, or none; a list of texts is one text."""
    texts = value if isinstance(value, list) else [value]
    text = " ".join(one.strip() for one in texts if isinstance(one, str)).strip()
    says_something = any(char.isalnum() for char in text) and text.lower() not in _NOTHING
    return text if says_something else ""


class Citation(Answer):
    """A source by the label it had in the context, and what it is cited for."""

    text_field = "source_label"

    source_label: Annotated[
        Statement,
        OtherNames(
            "source", "label", "citation", "reference", "ref", "cited_source", "source_name",
            "source_id", "source_number", "source_index", "header", "id", "number", "index",
            "title", "name",
        ),
        BeforeValidator(_label),
    ]  # fmt: skip
    """The header line of a source, as it stood in the context."""
    rationale: Annotated[
        str,
        OtherNames(
            "reason", "why", "relevance", "explanation", "justification", "note", "quote",
            "snippet", "excerpt", "support", "evidence", "contribution", "description", "text",
            "content",
        ),
        BeforeValidator(_rationale),
    ] = ""  # fmt: skip
    """What it is cited for."""


def _citations(value: object) -> list[Citation]:
    entries = value if isinstance(value, list) else [value]
    parts = (part for entry in entries[:_MAX_CITATIONS] for part in _entries(entry))
    return valid_items(Citation, parts)[0]


def _entries(value: Any) -> Iterator[Any]:
    """What one entry of a list of citations holds: itself, or one citation a key."""
    if isinstance(value, dict) and not has_field(Citation, value):
        for label, about in value.items():
            fields = by_field(Citation, about) if isinstance(about, dict) else {"rationale": about}
            yield {**fields, "source_label": label}
    elif isinstance(value, dict):
        yield _with_title(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    else:
        yield value


def _with_title(value: dict[str, Any]) -> dict[str, Any]:
    """The citation with the title that stands beside its number, so that both are held true."""
    fields, title = by_field(Citation, value), value.get("title")
    label = str(fields.get("source_label"))
    if isinstance(title, str) and title.strip() and is_number(label):
        return {**fields, "source_label": f"{label} | {title}"}
    return fields


Citations = Annotated[list[Citation], BeforeValidator(_citations)]
"""A list of citations in any of these forms; what is no citation is left out."""
