"""The typed chat answer, and what is done so that it cites only what it was given."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, WrapValidator
from pydantic_core.core_schema import ValidatorFunctionWrapHandler

from learning.labels import folded
from stemcore.answers import Answer, CaseFolded, Statement, valid_items


def _valid_or_none(value: object, validate: ValidatorFunctionWrapHandler) -> Any:
    """Drops an optional field that does not validate."""
    try:
        return validate(value)
    except ValidationError:
        return None


def _from_label(value: object) -> object:
    return {"sourceLabel": value} if isinstance(value, str) else value


class Citation(Answer):
    """A source by the label it had in the context, and what it is cited for."""

    source_label: Statement
    rationale: str = ""


class CanvasHint(Answer):
    """A picture that would help: its kind, what it shows, and its title."""

    type: Annotated[Literal["chart", "diagram", "wave", "vector"], CaseFolded]
    concept: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=200)]


def _valid_citations(value: object) -> object:
    if value is None:
        return []
    entries = value if isinstance(value, list) else [value]
    citations, _ = valid_items(Citation, map(_from_label, entries))
    return citations


class ChatAnswer(Answer):
    """What the assistant says, with its sources.

    An invalid confidence, canvas hint or citation is dropped; only `answer` and `safety` must fit.
    """

    model_config = {"alias_generator": None}

    answer: Statement
    safety: Annotated[Literal["ok", "refusal"], CaseFolded]
    citations: Annotated[list[Citation], BeforeValidator(_valid_citations)] = []
    confidence: Annotated[
        Literal["low", "medium", "high"] | None, CaseFolded, WrapValidator(_valid_or_none)
    ] = None
    canvas_hint: Annotated[CanvasHint | None, WrapValidator(_valid_or_none)] = None


def ground(answer: ChatAnswer, labels: Collection[str]) -> ChatAnswer:
    """The answer with only those citations whose label is one of `labels`, each label once.

    When labels were given and an `ok` answer loses every citation it made, nothing given supports
    it, so its confidence becomes `low`.
    """
    given = {folded(label): label for label in labels}
    kept = {
        given[name]: citation
        for citation in reversed(answer.citations)
        if (name := folded(citation.source_label)) in given
    }
    citations = [
        citation.model_copy(update={"source_label": label})
        for label, citation in reversed(kept.items())
    ]
    lost_all = bool(answer.citations) and not citations
    is_unsupported = bool(labels) and answer.safety == "ok" and lost_all
    confidence = "low" if is_unsupported else answer.confidence
    return answer.model_copy(update={"citations": citations, "confidence": confidence})
