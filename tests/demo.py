"""A demo as a newcomer starts it, and what its page at `/docs` is filled in with."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.walk import copy_of_the_project, demo

FILLED = re.compile(r'<script id="demo" type="application/json">(.*)</script>')
PATIENCE_S = 120


@dataclass(frozen=True)
class Demo:
    """A running demo with key and tokens."""

    url: str
    key: str
    tokens: dict[str, str]

    def post(self, path: str, body: dict[str, Any], user_id: str) -> httpx.Response:
        """A call as one of the demo's people."""
        headers = {"x-api-key": self.key, "authorization": f"Bearer {self.tokens[user_id]}"}
        return httpx.post(
            self.url + path, json=body, headers=headers, timeout=PATIENCE_S, trust_env=False
        )


@contextmanager
def running_demo() -> Iterator[Demo]:
    """A demo with a world of its own, which is gone afterwards."""
    with copy_of_the_project() as folder, demo(folder) as port:
        url = f"http://127.0.0.1:{port}"
        filled = filled_in(httpx.get(f"{url}/docs", timeout=PATIENCE_S, trust_env=False))
        yield Demo(url, filled["key"], filled["tokens"])


def filled_in(page: httpx.Response) -> Any:
    """What the forms of the page at `/docs` are filled in with."""
    assert page.status_code == 200
    found = FILLED.search(page.text)
    assert found
    return json.loads(found[1])
