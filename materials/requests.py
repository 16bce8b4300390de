"""What the requests about materials may carry."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from stemcore.api.body import Body, Whole

MAX_BATCH = 25


class DispatchBody(Body):
    class_id: UUID
    material_id: UUID
    trigger_worker: bool = True


class ProcessBody(Body):
    batch_size: Annotated[Whole, Field(ge=1, le=MAX_BATCH)] | None = None
