"""What a call cost, by the prices of `stemcore/prices.json`.

The file gives US dollars a million tokens, in and out, by the beginning of a model's name. It is
an estimate for orientation: discounts, caches and thinking tokens are on the provider's bill.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PRICES = Path(__file__).resolve().parents[1] / "prices.json"


@dataclass(frozen=True)
class Price:
    """US dollars a million tokens."""

    prompt: float
    completion: float


@cache
def _prices() -> dict[str, Price]:
    return {name: Price(*pair) for name, pair in json.loads(PRICES.read_text())["models"].items()}


@cache
def price_of(model: str) -> Price | None:
    """The price of the longest name that the model's begins with, its vendor's name aside."""
    for name in (model, model.rpartition("/")[2]):
        known = [start for start in _prices() if name.startswith(start)]
        if known:
            return _prices()[max(known, key=len)]
    return None


def cost(model: str, prompt_tokens: int | None, completion_tokens: int | None) -> float | None:
    """US dollars, or None where the model has no price or the provider told no tokens."""
    price = price_of(model)
    if price is None or prompt_tokens is None:
        return None
    spent = prompt_tokens * price.prompt + (completion_tokens or 0) * price.completion
    return spent / 1_000_000


def cost_text(model: str, prompt_tokens: int | None, completion_tokens: int | None) -> str:
    found = cost(model, prompt_tokens, completion_tokens)
    return "–" if found is None else f"${found:,.4f}"
