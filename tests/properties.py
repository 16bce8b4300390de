"""How often property tests try: the profiles of hypothesis, loaded by conftest.

`make test` tries the same examples each time, so that none fails by chance; `make test-deep` tries
others each time, and ten times as many. Neither minds how long an example takes.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

USUAL = 100
"""Examples of a test that does not say how many, in `make test`."""

_always: dict[str, Any] = {
    "deadline": None,
    # A busy machine is slow, and a fixture that serves all examples of a test is meant to.
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
settings.register_profile("test", max_examples=USUAL, derandomize=True, **_always)
settings.register_profile("deep", max_examples=10 * USUAL, print_blob=True, **_always)
settings.load_profile("test")


def tries(number: int, **more: Any) -> settings:
    """Decorates a property test: so many examples in `make test`, and in depth as many more."""
    return settings(max_examples=number * settings().max_examples // USUAL, **more)


def a_few_and_all(name: str, few: Any, every: Any) -> pytest.MarkDecorator:
    """Decorates a test that goes over many cases: a few in `make test`, all in `make test-slow`."""
    proof = pytest.param(every, id="all", marks=pytest.mark.proof)
    return pytest.mark.parametrize(name, [pytest.param(few, id="a few"), proof])
