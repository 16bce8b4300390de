"""Typed reading of environment variables; only the settings use it.

A blank value counts as unset. A malformed one ends the process with one line that names the
variable and never shows its value, because a service that starts with half of its settings
misread fails later and worse.

Values are looked up here and read by django-environ, whose own look-up would take a secret that
begins with `$` for the name of another variable.
"""

import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from io import StringIO
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import psycopg
from dotenv.parser import Binding, parse_stream
from environ import Env
from psycopg.conninfo import conninfo_to_dict

FALSE = ("false", "off", "n", "no", "0")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def load_file(path: Path) -> None:
    """Reads a `.env` file when there is one; variables that are already set win.

    Values stand as they are, `$` included. A line that cannot be read, or a name that stands
    twice with different values, ends the process.
    """
    if not path.is_file():
        return
    found: dict[str, Binding] = {}
    for line in _lines(path):
        name = line.key or ""
        before = found.setdefault(name, line)
        if before.value != line.value:
            raise stop(name, f"stands twice in {path.name}, with different values")
    for name, line in found.items():
        os.environ.setdefault(name, line.value or "")


def _lines(path: Path) -> Iterator[Binding]:
    for line in parse_stream(StringIO(_content(path))):
        if line.key is None and not line.error:
            continue  # blank, or a comment
        if line.error or line.value is None or not NAME.fullmatch(line.key or ""):
            # The blank lines before it belong to it.
            before, _, _ = line.original.string.partition(line.original.string.strip())
            number = line.original.line + before.count("\n")
            raise stop(f"Line {number} of {path.name}", "must be NAME=value, a # comment or blank")
        yield line


