"""Units that the platform's own work may stand in the way of."""

from typing import ParamSpec, TypeVar

from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from stemcore.database import Unit

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3


def deadlocked(error: Exception) -> bool:
    """Whether the database ended a transaction because it and another waited for each other."""
    return isinstance(error, OperationalError) and isinstance(error.__cause__, DeadlockDetected)


async def run(unit: Unit[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs a unit, again when the platform's own work stood in its way and in that of ours."""
    for _ in range(ATTEMPTS - 1):
        try:
            return await unit(*args, **kwargs)
        except OperationalError as error:
            if not deadlocked(error):
                raise
    return await unit(*args, **kwargs)
