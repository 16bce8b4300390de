"""Which parser and renderer serve a request: the contract knows JSON alone."""

import re
from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_JSON_TYPE = re.compile(r"application/(?:json|[a-z0-9!#$&^_.+-]{1,64}\+json)$")


class JsonNegotiation(BaseContentNegotiation):
    """Reads a body of a JSON type, or of none, as JSON; answers in JSON whatever is asked for."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        """The first parser, or None, which DRF makes into a 415, for another media type."""
        media_type = request.content_type.partition(";")[0].strip().lower()
        return None if media_type and not _JSON_TYPE.match(media_type) else next(iter(parsers))

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The first renderer and its media type."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
