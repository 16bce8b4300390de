"""Answers held against the API's document: what it does not tell of must not be answered."""

from functools import cache
from typing import Any

import httpx
import yaml
from jsonschema_rs import Draft202012Validator

from tests.processes import ROOT


@cache
def document() -> dict[str, Any]:
    """The document as it is checked in."""
    text = (ROOT / "docs" / "openapi.yaml").read_text()
    loaded: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return loaded


def hold(answer: httpx.Response) -> None:
    """Fails when the answer of a documented route is not one that the document tells of."""
    method, path = answer.request.method.lower(), answer.request.url.path
    if method not in document()["paths"].get(path, {}):
        return
    found = faults(method, path, answer.status_code, answer.json())
    assert not found, f"not as docs/openapi.yaml says: {found[:5]}"
    assert answer.headers["content-type"] == "application/json"


def faults(method: str, path: str, status: int, body: Any) -> list[str]:
    """What of an answer the document does not tell of."""
    validator = _validator(method, path, status)
    if validator is None:
        return [f"{path}: no {status}"]
    return [
        f"{path}, {status}: {fault.instance_path}: {fault.message}"
        for fault in validator.iter_errors(body)
    ]


def takes(path: str, body: Any) -> bool:
    """Whether a body fits the route's request."""
    return _request_validator(path).is_valid(body)


@cache
def _request_validator(path: str) -> Draft202012Validator:
    content = document()["paths"][path]["post"]["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document()["components"]})


@cache
def _validator(method: str, path: str, status: int) -> Draft202012Validator | None:
    """The validator of an answer, or None when the document has no such answer."""
    answers = document()["paths"][path].get(method, {}).get("responses", {})
    answer = answers.get(str(status))
    if answer is None:
        return None
    if reference := answer.get("$ref"):
        answer = _components()["responses"][reference.rpartition("/")[2]]
    schema = _closed(answer["content"]["application/json"]["schema"])
    return Draft202012Validator({**schema, "components": _components()})


@cache
def _components() -> dict[str, Any]:
    components: dict[str, Any] = _closed(document()["components"])
    return components


def _closed(schema: Any) -> Any:
    """The schema with no other keys in its objects than those it names."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        inner.setdefault("additionalProperties", False)
    return inner
