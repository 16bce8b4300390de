"""What the routes about classes answer."""

from typing import TypedDict
from uuid import UUID


class ClassData(TypedDict):
    class_id: UUID
