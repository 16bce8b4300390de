"""The suite's look at every answer finds what the document does not tell of."""

from typing import Any

import httpx
import pytest

from tests import contract

PATH = "/v1/classes/join"
META = {"request_id": "one"}
CLASS = {"class_id": "dc000000-0000-4000-8000-000000000001"}


def answer(status: int, path: str = PATH, **body: Any) -> httpx.Response:
    request = httpx.Request("POST", f"http://service.test{path}")
    return httpx.Response(status, json={"meta": META, **body}, request=request)


def failure(status: int, code: str, **more: Any) -> httpx.Response:
    error = {"message": "No.", "code": code, **more}
    return answer(status, ok=False, data=None, error=error)


def test_what_is_told_of_holds() -> None:
    contract.hold(answer(200, ok=True, data=CLASS, error=None))
    contract.hold(failure(404, "class_not_found"))


@pytest.mark.parametrize(
    "wrong",
    [
        answer(200, ok=True, data={}, error=None),
        answer(200, ok=True, data={**CLASS, "title": "Waves"}, error=None),
        answer(200, ok=False, data=CLASS, error=None),
        answer(200, ok=True, data=CLASS),
        answer(200, ok=True, data=CLASS, error=None, more=1),
        answer(201, ok=True, data=CLASS, error=None),
        failure(404, "material_not_found"),
        failure(418, "class_not_found"),
        failure(404, "class_not_found", trace="…"),
    ],
)
def test_what_is_not_is_found(wrong: httpx.Response) -> None:
    with pytest.raises(AssertionError, match=r"docs/openapi\.yaml"):
        contract.hold(wrong)
