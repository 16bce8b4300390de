"""Request bodies: bytes → JSON → the model that the action declares."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser, DataAndFiles

from stemcore.api.body import Body, read_body


class JsonParser(BaseParser):
    """Makes `request.data` an instance of the view's body model."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises InvalidJson for what is not JSON and InvalidRequest for what does not fit."""
        model: type[Body] = (parser_context or {})["view"].body_model
        # DRF looks for both attributes; a model without them would raise within.
        return DataAndFiles(read_body(stream.read(), model), {})
