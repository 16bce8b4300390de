"""The platform's own worker: a function behind HTTP that works a batch of the queue."""

import asyncio
import json
from typing import Annotated, Any, Final

import httpx
from django.conf import settings
from pydantic import BaseModel, BeforeValidator, Field, ValidationError
from structlog import get_logger

from materials.errors import ProcessFailed
from materials.outcomes import Outcomes
from stemcore.http import http_client
from stemcore.text import clean_text

log = get_logger(__name__)

WAKE_TIMEOUT_S: Final = 8.0
"""How long a teacher's request waits for the worker to confirm; the job is queued already."""
BATCH_TIMEOUT_S: Final = 150.0
"""What the platform gives a function to answer."""
MAX_ERRORS: Final = 25
ERROR_CHARS: Final = 300


def _sentences(value: Any) -> Any:
    """Errors as texts, however the function sends them."""
    found = value if isinstance(value, list) else []
    texts = [_sentence(item) for item in found[:MAX_ERRORS] if item is not None]
    return tuple(texts)


def _sentence(item: Any) -> str:
    if isinstance(item, dict):
        item = item.get("message") or item
    text = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
    return clean_text(text)[:ERROR_CHARS]


def _none_is_zero(value: Any) -> Any:
    return 0 if value is None else value


Count = Annotated[int, BeforeValidator(_none_is_zero), Field(ge=0)]


class _Counts(BaseModel):
    processed: Count = 0
    succeeded: Count = 0
    failed: Count = 0
    retried: Count = 0
    errors: Annotated[tuple[str, ...], BeforeValidator(_sentences)] = ()

    def as_outcomes(self) -> Outcomes:
        return Outcomes(self.succeeded, self.failed, self.retried, self.processed, self.errors)


async def call_worker(batch_size: int, timeout_s: float) -> Outcomes:
    """Has the worker function work a batch; what it counted. Raises ProcessFailed."""
    address, token = settings.MATERIAL_WORKER_FUNCTION_URL, settings.MATERIAL_WORKER_TOKEN
    if not address or not token:
        raise ProcessFailed(
            "The material worker is not configured: set MATERIAL_WORKER_TOKEN and SUPABASE_URL "
            "or MATERIAL_WORKER_FUNCTION_URL."
        )
    response = await _post(address, token, {"batchSize": batch_size}, timeout_s)
    if not response.is_success:
        raise ProcessFailed(f"The material worker answered with status {response.status_code}.")
    try:
        return _Counts.model_validate_json(response.content or b"{}").as_outcomes()
    except ValidationError:
        raise ProcessFailed("The answer of the material worker could not be read.") from None


async def _post(address: str, token: str, body: Any, timeout_s: float) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with asyncio.timeout(timeout_s):
            return await http_client("material-worker").post(address, json=body, headers=headers)
    except (TimeoutError, httpx.TimeoutException):
        raise ProcessFailed("The material worker did not answer in time.") from None
    except httpx.HTTPError as error:
        log.warning("worker_unreachable", error=type(error).__name__)
        raise ProcessFailed from None
