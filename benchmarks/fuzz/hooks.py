"""What schemathesis has to know of this API beyond its document; it loads this module.

Bodies speak of the demo's world, so that most get past the first door. Two rules of the contract
cannot be written as a schema: numbers may come as numeric strings, and what shows nothing is blank.
"""

import json
import os
import re
import unicodedata
from typing import Any
from uuid import UUID
from zlib import crc32

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData

from stemcore.embedded.demo.people import CLASS_ID, MATERIAL_ID, OLD_SESSION_ID
from tests import contract

WORLD = {
    "user_id": os.environ["FUZZ_USER"],
    "class_id": CLASS_ID,
    "material_id": MATERIAL_ID,
    "session_id": os.environ["FUZZ_SESSION"],
}
ARCHIVE = "/v1/chat/workspace/sessions/archive"

OF_PROVIDERS = {
    "provider_error",
    "blueprint_error",
    "quiz_error",
    "flashcards_error",
    "chat_error",
    "canvas_error",
    "response_generation_failed",
    "data_query_error",
}
"""Codes of answers that no model gave; everything else of 500 and above is a fault."""

NUMERIC = re.compile(r"\s*[+-]?\d+(\.\d+)?([eE][+-]?\d+)?\s*")
SIGHT = {"L", "N", "P", "S"}
"""First letters of the Unicode categories that show something."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Puts the demo's ids for any ids: the user always, the others in seven of eight cases."""
    if isinstance(case.body, dict):
        case.body = {name: _of_the_world(case, name, value) for name, value in case.body.items()}


def _of_the_world(case: Any, name: str, value: Any) -> Any:
    if name not in WORLD or not _is_id(value):
        return value
    if name == "session_id" and case.path == ARCHIVE:
        return OLD_SESSION_ID
    stays = name != "user_id" and crc32(str(value).encode()) % 8 == 0
    return value if stays else WORLD[name]


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False


@schemathesis.check
def only_providers_fail(ctx: Any, response: Any, case: Any) -> None:
    """No 5xx but the answer that no provider gave one."""
    if response.status_code >= 500:
        code = response.json()["error"]["code"]
        assert (response.status_code, code in OF_PROVIDERS) == (502, True), code


@schemathesis.check
def nothing_else_is_told(ctx: Any, response: Any, case: Any) -> None:
    """No key in an answer that the document does not name."""
    method = case.method.lower()
    if method in contract.document()["paths"][case.path]:
        faults = contract.faults(method, case.path, response.status_code, response.json())
        assert not faults, faults[:5]


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """False for what is no fault by the two rules, and for a cursor that nobody was given."""
    if isinstance(failure, RejectedPositiveData):
        error = response.json()["error"]
        return error["code"] != "invalid_cursor" and not _speaks_of_blanks(error, case.body)
    if failure.title == "Schema-violating request accepted":
        return not _fits_with_numbers_as_text(case)
    return True


def _speaks_of_blanks(error: dict[str, Any], body: Any) -> bool:
    faults = error.get("details", [])
    return bool(faults) and all(_is_blank(_at(body, fault["field"])) for fault in faults)


def _at(body: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none."""
    for step in path.split("."):
        if isinstance(body, list):
            body = body[int(step)]
        elif isinstance(body, dict):
            body = body.get(step)
    return body


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not any(
        unicodedata.category(sign)[0] in SIGHT for sign in value
    )


def _fits_with_numbers_as_text(case: Any) -> bool:
    return contract.takes(case.path, _with_numbers(case.body))


def _with_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_numbers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_numbers(inner) for inner in value]
    if isinstance(value, str) and NUMERIC.fullmatch(value):
        return json.loads(value.strip().lstrip("+").lstrip("0") or "0")
    return value
