"""The typed chat answer, and what is done so that it cites only what it was given."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from stemcore.answers import LEFT_OUT, Answer, CaseFolded, OrNone, OtherNames, Statement
from stemcore.citations import Citations, Passage, grounded

_SAFETY = {"safe": "ok", "okay": "ok", "refused": "refusal", "refuse": "refusal"}


def _safety(value: object) -> object:
    word = value.strip().lower() if isinstance(value, str) else value
    return _SAFETY.get(word, word) if isinstance(word, str) else word


class CanvasHint(Answer):
    """A picture that would help: its kind, what it shows, and its title."""

    type: Annotated[Literal["chart", "diagram", "wave", "vector"], CaseFolded]
    concept: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(min_length=1, max_length=200)]


class ChatAnswer(Answer):
    """What the assistant says, with its sources.

    An invalid confidence, canvas hint or citation is dropped; only `answer` and `safety` must fit.
    """

    model_config = {"alias_generator": None}

    answer: Annotated[Statement, OtherNames("response", "reply", "message")]
    """Markdown with LaTeX."""
    safety: Annotated[Literal["ok", "refusal"], BeforeValidator(_safety)]
    """Whether it answers or refuses."""
    citations: Annotated[
        Citations,
        OtherNames("sources", "references", "cited_sources", "source_labels", "evidence"),
    ] = []
    """The sources that it stands on."""
    confidence: Annotated[
        Literal["low", "medium", "high"] | None,
        CaseFolded,
        OrNone,
        LEFT_OUT,
    ] = None
    """How well the sources support it; left out where unknown."""
    canvas_hint: Annotated[CanvasHint | None, OrNone, LEFT_OUT] = None
    """A picture that would help, for `chat/canvas`; left out where none would."""


def ground(answer: ChatAnswer, sources: Sequence[Passage]) -> ChatAnswer:
    """The answer with only those citations that name one of the sources, each source once.

    When sources were given and an `ok` answer loses every citation it made, nothing given
    supports it, so its confidence becomes `low`.
    """
    citations = grounded(answer.citations, sources, about=answer.answer)
    lost_all = bool(answer.citations) and not citations
    is_unsupported = bool(sources) and answer.safety == "ok" and lost_all
    confidence = "low" if is_unsupported else answer.confidence
    return answer.model_copy(update={"citations": citations, "confidence": confidence})
