"""Which providers there are, which of them are configured, and the adapter of each.

A new provider is one module and one row.
"""

from django.conf import settings
from django.utils.module_loading import import_string

from stemcore.http import Clients
from stemcore.providers.base import Provider
from stemcore.providers.types import Call, Kind
from stemcore.runtime import runtime
from stemcore.settings import ProviderSettings

OFFLINE = "offline"

# In the order in which they are asked.
_CLASSES = {
    "openrouter": "stemcore.providers.openai_shaped.OpenRouter",
    "openai": "stemcore.providers.openai_shaped.OpenAI",
    "gemini": "stemcore.providers.gemini.Gemini",
    OFFLINE: "stemcore.providers.offline.Offline",
}


class Adapters:
    """The adapters of one event loop; they stand on its clients."""

    def __init__(self) -> None:
        runtime().part(Clients)
        self._made: dict[tuple[str, ProviderSettings], Provider] = {}

    def of(self, name: str, config: ProviderSettings) -> Provider:
        if (name, config) not in self._made:
            self._made[name, config] = import_string(_CLASSES[name])(config)
        return self._made[name, config]

    async def close(self) -> None:
        self._made.clear()


def configured(kind: Kind) -> list[str]:
    """Names of the providers that can serve that kind of call, in the order of the house."""
    return [name for name in _CLASSES if _serves(name, kind)]


def _serves(name: str, kind: Kind) -> bool:
    if name == OFFLINE:
        return bool(settings.AI_PROVIDER_DEFAULT == OFFLINE)
    config = _config(name)
    return bool(config.api_key and _model(config, kind))


def _model(config: ProviderSettings, kind: Kind) -> str:
    return config.model if kind == "generation" else config.embedding_model


def _config(name: str) -> ProviderSettings:
    config: ProviderSettings = settings.PROVIDERS.get(name, ProviderSettings())
    return config


def order(kind: Kind, call: Call) -> list[str]:
    """The providers to ask for a call, best first; empty when none is configured."""
    names = configured(kind)
    wanted = [name for name in dict.fromkeys(call.provider_order) if name in names]
    names = wanted or names
    first = call.default_provider or settings.AI_PROVIDER_DEFAULT
    # Sorting is stable: the others keep their order.
    return sorted(names, key=lambda name: name != first)


def provider(name: str) -> Provider:
    """The adapter of a provider in the running event loop, made at the first use."""
    return runtime().part(Adapters).of(name, _config(name))


def prepare() -> None:
    """Makes the adapters of the running event loop now.

    Importing and building the SDKs takes up to two seconds, which no request should pay.
    """
    for name in {*configured("generation"), *configured("embedding")}:
        provider(name)
