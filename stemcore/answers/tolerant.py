r"""JSON values in a text that is not quite JSON.

Reads what models really write: trailing, missing and doubled commas, smart and single quotes,
quotes left unescaped inside a string, bare keys and words, comments, Python's literals, brackets
that do not match, prose between values, an end that is missing.

It goes through the text once, with a stack of its own and without backtracking: linear time, and
no recursion however deep the nesting. It never fails; what it cannot make sense of it skips. An
unfinished string or number at the end of the text is dropped, since nobody knows its rest. The
general-purpose repair libraries measured beside it take 60 to 300 ms for 100 KB and recurse.
"""

import re
from dataclasses import dataclass

from stemcore.answers.strict import Json, integer

_MAX_DEPTH = 64
# Bounds the time for megabytes of brackets; a real answer has a few thousand parts.
_MAX_STEPS = 300_000

_QUOTES = "\"'“”„‘’"
_SPACE = re.compile(r"(?:\s++|//[^\n]*+)*+")
_SPACE_AND_COMMAS = re.compile(r"(?:\s++|//[^\n]*+|,)*+")
_BARE_KEY = re.compile(r"([A-Za-z_$][\w$-]{0,80})\s*:")
_KEY = re.compile(r"""["“”„]([^"“”„\n]{0,200})["“”„]\s*[:=]|['‘’]([^'‘’"\n]{0,200})['‘’]\s*[:=]""")
_OPENER = re.compile(
    rf"""\{{\s*(?:[{_QUOTES}}}]|[A-Za-z_$][\w$-]{{0,80}}\s*:)|\[\s*(?:["“\]\[{{]|-?\d)"""
)
_NUMBER = re.compile(r"-?(?:\d++(\.\d++)?([eE][+-]?\d{1,4})?|\.\d++)(?=\s*(?:[,}\]\n]|\Z))")
_WORD = re.compile(r"([A-Za-z_][\w-]{0,60}|-Infinity)(?=\s*(?:[,}\]\n]|\Z))")
_JUNK = re.compile(rf"[^{_QUOTES}{{}}\[\],]+")
_WORDS: dict[str, Json] = {
    "true": True,
    "false": False,
    "null": None,
    "none": None,
    "nan": None,
    "undefined": None,
    "infinity": None,
    "-infinity": None,
}

_KEY_AHEAD = rf"""[{_QUOTES}][^"“”„\n]{{0,200}}(?:[{_QUOTES}]\s*(?:[:=]|\Z)|\Z)"""
# What stands after the quote that ends a string: in an object, and in a list.
_AFTER_FIELD = (
    rf"""\s*+(?:[}}\]]|\Z|,\s*+(?:[}}\]]|\Z|//|{_KEY_AHEAD}|[A-Za-z_$][\w$-]{{0,80}}\s*:)"""
    rf"""|```|(?<=\s)["“][^"“”\n]{{1,80}}["”]\s*:)"""
)
_AFTER_ITEM = (
    rf"""\s*+(?:[}}\]]|\Z|,\s*+(?:[{_QUOTES}\[{{}}\]]|\Z|//|-?\d|true\b|false\b|null\b)|```)"""
    r"""|[^\S\n]*+\n\s*+["“]"""
)

_STRING_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True, eq=False)
class _Ending:
    """How a string ends: up to its next quote, and a quote with the right thing after it."""

    next_quote: re.Pattern[str]
    structural: re.Pattern[str]


def _ending(quotes: str, after: str) -> _Ending:
    body = rf"[^\\{quotes}]*+(?:\\.[^\\{quotes}]*+)*+[{quotes}]"
    return _Ending(re.compile(body, re.DOTALL), re.compile(rf"[{quotes}](?={after})"))


def _endings(after: str) -> dict[str, _Ending]:
    """By the quote that opens a string."""
    straight, smart, single = (_ending(quotes, after) for quotes in ('"', '"“”', "'’"))
    return {'"': straight, "“": smart, "”": smart, "„": smart} | dict.fromkeys("'‘’", single)


_FIELD_ENDINGS, _ITEM_ENDINGS = _endings(_AFTER_FIELD), _endings(_AFTER_ITEM)


@dataclass(frozen=True)
class Reading:
    """The values found, none inside another, and whether the last one lacks its end."""

    values: list[Json]
    is_cut_off: bool


def tolerant_values(text: str, opener: re.Pattern[str] | None = None) -> Reading:
    """The objects and lists that a text holds, as far as they can be read.

    No string reaches over a place where `opener` matches: the answer begins there anew, and what
    stands before it lost its end.
    """
    return _Parser(text, opener).read()


