"""Prompt templates and what rendering one gives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TypeAlias

from django.template import Context, Engine, Template

from stemcore.prompts.untrusted import Fences, Untrusted

# A run of so many words that the system text has too is a copy, not chance.
LEAK_WORDS = 10

_WORD = re.compile(r"\w+")
_BLANK_LINES = re.compile(r"\n{3,}")
# Stands for the line feeds of values while the blank lines of left-out parts are removed: what a
# template leaves is tidied, what a value says is not. No value holds a NUL otherwise.
_LINE_FEED = "\x00"

PromptValue: TypeAlias = str | int | bool | Untrusted


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt: the system text, the user text, and the mark of its fences."""

    system: str
    user: str
    mark: str = field(default="", repr=False)

    def fenced(self, name: str, untrusted: Untrusted) -> str:
        """A text for the same conversation in a fence of this prompt; "" for a blank one."""
        return Fences(self.mark).around(name, untrusted)

    def leaks_into(self, *texts: str) -> bool:
        """Whether one of the texts repeats the fences or a run of ten words of the system text."""
        return any(self._is_copied_by(text) for text in texts)

    def _is_copied_by(self, text: str) -> bool:
        if self.mark and self.mark in text:
            return True
        # Without their marks the system texts of all features are a few.
        system = self.system.replace(self.mark, "") if self.mark else self.system
        return not _runs_of(system).isdisjoint(_word_runs(text))


@lru_cache(maxsize=64)
def _runs_of(system: str) -> frozenset[tuple[str, ...]]:
    return frozenset(_word_runs(system))


def _word_runs(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return list(zip(*(words[start:] for start in range(LEAK_WORDS)), strict=False))


@dataclass(frozen=True)
class PromptTemplate:
    """The prompt of one feature: the files `{system,user}.v<version>.txt` of its folder."""

    folder: Path
    version: int

    def __post_init__(self) -> None:
        # Templates are made at import, so that no request waits for a file.
        _data_rule()
        _ = self._halves

    @property
    def name(self) -> str:
        """Name for logs, as `chat/answer.v1`."""
        app = self.folder.parent.parent.name
        return f"{app}/{self.folder.name}.v{self.version}"

    def render(self, **values: PromptValue) -> Prompt:
        """The prompt with these values as they are; each `Untrusted` one stands inside a fence."""
        fences = Fences()
        context = {name: _shown(fences, name, value) for name, value in values.items()}
        context["data_rule"] = _render(_data_rule(), {"fences": fences})
        system, user = (_render(half, context) for half in self._halves)
        return Prompt(system, user, fences.mark)

    @cached_property
    def _halves(self) -> tuple[Template, Template]:
        system, user = (
            _load(self.folder / f"{half}.v{self.version}.txt") for half in ("system", "user")
        )
        return system, user


def _shown(fences: Fences, name: str, value: PromptValue) -> str | int:
    text = fences.around(name, value) if isinstance(value, Untrusted) else value
    if not isinstance(text, str):
        return text
    return text.replace(_LINE_FEED, "").replace("\n", _LINE_FEED)


@cache
def _data_rule() -> Template:
    return _load(Path(__file__).parent / "shared" / "data_rule.v1.txt")


def _load(path: Path) -> Template:
    engine = Engine(string_if_invalid="{{ %s is missing }}")
    return engine.from_string(path.read_text(encoding="utf-8"))


def _render(template: Template, context: Mapping[str, str | int | Fences]) -> str:
    # The context decides about HTML escaping, not the engine.
    rendered = template.render(Context(dict(context), autoescape=False, use_l10n=False))
    tidy = _BLANK_LINES.sub("\n\n", rendered).strip("\n")
    return tidy.replace(_LINE_FEED, "\n")
