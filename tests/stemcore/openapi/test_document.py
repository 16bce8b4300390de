"""The checked-in document is what the views say, whole, and costs the server nothing."""

from io import StringIO
from typing import Annotated, Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.validation import validate_schema
from jsonschema_rs import Draft202012Validator
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from classes.requests import JoinBody
from classes.views import ClassJoinViewSet
from stemcore.answers import LEFT_OUT
from stemcore.api.body import Body, Whole
from stemcore.openapi.components import add_type
from tests.contract import document

OPERATIONS = {
    path: operation
    for path, methods in document()["paths"].items()
    for operation in methods.values()
}
POSTED = [path for path in OPERATIONS if path.startswith("/v1/")]


def test_the_file_is_what_the_views_say() -> None:
    call_command("openapi", check=True)


def test_a_file_that_is_not_is_said(settings: Any, tmp_path: Any) -> None:
    kept = settings.OPENAPI_FILE.read_bytes()
    settings.OPENAPI_FILE, settings.BASE_DIR = tmp_path / "openapi.yaml", tmp_path
    settings.OPENAPI_FILE.write_text("openapi: 3.1.0\n")
    with pytest.raises(CommandError, match="make openapi"):
        call_command("openapi", check=True)
    call_command("openapi", stdout=StringIO())
    assert settings.OPENAPI_FILE.read_bytes() == kept


def test_a_route_that_says_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClassJoinViewSet.join, "__doc__", None)
    monkeypatch.setattr(JoinBody, "examples", {})
    with pytest.raises(CommandError) as refused:
        call_command("openapi", check=True)
    assert "ClassJoinViewSet.join has no docstring" in str(refused.value)
    assert "JoinBody has no examples" in str(refused.value)


def test_it_is_an_openapi_document() -> None:
    validate_schema(document())


def _paths(resolver: URLResolver, before: str = "/") -> set[str]:
    found = set()
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found |= _paths(entry, path)
        elif isinstance(entry, URLPattern) and hasattr(entry.callback, "actions"):
            found.add(path)
    return found


def test_it_has_every_route() -> None:
    assert set(OPERATIONS) == _paths(get_resolver())


@pytest.mark.parametrize("path", OPERATIONS)
def test_each_route_is_told_of(path: str) -> None:
    operation = OPERATIONS[path]
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"][0] in {tag["name"] for tag in document()["tags"]}
    assert set(operation["responses"]) >= {"200", "500", "503"}


@pytest.mark.parametrize("path", POSTED)
def test_its_examples_fit(path: str) -> None:
    content = OPERATIONS[path]["requestBody"]["content"]["application/json"]
    validator = Draft202012Validator({**content["schema"], "components": document()["components"]})
    assert content["examples"]
    for example in content["examples"].values():
        assert validator.is_valid(example["value"]), list(validator.iter_errors(example["value"]))


def test_each_field_of_a_request_is_described() -> None:
    schemas = document()["components"]["schemas"]
    bare = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        if name.endswith("Request")
        for field, kind in schema["properties"].items()
        if "description" not in kind
    ]
    assert bare == []


def test_each_code_has_an_example() -> None:
    components = document()["components"]
    for response in components["responses"].values():
        content = response["content"]["application/json"]
        _, narrowed = content["schema"]["properties"]["error"]["allOf"]
        codes = narrowed["properties"]["code"]["enum"]
        names = [each["$ref"].rpartition("/")[2] for each in content["examples"].values()]
        told = [components["examples"][name]["value"]["error"]["code"] for name in names]
        assert told == codes


class Inner(BaseModel):
    shown: int | None = None
    hidden: Annotated[int | None, LEFT_OUT] = None


class Answered(TypedDict):
    """What is answered.

    And more."""

    inner: Inner
    """The inner one."""


class Asked(Body):
    count: Annotated[Whole, Field(ge=1, le=9)] = 3
    """How many."""


def schemas_of(kind: Any, mode: Any) -> dict[str, Any]:
    registry = ComponentRegistry()
    add_type(registry, "Top", kind, mode)
    schemas: dict[str, Any] = registry.build({})["schemas"]
    return schemas


def test_null_is_as_good_as_absent_in_requests() -> None:
    assert schemas_of(Asked, "validation")["Top"]["properties"]["count"] == {
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": 9,
        "description": "How many. Default: `3`.",
    }


def test_answers_have_every_field_but_those_left_out() -> None:
    made = schemas_of(Answered, "serialization")
    assert made["Top"]["description"] == "What is answered."
    assert made["Top"]["properties"]["inner"]["description"] == "The inner one."
    assert made["Inner"]["required"] == ["shown"]
    assert made["Inner"]["properties"]["hidden"] == {"type": "integer"}


def test_two_types_of_one_name_are_refused() -> None:
    registry = ComponentRegistry()
    add_type(registry, "Top", Asked, "validation")
    with pytest.raises(ValueError, match="Top"):
        add_type(registry, "Top", Answered, "serialization")
