"""Typed reading of environment variables; only the settings use it.

A blank value counts as unset. A malformed one ends the process with one line that names the
variable, because a service that starts with half of its settings misread fails later and worse.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def load_file(path: Path) -> None:
    """Reads a `.env` file when there is one; variables that are already set win."""
    if path.is_file():
        env.read_env(str(path))


def stop(name: str, must: str) -> SystemExit:
    """What to raise for a bad value: the process ends with this one line."""
    return SystemExit(f"{name} {must}")


def text(*names: str, default: str = "") -> str:
    """The first of the variables that is not blank."""
    for name in names:
        value = str(env.str(name, default="")).strip()
        if value:
            return value
    return default


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise stop(name, "must be true or false")


def number(name: str, default: int, *, least: int = 0, most: int = 2_147_483_647) -> int:
    value = text(name)
    if not value:
        return default
    try:
        found = int(value)
    except ValueError:
        raise stop(name, f"must be a whole number, not {value!r}") from None
    if not least <= found <= most:
        raise stop(name, f"must be between {least} and {most}, not {found}")
    return found


def choice(name: str, options: Sequence[str], default: str) -> str:
    value = text(name, default=default).lower()
    if value not in options:
        raise stop(name, f"must be one of {', '.join(options)}")
    return value


def rate(name: str, default: str) -> str | None:
    """A rate like `30/m` or `100/10m` (s, m, h, d); None for `off`."""
    value = text(name, default=default).lower()
    if value == "off":
        return None
    if not re.fullmatch(r"[1-9]\d{0,8}/([1-9]\d{0,3})?[smhd]", value):
        raise stop(name, "must be a rate like 30/m or 100/10m (s, m, h, d), or off")
    return value


def words(name: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def url(*names: str, default: str = "") -> str:
    """An http(s) address without a trailing slash."""
    value = text(*names, default=default).rstrip("/")
    if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
        raise stop(names[0], "must be an http:// or https:// address")
    return value


def database(name: str) -> dict[str, Any]:
    """Django's settings of a `postgres://` address."""
    try:
        found: dict[str, Any] = env.db(name)
    except (ImproperlyConfigured, ValueError):
        raise stop(name, "must be a postgres:// address") from None
    if found.get("ENGINE") != "django.db.backends.postgresql":
        raise stop(name, "must be a postgres:// address")
    return found


def redis_cache(name: str) -> dict[str, Any]:
    """Django's settings of a `redis://` cache that answers within a second, or none when unset."""
    value = text(name)
    if not value:
        return {}
    if urlsplit(value).scheme not in ("redis", "rediss"):
        raise stop(name, "must be a redis:// or rediss:// address")
    found: dict[str, Any] = env.cache_url_config(
        value, backend="django.core.cache.backends.redis.RedisCache"
    )
    patience = {"socket_timeout": 1, "socket_connect_timeout": 1}
    return {**found, "OPTIONS": {**patience, **found.get("OPTIONS", {})}}
