"""Which providers are asked, and in what order."""

from typing import Any

import pytest

from stemcore.providers import ProviderError, registry
from stemcore.settings import ProviderSettings
from tests.stemcore.providers.calls import ask, call, embed_texts

WHOLE = ProviderSettings(api_key="key", model="model", embedding_model="embedding")


@pytest.fixture
def all_configured(settings: Any) -> Any:
    settings.AI_PROVIDER_DEFAULT = "openrouter"
    settings.PROVIDERS = dict.fromkeys(("openrouter", "openai", "gemini"), WHOLE)
    return settings


@pytest.mark.parametrize(
    ("default", "wanted", "expected"),
    [
        ("openrouter", {}, ["openrouter", "openai", "gemini"]),
        ("gemini", {}, ["gemini", "openrouter", "openai"]),
        ("openrouter", {"default_provider": "openai"}, ["openai", "openrouter", "gemini"]),
        ("openrouter", {"provider_order": ("gemini", "openai")}, ["gemini", "openai"]),
        ("openai", {"provider_order": ("gemini", "openai")}, ["openai", "gemini"]),
        (
            "openrouter",
            {"provider_order": ("openai", "gemini"), "default_provider": "gemini"},
            ["gemini", "openai"],
        ),
        ("openrouter", {"provider_order": ("gemini", "gemini")}, ["gemini"]),
        ("openrouter", {"provider_order": ("offline",)}, ["openrouter", "openai", "gemini"]),
    ],
)
def test_it_orders_by_request_then_default(
    all_configured: Any, default: str, wanted: dict[str, Any], expected: list[str]
) -> None:
    all_configured.AI_PROVIDER_DEFAULT = default
    assert registry.order("generation", call(**wanted)) == expected


def test_it_asks_only_the_configured_ones_of_an_order(all_configured: Any) -> None:
    all_configured.PROVIDERS = {"gemini": WHOLE}
    asked = call(provider_order=("openai", "gemini"), default_provider="openai")
    assert registry.order("generation", asked) == ["gemini"]


def test_it_asks_all_configured_when_an_order_names_none_of_them(all_configured: Any) -> None:
    all_configured.PROVIDERS = {"gemini": WHOLE, "openai": WHOLE}
    asked = call(provider_order=("openrouter",))
    assert registry.order("generation", asked) == ["openai", "gemini"]


@pytest.mark.parametrize(
    ("config", "kinds"),
    [
        (WHOLE, {"generation", "embedding"}),
        (ProviderSettings(api_key="key", model="model"), {"generation"}),
        (ProviderSettings(api_key="key", embedding_model="embedding"), {"embedding"}),
        (ProviderSettings(model="model", embedding_model="embedding"), set()),
        (ProviderSettings(), set()),
    ],
)
def test_it_counts_as_configured_with_a_key_and_a_model_of_the_kind(
    all_configured: Any, config: ProviderSettings, kinds: set[str]
) -> None:
    all_configured.PROVIDERS = {"openai": config}
    found = {kind for kind in ("generation", "embedding") if registry.configured(kind)}
    assert found == kinds


def test_it_offers_the_offline_provider_only_as_the_default(all_configured: Any) -> None:
    all_configured.PROVIDERS = {}
    assert registry.configured("generation") == []
    all_configured.AI_PROVIDER_DEFAULT = "offline"
    assert registry.configured("generation") == ["offline"]
    all_configured.PROVIDERS = {"openai": WHOLE}
    assert registry.order("generation", call()) == ["offline", "openai"]


async def test_it_says_what_to_set_when_nothing_is_configured(providers: Any) -> None:
    providers.configure()
    with pytest.raises(ProviderError, match="OPENROUTER_API_KEY and OPENROUTER_MODEL"):
        await ask()
    with pytest.raises(ProviderError, match="OPENAI_EMBEDDING_MODEL"):
        await embed_texts("text")
