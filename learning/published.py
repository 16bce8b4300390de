"""Reading the published blueprint of a class."""

from collections.abc import Sequence
from uuid import UUID

from learning.models import Blueprint, Topic
from learning.outline import BlueprintOutline, ObjectiveOutline, TopicOutline, outline_of_content


def published_blueprint(class_id: UUID) -> BlueprintOutline | None:
    """The outline of the published blueprint, or None; to be called inside a unit of work.

    It comes from `content_json` when that is a blueprint, else from the topic and objective rows.
    """
    blueprint = (
        Blueprint.objects.filter(classroom_id=class_id, status="published")
        .order_by("-published_at", "-version")
        .first()
    )
    if blueprint is None:
        return None
    return stored_outline(blueprint.id, blueprint.summary or "", blueprint.content_json)


def stored_outline(blueprint_id: UUID, summary: str, content: object) -> BlueprintOutline:
    """The outline of a stored blueprint; to be called inside a unit of work."""
    return outline_of_content(content) or _outline_of_rows(blueprint_id, summary)


def _outline_of_rows(blueprint_id: UUID, summary: str) -> BlueprintOutline:
    topics = list(
        Topic.objects.filter(blueprint_id=blueprint_id)
        .order_by("sequence", "created_at", "id")
        .prefetch_related("objectives")
    )
    return BlueprintOutline(
        summary=summary,
        topics=tuple(_outline_of_topic(topic, topics) for topic in topics),
    )


def _outline_of_topic(topic: Topic, topics: Sequence[Topic]) -> TopicOutline:
    titles = {other.id: other.title for other in topics}
    objectives = sorted(topic.objectives.all(), key=lambda one: (one.created_at, one.id))
    return TopicOutline(
        title=topic.title,
        section=topic.section or "",
        description=topic.description or "",
        prerequisites=tuple(titles[key] for key in topic.prerequisite_topic_ids if key in titles),
        objectives=tuple(ObjectiveOutline(one.statement, one.level or "") for one in objectives),
    )
