"""What requests about classes may carry."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, StringConstraints

from stemcore.api.body import Body
from stemcore.prompts import trimmed

_Trimmed = BeforeValidator(lambda value: trimmed(value) if isinstance(value, str) else value)

Title = Annotated[str, _Trimmed, StringConstraints(min_length=1, max_length=200)]
JoinCode = Annotated[str, _Trimmed, StringConstraints(min_length=1, max_length=64)]
Line = Annotated[str, _Trimmed, StringConstraints(max_length=200)]
Paragraph = Annotated[str, _Trimmed, StringConstraints(max_length=5000)]


class CreateBody(Body):
    user_id: UUID
    title: Title
    subject: Line | None = None
    level: Line | None = None
    description: Paragraph | None = None
    join_code: JoinCode


class JoinBody(Body):
    user_id: UUID
    join_code: JoinCode
