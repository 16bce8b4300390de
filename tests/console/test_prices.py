"""What calls cost: by a price of the very model, or not at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from stemcore import env
from stemcore.console.prices import cost, cost_text, price_of
from tests.console.calls import call


@pytest.mark.parametrize(
    ("model", "like"),
    [
        ("openai/gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("anthropic/claude-sonnet-4-20250514", "claude-sonnet-4"),
        ("gemini-embedding-001", "gemini-embedding-001"),
    ],
)
def test_a_vendor_and_a_date_change_no_price(model: str, like: str) -> None:
    assert price_of(model) == price_of(like) is not None


@pytest.mark.parametrize(
    "model", ["", "gpt-4o-audio-preview", "gemini-2.5-flash-lite", "openai/gpt-4o:free", "gpt-40"]
)
def test_a_model_that_is_only_like_another_has_no_price(model: str) -> None:
    assert price_of(model) is None
    assert cost_text(model, 1000, 1000) == "–"


def test_the_setting_wins(settings: Any) -> None:
    settings.AI_PRICES = {"gpt-4o": (1.0, 2.0), "some/model:free": (0.0, 0.0)}
    assert cost("openai/gpt-4o-2024-08-06", 1_000_000, 500_000) == 2.0
    assert cost("some/model:free", 1_000_000, 500_000) == 0.0
    assert price_of("gpt-4o-mini") is not None


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        *(
            f'{{"m": {pair}}}'
            for pair in ("1", "[1]", "[1, -2]", "[true, 1]", "[1, NaN]", "[1, 1e999]")
        ),
    ],
)
def test_a_malformed_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AI_PRICES", text)
    with pytest.raises(SystemExit, match="AI_PRICES must be JSON"):
        env.prices("AI_PRICES")


def test_the_setting_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_PRICES", '{"gpt-4o": [2.5, 10], "free": [0, 0]}')
    assert env.prices("AI_PRICES") == {"gpt-4o": (2.5, 10.0), "free": (0.0, 0.0)}


def test_the_dashboard_says_what_it_has_no_price_for(
    staff: Callable[..., Client], database: Any
) -> None:
    client = staff("support")
    call(timedelta(seconds=30), model="nobody-knows")
    assert "no price" in client.get("/admin/").content.decode()
    call(timedelta(seconds=30))
    page = client.get("/admin/").content.decode()
    assert "without nobody-knows" in page
    assert "no price" not in page
