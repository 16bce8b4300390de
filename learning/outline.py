"""The published blueprint of a class, as the text that a chat prompt is grounded in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from stemcore.citations import BLUEPRINT_LABEL
from stemcore.text import one_line


@dataclass(frozen=True)
class ObjectiveOutline:
    statement: str
    level: str = ""


@dataclass(frozen=True)
class TopicOutline:
    title: str
    section: str = ""
    description: str = ""
    prerequisites: tuple[str, ...] = ()
    objectives: tuple[ObjectiveOutline, ...] = ()
    assessment_ideas: tuple[str, ...] = ()


@dataclass(frozen=True)
class BlueprintOutline:
    """What a blueprint says, wherever it was stored; `prerequisites` are titles of topics."""

    summary: str
    topics: tuple[TopicOutline, ...]
    assumptions: tuple[str, ...] = ()
    uncertainty_notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The outline as lines, the first of them its citation label."""
        parts = [
            BLUEPRINT_LABEL,
            *_field("Summary", self.summary),
            *_list("Assumptions", self.assumptions),
            *_list("Uncertainty notes", self.uncertainty_notes),
        ]
        for number, topic in enumerate(self.topics, start=1):
            parts += _topic_lines(number, topic)
        return "\n".join(parts)


def _topic_lines(number: int, topic: TopicOutline) -> list[str]:
    return [
        "",
        f"Topic {number}: {one_line(topic.title)}",
        *_field("Section", topic.section),
        *_field("Description", topic.description),
        *_field("Prerequisites", ", ".join(topic.prerequisites)),
        *_list("Objectives", map(_objective_line, topic.objectives)),
        *_list("Assessment ideas", topic.assessment_ideas),
    ]


def _objective_line(objective: ObjectiveOutline) -> str:
    return f"{objective.statement} ({objective.level})" if objective.level else objective.statement


def _field(name: str, text: str) -> list[str]:
    return [f"{name}: {one_line(text)}"] if text.strip() else []


def _list(name: str, texts: Iterable[str]) -> list[str]:
    lines = [f"- {one_line(text)}" for text in texts if text.strip()]
    return [f"{name}:", *lines] if lines else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(filter(None, map(_text, value))) if isinstance(value, list) else ()


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


_Text = Annotated[str, BeforeValidator(_text)]
_Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class _Stored(BaseModel):
    """Base of the stored content. Teachers edit it, so a part that does not fit is left out."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class _StoredObjective(_Stored):
    statement: _Text = ""
    level: _Text = ""


class _StoredTopic(_Stored):
    key: _Text = ""
    title: _Text = ""
    section: _Text = ""
    description: _Text = ""
    prerequisites: _Texts = ()
    objectives: Annotated[list[_StoredObjective], BeforeValidator(_mappings)] = []
    assessment_ideas: _Texts = ()


class _StoredBlueprint(_Stored):
    summary: _Text = ""
    assumptions: _Texts = ()
    uncertainty_notes: _Texts = ()
    topics: Annotated[list[_StoredTopic], BeforeValidator(_mappings)] = []


def outline_of_content(content: object) -> BlueprintOutline | None:
    """The outline of a blueprint's `content_json`, or None when that holds no titled topic."""
    try:
        stored = _StoredBlueprint.model_validate(content)
    except ValidationError:
        return None
    topics = [topic for topic in stored.topics if topic.title]
    if not topics:
        return None
    titles = {topic.key: topic.title for topic in topics if topic.key}
    return BlueprintOutline(
        summary=stored.summary,
        topics=tuple(_outline_of_topic(topic, titles) for topic in topics),
        assumptions=stored.assumptions,
        uncertainty_notes=stored.uncertainty_notes,
    )


def _outline_of_topic(topic: _StoredTopic, titles: dict[str, str]) -> TopicOutline:
    return TopicOutline(
        title=topic.title,
        section=topic.section,
        description=topic.description,
        prerequisites=tuple(titles.get(key, key) for key in topic.prerequisites),
        objectives=_outline_of_objectives(topic.objectives),
        assessment_ideas=topic.assessment_ideas,
    )


def _outline_of_objectives(
    objectives: Sequence[_StoredObjective],
) -> tuple[ObjectiveOutline, ...]:
    return tuple(ObjectiveOutline(one.statement, one.level) for one in objectives if one.statement)
