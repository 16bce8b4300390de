"""What an action returns: DRF's response, which knows what it answers."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from rest_framework import response

D = TypeVar("D")


class Response(Generic[D], response.Response):  # DRF's own `[…]` forgets the type
    """DRF's response with a type for its data.

    `data` becomes `data` of the envelope: JSON types and UUIDs; times are strings already.
    `meta` is what an action says about its answer, beside the request id.
    """

    def __init__(
        self, data: D, *args: Any, meta: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, *args, **kwargs)
        self.meta = meta or {}
