"""Answers held against the API's document: what it does not tell of must not be answered."""

from functools import cache
from typing import Any

import httpx
import yaml
from django.conf import settings
from jsonschema_rs import Draft202012Validator

REF = "#/components/"


@cache
def document() -> dict[str, Any]:
    """The document as it is checked in."""
    loaded: dict[str, Any] = yaml.load(settings.OPENAPI_FILE.read_text(), yaml.CSafeLoader)
    return loaded


def closed(schema: Any) -> Any:
    """The schema with no other keys in its objects than those it names."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        inner.setdefault("additionalProperties", False)
    return inner


@cache
def _components() -> dict[str, Any]:
    components: dict[str, Any] = closed(document()["components"])
    return components


@cache
def _validator(method: str, path: str, status: int) -> Draft202012Validator | None:
    """The validator of an answer, or None when the document has no such answer."""
    answers = document()["paths"][path].get(method, {}).get("responses", {})
    answer = answers.get(str(status))
    if answer is None:
        return None
    if reference := answer.get("$ref"):
        answer = _components()["responses"][reference.rpartition("/")[2]]
    schema = closed(answer["content"]["application/json"]["schema"])
    return Draft202012Validator({**schema, "components": _components()})


def hold(answer: httpx.Response) -> None:
    """Fails when the answer of a documented route is not one that the document tells of."""
    method, path = answer.request.method.lower(), answer.request.url.path
    if method not in document()["paths"].get(path, {}):
        return
    validator = _validator(method, path, answer.status_code)
    assert validator is not None, f"{path}: no {answer.status_code} in docs/openapi.yaml"
    faults = [
        f"{fault.instance_path}: {fault.message}" for fault in validator.iter_errors(answer.json())
    ]
    assert not faults, f"{path}, {answer.status_code}: not as docs/openapi.yaml says: {faults[:5]}"
    assert answer.headers["content-type"] == "application/json"
