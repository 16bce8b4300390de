"""The rooms stand on each other in one order, and a server loads nothing that few requests need."""

import sys

from importlinter.cli import lint_imports

from tests.processes import environment, shell

SELDOM = {
    "what writes the API's document": ("drf_spectacular", "stemcore.openapi"),
    "metrics and traces that are off": (
        "prometheus_client",
        "stemcore.observing.metrics",
        "stemcore.observing.traces",
    ),
    "the graph engine and its tools": (
        "langgraph",
        "langchain_core",
        "langsmith",
        "pint",
        "sympy",
    ),
}


def test_imports_run_one_way(capsys: object) -> None:
    assert lint_imports(no_cache=True) == 0


def test_a_server_loads_nothing_that_few_requests_need() -> None:
    known = environment(
        DJANGO_SECRET_KEY="x", DJANGO_ALLOWED_HOSTS="x", DATABASE_URL="postgres://u:p@h/d"
    )
    done = shell(f'{sys.executable} -c "import sys, stemcore.asgi; print(*sys.modules)"', known)
    loaded = set(done.stdout.split())
    assert done.stderr == ""
    assert "stemcore.api.views" in loaded
    assert {what: loaded.intersection(names) for what, names in SELDOM.items()} == {
        what: set() for what in SELDOM
    }
