"""Keys of topics: kebab-case, the same on the side of a topic and of those that rest on it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

_LONGEST_KEY = 60
_NO_TOPIC = frozenset(["", "none", "n-a", "nil", "null", "no-prerequisites"])
_KEY_NAMES = ("key", "id", "title", "name", "topic")


def slug(text: object) -> str:
    """The text in kebab-case, accents left out; empty when it has no Latin letter or digit."""
    if isinstance(text, bool) or not isinstance(text, str | int):
        return ""
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))[:_LONGEST_KEY].rstrip("-")


def with_keys(topics: Sequence[Any]) -> list[Any]:
    """Topics, given by their fields, with keys in kebab-case, a sequence, and prerequisites by key.

    A topic without a key has one from its title. Topics of which one has no sequence stand in the
    order they came in. A prerequisite may be a key in any form, a title, or an object with either.
    What names no topic stays, for the check to tell.
    """
    if not all(isinstance(topic, Mapping) for topic in topics):
        return list(topics)
    if any(topic.get("sequence") is None for topic in topics):
        topics = [{**topic, "sequence": place} for place, topic in enumerate(topics, start=1)]
    keyed = [{**topic, "key": _key_of(topic, place)} for place, topic in enumerate(topics, start=1)]
    names = _names(topics, keyed)
    return [_with_prerequisites(topic, names) for topic in keyed]


def _key_of(topic: Mapping[str, Any], place: int) -> str:
    return slug(topic.get("key")) or slug(topic.get("title")) or f"topic-{place}"


def _names(topics: Sequence[Any], keyed: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Keys by whatever names their topic: key, title or number, as it came or in kebab-case."""
    names: dict[str, str] = {}
    for name_of in (
        lambda topic: slug(topic.get("key")),
        lambda topic: _folded(topic.get("key")),
        lambda topic: _folded(topic.get("title")),
        lambda topic: slug(topic.get("title")),
        lambda topic: _folded(topic.get("sequence")),
    ):
        for topic, named in zip(topics, keyed, strict=True):
            if name := name_of(topic):
                names.setdefault(name, named["key"])
    return names


def _folded(name: object) -> str:
    return " ".join(str(name).split()).casefold() if isinstance(name, str | int) else ""


def _with_prerequisites(topic: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    given = topic.get("prerequisites")
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list):
        return topic
    named = [_named(entry, names) for entry in given]
    return {**topic, "prerequisites": [name for name in named if name is not None]}


def _named(entry: object, names: Mapping[str, str]) -> object:
    """The key that an entry names, the entry itself when it names none, None for "none"."""
    if isinstance(entry, Mapping):
        entry = next((entry[name] for name in _KEY_NAMES if name in entry), None)
    if found := names.get(_folded(entry)) or names.get(slug(entry)):
        return found
    return None if slug(entry) in _NO_TOPIC and _folded(entry).isascii() else entry