def _content(path: Path) -> str:
    try:
        raw = path.read_bytes()
        # Windows writes UTF-16, or a byte order mark before UTF-8.
        is_wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        content = raw.decode("utf-16" if is_wide else "utf-8-sig")
    except OSError as error:
        raise stop(path.name, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise stop(path.name, "must be UTF-8 text") from None
    if "\0" in content:
        raise stop(path.name, "must be UTF-8 text")
    return content


def stop(name: str, must: str) -> SystemExit:
    """What to raise for a bad value: the process ends with this one line."""
    return SystemExit(f"{name} {must}")


def text(*names: str, default: str = "") -> str:
    """The first of the variables that is not blank."""
    return _first(*names)[1] or default


def _first(*names: str) -> tuple[str, str]:
    """Name and value of the first variable that is not blank, else the first name and nothing."""
    for name in names:
        value = os.environ.get(name, "").strip()
        if value:
            _require_plain(name, value)
            return name, value
    return names[0], ""


def _require_plain(name: str, value: str) -> None:
    """Refuses what copying leaves behind and nobody sees."""
    hidden = next((sign for sign in value if not sign.isprintable()), None)
    if hidden is not None:
        raise stop(name, f"holds an invisible character ({_describe(hidden)}): type it anew")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`":
        raise stop(name, "stands in quotes that would count as part of it: take them away")


def _describe(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".strip()


def token(*names: str) -> str:
    """A key or token: visible ASCII without spaces, since it travels in a header."""
    name, value = _first(*names)
    if not re.fullmatch(r"[!-~]*", value):
        raise stop(name, "must be plain ASCII without spaces, as its issuer shows it")
    return value


def header(name: str) -> str:
    """A text that travels in a header: ASCII."""
    value = text(name)
    if not value.isascii():
        raise stop(name, "must be plain ASCII")
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if value not in ("", *Env.BOOLEAN_TRUE_STRINGS, *FALSE):
        raise stop(name, "must be true or false")
    return bool(Env.parse_value(value, bool)) if value else default


def number(name: str, default: int, *, least: int = 0, most: int = 2_147_483_647) -> int:
    value = text(name)
    if not value:
        return default
    if not re.fullmatch(r"-?[0-9]{1,20}", value):
        raise stop(name, "must be a whole number")
    found = int(value)
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


def prices(name: str) -> dict[str, tuple[float, float]]:
    """JSON of pairs of numbers, none below 0, by names."""
    must = 'must be JSON like {"some-model": [0.15, 0.6]}: US dollars a million tokens, in and out'
    try:
        found = json.loads(text(name, default="{}"))
        pairs = {key: (_price(low), _price(high)) for key, (low, high) in found.items()}
    except (ValueError, TypeError, AttributeError):
        raise stop(name, must) from None
    return pairs


def _price(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if not 0 <= value < inf:
        raise ValueError
    return float(value)


def words(name: str) -> list[str]:
    """A comma-separated list."""
    found: list[str] = Env.parse_value(text(name), list)
    return [word for word in map(str.strip, found) if word]


def hosts(name: str) -> list[str]:
    """A comma-separated list of host names, without scheme, port or path."""
    found = words(name)
    if not all(re.fullmatch(r"\*|\.?[\w.-]+|\[[0-9A-Fa-f:.]+\]", host) for host in found):
        raise stop(name, "must be host names alone, comma-separated: no https://, port or path")
    return found


def url(*names: str, default: str = "") -> str:
    """An http(s) address without a trailing slash."""
    name, value = _first(*names)
    value = (value or default).rstrip("/")
    if value and not _is_web_address(value):
        raise stop(name, "must be an http:// or https:// address, without ? or #")
    return value


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        # Reading the port is what looks at it.
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_whole and parts.scheme in ("http", "https") and not set(value) & set(' ?#"<>\\')


def is_installed(module: str) -> bool:
    """Whether an optional library is there; it is not loaded."""
    try:
        return find_spec(module) is not None
    except ImportError:  # a package around it is missing
        return False


def database(name: str) -> dict[str, Any]:
    """Django's settings of a `postgres://` address, read as libpq reads it."""
    value = text(name)
    if not value.startswith(("postgres://", "postgresql://")):
        raise stop(name, "must be a postgres:// address")
    unknown = _unknown_options(value)
    if unknown:
        raise stop(
            name,
            f"has options that PostgreSQL does not know: {', '.join(unknown)}. Take them away; "
            "a transaction pooler is named by DATABASE_POOL_MODE=transaction",
        )
    found = _connection(value)
    if not found:
        raise stop(name, "cannot be read: percent-encode special characters in its password")
    if not found.get("dbname"):
        raise stop(name, "must name a database after the host: postgres://…/postgres")
    keys = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{key: found.pop(part, "") for key, part in keys.items()},
        "PORT": found.pop("port", ""),
        "OPTIONS": found,
    }


def _connection(address: str) -> dict[str, Any]:
    """The parts of the address by libpq's names; empty where a password got into other parts."""
    try:
        found = conninfo_to_dict(address)
    except psycopg.Error:
        return {}  # its words may show parts of the password
    parts = [str(found.get(part, "")) for part in ("host", "port", "dbname")]
    is_whole = not any("@" in part for part in parts) and re.fullmatch("[0-9,]*", parts[1])
    return found if is_whole else {}


def _unknown_options(address: str) -> list[str]:
    """Names in the address's query that libpq would refuse; values are not looked at."""
    known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()} | {"ssl"}
    query = address.rpartition("@")[2].partition("?")[2]
    return [key for key, _ in parse_qsl(query, keep_blank_values=True) if key not in known]


def redis_cache(name: str) -> dict[str, Any]:
    """Django's settings of a `redis://` cache that answers within a second, or none when unset."""
    value = text(name)
    if not value:
        return {}
    if not value.startswith(("redis://", "rediss://")) or not _redis_reads(value):
        raise stop(name, "must be a redis:// or rediss:// address, with options that Redis knows")
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": [value],
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }


def _redis_reads(address: str) -> bool:
    from redis import ConnectionPool

    try:
        # The client looks at its options when it is made, and connects later.
        ConnectionPool.from_url(address).make_connection()
    except (ValueError, TypeError, AttributeError):
        return False
    return True
