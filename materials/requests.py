"""What the requests about materials may carry."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from stemcore.api.body import Body, Truth, Whole
from stemcore.embedded.demo.people import CLASS_ID, MATERIAL_ID

MAX_BATCH = 25


class DispatchBody(Body):
    """An uploaded material to be processed."""

    examples = {"The demo's uploaded file": {"class_id": CLASS_ID, "material_id": MATERIAL_ID}}

    class_id: UUID
    """The class of the material."""
    material_id: UUID
    """The material, whose file is uploaded."""
    user_id: UUID | None = None
    """The teacher; when it is there, the token's user."""
    trigger_worker: Truth = True
    """Whether to wake the worker at once."""


class ProcessBody(Body):
    """How much of the queue to work."""

    examples = {"Two jobs": {"batch_size": 2}}

    batch_size: Annotated[Whole, Field(ge=1, le=MAX_BATCH)] | None = None
    """How many jobs at most; absent: as the service is set up."""
