"""What the routes about classes answer."""

from uuid import UUID

from typing_extensions import TypedDict


class ClassData(TypedDict):
    class_id: UUID
    """The class that was made or joined."""
