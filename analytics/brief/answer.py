"""The brief as a model writes it, in whatever mixed shapes, and as it is answered."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BeforeValidator
from typing_extensions import TypedDict

from analytics.shapes import items_of
from learning.models import ActivityType
from stemcore.answers import Answer, OtherNames
from stemcore.shown import Id, one_of

TEXT_KEYS = (
    "text", "item", "description", "summary", "message", "content", "action", "title", "name",
    "reason", "value", "detail", "details", "note",
)  # fmt: skip
"""Keys under which an object that stands for a text has it, the likeliest first."""


class Misconception(TypedDict):
    topic_id: Id | None
    """Null where the brief speaks of no topic of the class."""
    topic_title: str
    description: str


class StudentToWatch(TypedDict):
    student_id: Id
    display_name: str
    reason: str


class RecommendedActivity(TypedDict):
    type: Annotated[str, one_of(*ActivityType.values)]
    reason: str


class Brief(TypedDict):
    """What a teacher should know and do today."""

    summary: str
    strongest_action: str
    attention_items: list[str]
    misconceptions: list[Misconception]
    students_to_watch: list[StudentToWatch]
    next_step: str
    recommended_activity: RecommendedActivity | None
    evidence_basis: str


def text_of(value: Any) -> str:
    """The text that a value stands for: itself, that of an object, those of a list in a row."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return _joined(map(text_of, value), " ")
    return _text_of_object(value) if isinstance(value, dict) else ""


def _text_of_object(value: dict[Any, Any]) -> str:
    by_key = {str(key).lower(): inner for key, inner in value.items()}
    heads = [text_of(by_key[key]) for key in ("title", "label", "name") if key in by_key]
    bodies = [text_of(by_key[key]) for key in TEXT_KEYS if key in by_key]
    told = list(dict.fromkeys(text for text in [*heads[:1], *bodies[:1]] if text))
    return _joined(told, ": ") or _joined(map(text_of, value.values()), " ")


def _joined(texts: Iterable[str], mark: str) -> str:
    return mark.join(text for text in texts if text)


def texts_of(value: Any) -> list[str]:
    """The texts of a list; one text, or an object of texts, is a list as well."""
    if value is None:
        return []
    if isinstance(value, str):
        lines = (line.strip().lstrip("-*•").strip() for line in value.splitlines())
        return [line for line in lines if line]
    if isinstance(value, dict) and not _stands_for_text(value):
        value = list(value.values())
    entries = value if isinstance(value, list) else [value]
    return [text for entry in entries if (text := text_of(entry))]


def _stands_for_text(value: dict[Any, Any]) -> bool:
    return any(str(key).lower() in TEXT_KEYS for key in value)


Words = Annotated[str, BeforeValidator(text_of)]
WordList = Annotated[list[str], BeforeValidator(texts_of)]


class MisconceptionIdea(Answer):
    """A misconception and the topic it belongs to, by key or title."""

    text_field = "description"

    topic: Annotated[Words, OtherNames("topic_title", "title", "topic_name", "topic_id", "key")] = (
        ""
    )
    description: Annotated[Words, OtherNames("misconception", "text", "detail", "summary")]


class StudentIdea(Answer):
    """A student by number, and why to look at them."""

    text_field = "student"

    student: Annotated[
        Words, OtherNames("number", "student_number", "display_name", "name", "student_id", "id")
    ]
    reason: Annotated[Words, OtherNames("why", "note", "description", "text", "concern")] = ""


class ActivityIdea(Answer):
    """Something to do with the class; `type` is one of the platform's activity types."""

    text_field = "type"

    type: Annotated[Words, OtherNames("activity_type", "kind", "activity", "name")]
    reason: Annotated[Words, OtherNames("why", "rationale", "description", "text")] = ""


def _first_activity(value: Any) -> Any:
    entries = value if isinstance(value, list) else [value]
    return next((one for one in entries if isinstance(one, str | dict) and one), None)


class BriefAnswer(Answer):
    """What a model writes; only a summary must be there."""

    summary: Annotated[Words, OtherNames("overview", "executive_summary", "headline")]
    strongest_action: Annotated[Words, OtherNames("top_action", "priority_action", "action")] = ""
    attention_items: Annotated[
        WordList, OtherNames("attention", "needs_attention", "alerts", "concerns")
    ] = []
    misconceptions: Annotated[
        list[MisconceptionIdea],
        items_of(MisconceptionIdea),
        OtherNames("common_misconceptions", "misconception"),
    ] = []
    students_to_watch: Annotated[
        list[StudentIdea],
        items_of(StudentIdea),
        OtherNames("students", "watch_list", "students_at_risk"),
    ] = []
    next_step: Annotated[Words, OtherNames("next_steps", "next_action")] = ""
    recommended_activity: Annotated[
        ActivityIdea | None, BeforeValidator(_first_activity), OtherNames("activity")
    ] = None
    evidence_basis: Annotated[Words, OtherNames("evidence", "basis", "based_on")] = ""


def activity_type(named: str) -> str | None:
    """The platform's type of activity that a text names, or None."""
    wanted = named.lower().replace("-", " ").replace("_", " ")
    for known in ActivityType.values:
        if known.replace("_", " ").removesuffix("s") in wanted:
            return str(known)
    return None
