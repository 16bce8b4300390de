"""What a call cost, by the prices of `stemcore/prices.json` and of the setting `AI_PRICES`.

Both give US dollars a million tokens, in and out, by a model's name; the setting's win. The file's
were written from memory: whoever wants to trust the figures checks them against the providers'
lists. Discounts, caches and thinking tokens are on the provider's bill alone. A model without a
price of its own has no cost here, however much its name is like another's.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

Prices = Mapping[str, tuple[float, float]]

_FILE = Path(__file__).resolve().parents[1] / "prices.json"
_DATED = re.compile(r"-(latest|\d{3,4}|\d{8}|\d{2}-\d{2,4}|\d{4}-\d{2}-\d{2})$")
"""What vendors put behind the name of a model that costs the same."""


@cache
def _of_the_file() -> Prices:
    found: Prices = json.loads(_FILE.read_text())["models"]
    return found


def price_of(model: str) -> tuple[float, float] | None:
    """US dollars a million tokens in and out; the vendor before the name and its date do not count.

    `openai/gpt-4o-2024-08-06` costs what `gpt-4o` costs, `gpt-4o-audio` has no price.
    """
    short = model.rpartition("/")[2]
    for prices in (settings.AI_PRICES, _of_the_file()):
        for name in (model, short, _DATED.sub("", short)):
            if name in prices:
                return prices[name]
    return None


def cost(model: str, prompt_tokens: int | None, completion_tokens: int | None) -> float | None:
    """US dollars, or None where the model has no price or the provider told no tokens."""
    price = price_of(model)
    if price is None or prompt_tokens is None:
        return None
    return (prompt_tokens * price[0] + (completion_tokens or 0) * price[1]) / 1_000_000


def cost_text(model: str, prompt_tokens: int | None, completion_tokens: int | None) -> str:
    found = cost(model, prompt_tokens, completion_tokens)
    return "–" if found is None else f"${found:,.4f}"
