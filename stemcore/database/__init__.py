"""Units of database work: plain sync functions, entered from async code in one way."""

from stemcore.database.lanes import HEALTH, LANES, LONG, SHORT, UPKEEP, Lane
from stemcore.database.units import Unit, read, write

__all__ = ["HEALTH", "LANES", "LONG", "SHORT", "UPKEEP", "Lane", "Unit", "read", "write"]
