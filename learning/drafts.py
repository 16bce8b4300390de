"""Storing generated content as drafts, for a teacher to look at and publish."""

from uuid import UUID, uuid4

from django.db.models import Max
from django.utils import timezone

from classes.models import Classroom
from learning.blueprint import BlueprintAnswer, BlueprintTopic
from learning.flashcards import CardsAnswer
from learning.models import (
    Activity,
    ActivityType,
    Blueprint,
    BlueprintStatus,
    Flashcard,
    Objective,
    QuizQuestion,
    Topic,
)
from learning.quiz import QuizAnswer
from stemcore.database import write


class DraftExists(Exception):
    """The class has a draft blueprint already; the platform allows one."""


@write
def save_blueprint(class_id: UUID, answer: BlueprintAnswer) -> Blueprint:
    """The stored draft with its topics and objectives. Raises DraftExists."""
    classroom = Classroom.objects.select_for_update(no_key=True).get(id=class_id)
    blueprints = Blueprint.objects.filter(classroom_id=class_id)
    if blueprints.filter(status=BlueprintStatus.DRAFT).exists():
        raise DraftExists
    newest = blueprints.aggregate(newest=Max("version"))["newest"] or 0
    blueprint = Blueprint.objects.create(
        classroom=classroom,
        version=newest + 1,
        status=BlueprintStatus.DRAFT,
        summary=answer.summary,
        created_by=classroom.owner_id,
        content_json=answer.model_dump(by_alias=True),
        content_schema_version=answer.schema_version,
        sandbox_id=classroom.sandbox_id,
    )
    _store_topics(blueprint, answer.topics)
    return blueprint


@write
def publish_blueprint(blueprint_id: UUID) -> None:
    """Publishes a draft in the name of the class's owner; the one published before is archived.

    What the platform's own button does, for operators.
    """
    draft = Blueprint.objects.select_related("classroom").get(id=blueprint_id)
    published = Blueprint.objects.filter(
        classroom_id=draft.classroom_id, status=BlueprintStatus.PUBLISHED
    )
    published.update(status=BlueprintStatus.ARCHIVED)
    owner_id, now = draft.classroom.owner_id, timezone.now()
    Blueprint.objects.filter(id=blueprint_id).update(
        status=BlueprintStatus.PUBLISHED,
        approved_by=owner_id,
        approved_at=now,
        published_by=owner_id,
        published_at=now,
    )


def _store_topics(blueprint: Blueprint, topics: list[BlueprintTopic]) -> None:
    ids = {topic.key: uuid4() for topic in topics}
    Topic.objects.bulk_create(_topic_row(blueprint, topic, ids) for topic in topics)
    Objective.objects.bulk_create(
        Objective(
            topic_id=ids[topic.key],
            statement=objective.statement,
            level=objective.level,
            sandbox_id=blueprint.sandbox_id,
        )
        for topic in topics
        for objective in topic.objectives
    )


def _topic_row(blueprint: Blueprint, topic: BlueprintTopic, ids: dict[str, UUID]) -> Topic:
    return Topic(
        id=ids[topic.key],
        blueprint=blueprint,
        title=topic.title,
        description=topic.description,
        section=topic.section,
        sequence=topic.sequence,
        prerequisite_topic_ids=[ids[key] for key in topic.prerequisites],
        sandbox_id=blueprint.sandbox_id,
    )


@write
def save_quiz(class_id: UUID, title: str, quiz: QuizAnswer) -> Activity:
    """The stored draft activity with its questions in order."""
    activity = _activity(class_id, ActivityType.QUIZ, title)
    QuizQuestion.objects.bulk_create(
        QuizQuestion(
            activity=activity,
            question=question.question,
            choices=question.choices,
            answer=question.answer,
            explanation=question.explanation,
            order_index=index,
            sandbox_id=activity.sandbox_id,
        )
        for index, question in enumerate(quiz.questions)
    )
    return activity


@write
def save_flashcards(class_id: UUID, title: str, deck: CardsAnswer) -> Activity:
    """The stored draft activity with its cards in order."""
    activity = _activity(class_id, ActivityType.FLASHCARDS, title)
    Flashcard.objects.bulk_create(
        Flashcard(
            activity=activity,
            front=card.front,
            back=card.back,
            order_index=index,
            sandbox_id=activity.sandbox_id,
        )
        for index, card in enumerate(deck.cards)
    )
    return activity


def _activity(class_id: UUID, kind: ActivityType, title: str) -> Activity:
    classroom = Classroom.objects.get(id=class_id)
    published = Blueprint.objects.filter(classroom_id=class_id, status=BlueprintStatus.PUBLISHED)
    return Activity.objects.create(
        classroom=classroom,
        blueprint=published.first(),
        type=kind,
        title=title,
        status="draft",
        created_by=classroom.owner_id,
        sandbox_id=classroom.sandbox_id,
    )
