"""The one shape of every answer: `{ok, data, error, meta}`."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel
from rest_framework.renderers import BaseRenderer

from stemcore import portions
from stemcore.context import request_id


class EnvelopeRenderer(BaseRenderer):
    """Puts the data of a response into the envelope.

    A response that DRF marks as an exception's carries the error as its data.
    """

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        failed = getattr(response, "exception", False)
        return encode(
            {
                "ok": not failed,
                "data": None if failed else data,
                "error": data if failed else None,
                "meta": {"request_id": request_id.get(), **getattr(response, "meta", {})},
            }
        )


def encode(value: Any) -> bytes:
    """The value as JSON. Raises TypeError or ValueError for what JSON has no form for."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        # Half a surrogate pair from a model: only an escape can carry it.
        return json.dumps(value, default=_plain, allow_nan=False, separators=(",", ":")).encode()


async def encode_each(values: Iterable[Any]) -> list[Any]:
    """Each value as JSON to stand in an answer, for those of many megabytes."""
    return await portions.each(lambda value: msgspec.Raw(encode(value)), values)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, msgspec.Raw):
        return json.loads(bytes(value))
    raise TypeError(f"{type(value).__name__} is not part of an answer")


_encoder = msgspec.json.Encoder(enc_hook=_plain)
