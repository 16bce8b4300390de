"""The settings: what would start, and be weak."""

from collections.abc import Iterator

from django.core.checks.security.base import check_debug, check_secret_key

from stemcore.checks.deployment import check_settings
from stemcore.doctor import Check, Findings


def checks() -> Iterator[Check]:
    yield Check("settings", _settings)


async def _settings() -> Findings:
    return [*check_settings(), *check_debug(None), *check_secret_key(None)]
