"""What the service holds of one person, gathered from the apps that hold it.

Schools are asked for this by law. Each app registers its holdings when it is ready.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Holding:
    """Rows of one kind.

    `find` returns a person's, as JSON values. `forget` removes or unlinks them and returns how
    many there were; None where only the platform may delete, which then is told.
    """

    name: str
    find: Callable[[UUID], Rows]
    forget: Callable[[UUID], int] | None = None


@dataclass(frozen=True)
class Forgotten:
    """How many rows went, by holding, and how many are left to the platform."""

    gone: dict[str, int]
    left: dict[str, int]


_holdings: list[Holding] = []


def register(*holdings: Holding) -> None:
    _holdings.extend(holdings)


def find_all(user_id: UUID) -> dict[str, Rows]:
    """Everything that is held of the person, by holding; empty lists where there is nothing."""
    return {holding.name: holding.find(user_id) for holding in _holdings}


def forget_all(user_id: UUID) -> Forgotten:
    """Removes or unlinks what is ours; to be called in a transaction."""
    gone, left = {}, {}
    for holding in _holdings:
        if holding.forget is not None:
            gone[holding.name] = holding.forget(user_id)
        else:
            left[holding.name] = len(holding.find(user_id))
    return Forgotten(gone, left)


def rows(queryset: Any, *fields: str) -> Rows:
    """The rows of a query as plain dictionaries."""
    return [*queryset.values(*fields)]