class _Parser:
    def __init__(self, text: str, opener: re.Pattern[str] | None) -> None:
        self.text = text
        self.position = 0
        self.roots: list[Json] = []
        self.stack: list[dict[str, Json] | list[Json]] = []
        self.key: str | None = None
        # Where strings stop at the latest, the last place first.
        self.stops = [len(text)]
        if opener is not None:
            self.stops += [found.start() for found in opener.finditer(text)][::-1]
        # Up to here no string of this kind has a proper end, so none is looked for again.
        self.endless_until: dict[_Ending, int] = {}

    def read(self) -> Reading:
        for _ in range(_MAX_STEPS):
            if not self.stack and not self._seek_opener():
                break
            if self.position >= len(self.text):
                break
            self._step()
        return Reading(self.roots, bool(self.stack))

    def _seek_opener(self) -> bool:
        opener = _OPENER.search(self.text, self.position)
        if opener:
            self.position = opener.start()
            self._open()
        return opener is not None

    def _step(self) -> None:
        space = _SPACE_AND_COMMAS if self.key is None else _SPACE
        self.position = space.match(self.text, self.position).end()  # type: ignore[union-attr]
        character = self.text[self.position : self.position + 1]
        if character in ("}", "]"):
            self._close(character)
        elif isinstance(self.stack[-1], dict) and self.key is None:
            self._read_key(character)
        else:
            self._read_value(character)

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.position)
        if found is None or found.end() == self.position:
            return False
        self.position = found.end()
        return True

    def _open(self) -> None:
        if len(self.stack) >= _MAX_DEPTH:
            self.stack, self.key = [], None
        container: dict[str, Json] | list[Json] = {} if self.text[self.position] == "{" else []
        self._add(container, is_root=not self.stack)
        self.stack.append(container)
        self.position += 1

    def _add(self, value: Json, is_root: bool = False) -> None:
        top = self.stack[-1] if self.stack else None
        if is_root or (isinstance(top, dict) and self.key is None):
            # An object where a key should be: the one around it was given up by the model.
            self.roots.append(value)
        elif isinstance(top, dict) and self.key is not None:
            top[self.key] = value
            self.key = None
        elif isinstance(top, list):
            top.append(value)

    def _close(self, bracket: str) -> None:
        self.position += 1
        self.key = None
        kind = dict if bracket == "}" else list
        while any(isinstance(container, kind) for container in self.stack):
            if isinstance(self.stack.pop(), kind):
                break

    def _read_key(self, character: str) -> None:
        if found := _KEY.match(self.text, self.position) or _BARE_KEY.match(
            self.text, self.position
        ):
            self.key = _unescaped(next(group for group in found.groups() if group is not None))
            self.position = found.end()
        elif character in ("{", "[") and _OPENER.match(self.text, self.position):
            self._open()
        elif not self._skip(_JUNK):
            self.position += 1

    def _read_value(self, character: str) -> None:
        if character and character in _QUOTES:
            self._read_string(character)
        elif character in ("{", "["):
            self._open()
        elif found := _NUMBER.match(self.text, self.position):
            self._read_number(found)
        elif found := _WORD.match(self.text, self.position):
            self.position = found.end()
            word = found[0].casefold()
            self._add(_WORDS[word] if word in _WORDS else found[0])
        else:
            self.key = None
            if not self._skip(_JUNK):
                self.position += 1

    def _read_number(self, found: re.Match[str]) -> None:
        self.position = found.end()
        if found.end() == len(self.text):
            return  # its last digits may be missing
        is_float = found[1] or found[2] or "." in found[0]
        self._add(float(found[0]) if is_float else integer(found[0]))

    def _read_string(self, quote: str) -> None:
        self.position += 1
        stop = self._next_stop()
        ending = (_ITEM_ENDINGS if isinstance(self.stack[-1], list) else _FIELD_ENDINGS)[quote]
        end = self._end_of_string(ending, stop)
        if end is None:
            self.key, self.position = None, stop
            return
        self._add(_unescaped(self.text[self.position : end]))
        self.position = end + 1

    def _next_stop(self) -> int:
        while self.stops[-1] < self.position:
            self.stops.pop()
        return self.stops[-1]

    def _end_of_string(self, ending: _Ending, stop: int) -> int | None:
        """Where the next quote stands that is followed by what follows a string in JSON.

        Without such a quote it is the next quote of all.
        """
        first = quote = ending.next_quote.match(self.text, self.position, stop)
        if first is None or self.position < self.endless_until.get(ending, 0):
            return first and first.end() - 1
        while quote:
            if ending.structural.match(self.text, quote.end() - 1, stop):
                return quote.end() - 1
            quote = ending.next_quote.match(self.text, quote.end(), stop)
        self.endless_until[ending] = stop
        return first.end() - 1


def _unescaped(body: str) -> str:
    if "\\" not in body:
        return body
    text = _STRING_ESCAPE.sub(_character, body)
    # Two escapes of a surrogate pair are one character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _ESCAPED.get(found[2], found[2])
