"""Units of database work: plain sync functions, entered from async code in one way."""

from stemcore.database.lanes import BULK, HEALTH, LONG, SHORT, UPKEEP, Lane
from stemcore.database.prepared import prepared_cursor
from stemcore.database.runs import UnitTimeout
from stemcore.database.units import Unit, limited, read, write

__all__ = [
    "BULK",
    "HEALTH",
    "LONG",
    "SHORT",
    "UPKEEP",
    "Lane",
    "Unit",
    "UnitTimeout",
    "limited",
    "prepared_cursor",
    "read",
    "write",
]
