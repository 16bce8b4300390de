"""Fixtures of the guests' tests."""

from collections.abc import Iterator

import pytest

from stemcore.guests import admissions, leases
from stemcore.runtime import runtime
from tests.provider_fixtures import Providers
from tests.stemcore.guests.embeddings import Gate


@pytest.fixture
def gate(providers: Providers) -> Iterator[Gate]:
    """Holds the provider's embeddings back; opens at the end."""
    gate = Gate()
    providers.always_embeddings(gate)
    yield gate
    gate.opened.set()


@pytest.fixture
async def quick_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases of a second instead of fifteen, renewed as much more often."""
    monkeypatch.setattr(admissions, "LEASE_S", 1.0)
    monkeypatch.setattr(leases, "LEASE_S", 1.0)
    monkeypatch.setattr(leases, "RENEW_EVERY_S", 0.1)
    monkeypatch.setitem(runtime().parts, leases.Leases, leases.Leases())
