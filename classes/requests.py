"""What requests about classes may carry."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints

from stemcore.api.body import SEEN, Body
from stemcore.embedded.demo.people import STUDENT_ID, TEACHER_ID
from stemcore.prompts import trimmed, visible_text

_Trimmed = BeforeValidator(lambda value: trimmed(value) if isinstance(value, str) else value)
# What chats and web pages put into a copied code is not seen, and so not part of it.
_Copied = BeforeValidator(
    lambda value: trimmed(visible_text(value)) if isinstance(value, str) else value
)
_Seen = Field(json_schema_extra=SEEN)

Title = Annotated[str, _Trimmed, StringConstraints(min_length=1, max_length=200), _Seen]
JoinCode = Annotated[str, _Copied, StringConstraints(min_length=1, max_length=64), _Seen]
Line = Annotated[str, _Trimmed, StringConstraints(max_length=200)]
Paragraph = Annotated[str, _Trimmed, StringConstraints(max_length=5000)]


class CreateBody(Body):
    """A new class. Texts are stored without the space around them."""

    examples = {
        "A class in mechanics": {
            "user_id": TEACHER_ID,
            "title": "Mechanics",
            "subject": "Physics",
            "level": "Grade 11",
            "join_code": "FORCE11",
        }
    }

    user_id: UUID
    """The teacher, who is the token's user."""
    title: Title
    """The name of the class."""
    subject: Line | None = None
    """Its subject."""
    level: Line | None = None
    """Its grade or level."""
    description: Paragraph | None = None
    """What it is about."""
    join_code: JoinCode
    """What students join by; it belongs to one class, in whatever letter case."""


class JoinBody(Body):
    """A student's way into a class."""

    examples = {"The demo's class": {"user_id": STUDENT_ID, "join_code": "cell42"}}

    user_id: UUID
    """The student, who is the token's user."""
    join_code: JoinCode
    """The code of the class, in any letter case."""
