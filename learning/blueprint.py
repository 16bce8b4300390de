"""The typed blueprint of a class: topics, what they rest on, objectives, evidence."""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from learning.bloom import BloomLevel, bloom_level
from learning.topic_keys import KEY, with_keys
from stemcore.answers import (
    Answer,
    CaseFolded,
    Faults,
    OrNone,
    OtherNames,
    Statement,
    Strings,
    valid_items,
)
from stemcore.answers.names import by_field
from stemcore.citations import Citations

_SHOWN_KEY = 60


def _text_or_none(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


OptionalText = Annotated[str | None, BeforeValidator(_text_or_none)]
Grade = Annotated[Literal["low", "medium", "high"], CaseFolded]


class TopicObjective(Answer):
    """What a student can do afterwards, and on which level of Bloom's taxonomy."""

    text_field = "statement"

    statement: Annotated[
        Statement, OtherNames("objective", "learning_objective", "text", "description", "goal")
    ]
    level: Annotated[
        BloomLevel | None,
        OtherNames("bloom_level", "blooms_level", "bloom", "cognitive_level", "taxonomy_level"),
        BeforeValidator(bloom_level),
    ] = None
    mastery_criteria: Annotated[OptionalText, OtherNames("mastery", "success_criteria")] = None
    misconception_addressed: Annotated[OptionalText, OtherNames("misconception")] = None
    evidence: Annotated[Citations, OtherNames("sources", "citations", "references")] = []


def _objectives(value: object) -> object:
    if not isinstance(value, list):
        return [] if value is None else value
    return valid_items(TopicObjective, value)[0]


class BlueprintTopic(Answer):
    """One topic. `prerequisites` are keys of other topics."""

    key: Annotated[str, OtherNames("id", "topic_key", "topic_id", "slug")]
    """In kebab case, one of its kind."""
    title: Annotated[str, OtherNames("name", "topic_title", "topic", "heading")] = ""
    description: Annotated[OptionalText, OtherNames("summary", "overview", "details")] = None
    section: Annotated[OptionalText, OtherNames("unit", "module", "chapter")] = None
    sequence: Annotated[int, OtherNames("order", "position", "number", "index")]
    """From 1, without gaps."""
    prerequisites: Annotated[
        Strings,
        OtherNames("prerequisite_topics", "prerequisite_keys", "prereqs", "depends_on", "requires"),
    ] = []
    """Keys of other topics; they form no cycle."""
    objectives: Annotated[
        list[TopicObjective],
        OtherNames("learning_objectives", "goals", "learning_goals", "outcomes"),
        BeforeValidator(_objectives),
    ] = []
    assessment_ideas: Annotated[
        Strings, OtherNames("assessments", "assessment", "assessment_tasks", "activities")
    ] = []
    misconception_flags: Annotated[
        Strings, OtherNames("misconceptions", "common_misconceptions")
    ] = []
    evidence: Annotated[Citations, OtherNames("sources", "citations", "references")] = []


class QualityRubric(Answer):
    """How the model judges its own blueprint."""

    coverage_completeness: Grade
    logical_progression: Grade
    evidence_grounding: Grade
    notes: Strings = []


class BlueprintAnswer(Answer):
    """A blueprint that keeps every rule; its topics are in sequence.

    What has one right answer is repaired: topics out of order, gaps in the sequence or none at
    all, keys that are no kebab-case, prerequisites by title, repeated strings, levels in another
    form. An incomplete rubric is left out.
    """

    schema_version: Annotated[Literal["v2"], BeforeValidator(lambda _: "v2")] = "v2"
    summary: Annotated[Statement, OtherNames("overview", "description")]
    assumptions: Strings = []
    uncertainty_notes: Annotated[Strings, OtherNames("uncertainties", "notes")] = []
    quality_rubric: Annotated[QualityRubric | None, OrNone] = None
    topics: Annotated[list[BlueprintTopic], OtherNames("modules", "units", "topic_list")]

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        topics = fields.get("topics")
        if not isinstance(topics, list):
            return fields
        return {**fields, "topics": with_keys([_fields_of(topic) for topic in topics])}

    @property
    def size(self) -> int:
        return len(self.topics)

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Self:
        if faults := list(topic_faults(self.topics)):
            raise Faults(faults)
        self.topics = in_sequence(self.topics)
        return self


def _fields_of(topic: Any) -> Any:
    return by_field(BlueprintTopic, topic) if isinstance(topic, dict) else topic


def in_sequence(topics: Sequence[BlueprintTopic]) -> list[BlueprintTopic]:
    """The topics by sequence, numbered from 1 without gaps."""
    ordered = sorted(topics, key=lambda topic: topic.sequence)
    return [
        topic.model_copy(update={"sequence": place}) for place, topic in enumerate(ordered, start=1)
    ]


def topic_faults(topics: Sequence[BlueprintTopic]) -> Iterable[str]:
    """The rules that topics break, each sentence naming topic and rule; gaps are no fault."""
    if not topics:
        yield "topics: at least one topic is needed"
    for place, topic in enumerate(topics, start=1):
        yield from (f"{_named(place, topic)}: {fault}" for fault in _faults_of_one(topic))
    yield from _repeated("key", [topic.key for topic in topics], topics)
    yield from _repeated("sequence", [topic.sequence for topic in topics], topics)
    yield from _prerequisite_faults(topics)


def _faults_of_one(topic: BlueprintTopic) -> Iterable[str]:
    if not KEY.fullmatch(topic.key):
        yield "key must be kebab-case (lower-case letters and digits, joined by hyphens)"
    if not any(character.isalnum() for character in topic.title):
        yield "title is missing"
    if not topic.objectives:
        yield "objectives: at least one with a statement is needed"
    if not topic.assessment_ideas:
        yield "assessmentIdeas: at least one is needed"


def _repeated(
    rule: str, values: Sequence[str | int], topics: Sequence[BlueprintTopic]
) -> Iterable[str]:
    first: dict[str | int, int] = {}
    for place, value in enumerate(values, start=1):
        if first.setdefault(value, place) != place:
            named = _named(place, topics[place - 1])
            yield f"{named}: {rule} is that of topic {first[value]} too"


def _prerequisite_faults(topics: Sequence[BlueprintTopic]) -> Iterable[str]:
    keys = {topic.key for topic in topics}
    faulty = False
    for place, topic in enumerate(topics, start=1):
        for key in topic.prerequisites:
            if key == topic.key:
                faulty = True
                yield f"{_named(place, topic)}: prerequisites must not name the topic itself"
            elif key not in keys:
                faulty = True
                yield f"{_named(place, topic)}: prerequisites name no topic by {_shown(key)}"
    if not faulty and (cycle := prerequisite_cycle(topics)):
        yield f"prerequisites form a cycle: {' → '.join(map(_shown, cycle))}"


def prerequisite_cycle(topics: Sequence[BlueprintTopic]) -> list[str]:
    """The keys along a cycle of prerequisites, the first again at the end; empty without one."""
    graph = TopologicalSorter({topic.key: topic.prerequisites for topic in topics})
    try:
        graph.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _named(place: int, topic: BlueprintTopic) -> str:
    return f"topic {place} ({_shown(topic.key)})" if KEY.fullmatch(topic.key) else f"topic {place}"


def _shown(key: str) -> str:
    """A key as it may stand in a message: only when it is one, and not a whole text."""
    return f'"{key}"' if KEY.fullmatch(key) and len(key) <= _SHOWN_KEY else "that key"
