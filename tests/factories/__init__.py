"""Rows for tests: plain functions that fill in what a test does not care about.

They write through the superuser's connection, as the platform would, so that they work in async
tests and for tables that the service may not write.
"""

from tests.factories.chat import (
    chat_message,
    chat_messages,
    chat_session,
    compaction,
    insights,
    teaching_brief,
)
from tests.factories.learning import (
    activity,
    assignment,
    blueprint,
    blueprint_content,
    flashcard,
    objective,
    quiz_question,
    recipient,
    submission,
    topic,
)
from tests.factories.materials import (
    chunk,
    job,
    material,
    stored_file,
    unit_vector,
)
from tests.factories.people import (
    classroom,
    enrollment,
    guest,
    profile,
    sandbox,
    user,
)
from tests.factories.rows import (
    count,
    insert,
    row,
    rows,
    update,
)

__all__ = [
    "activity",
    "assignment",
    "blueprint",
    "blueprint_content",
    "chat_message",
    "chat_messages",
    "chat_session",
    "chunk",
    "classroom",
    "compaction",
    "count",
    "enrollment",
    "flashcard",
    "guest",
    "insert",
    "insights",
    "job",
    "material",
    "objective",
    "profile",
    "quiz_question",
    "recipient",
    "row",
    "rows",
    "sandbox",
    "stored_file",
    "submission",
    "teaching_brief",
    "topic",
    "unit_vector",
    "update",
    "user",
]
