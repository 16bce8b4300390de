r"""JSON values in a text that is not quite JSON.

Reads what models really write: trailing, missing and doubled commas, smart and single quotes,
quotes left unescaped inside a string, bare keys and words, comments, Python's literals, brackets
that do not match, prose between values, an end that is missing.

It goes through the text once, with a stack of its own and without backtracking: linear time, and
no recursion however deep the nesting. It never fails; what it cannot make sense of it skips. An
unfinished string or number at the end of the text is dropped, since nobody knows its rest, and so
is a string of which nobody can tell where it ends (see `endings`). The general-purpose repair
libraries measured beside it take 60 to 300 ms for 100 KB and recurse.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from stemcore.answers.endings import COMMENT, QUOTES, StringEnds
from stemcore.answers.strict import Found, Json, integer

_MAX_DEPTH = 64
# Bounds the time for megabytes of brackets; a real answer has a few thousand parts.
_MAX_STEPS = 300_000

_SPACE = re.compile(rf"(?:\s++|{COMMENT})*+")
_SPACE_AND_COMMAS = re.compile(rf"(?:\s++|{COMMENT}|[,;])*+")
_BARE_KEY = re.compile(r"([A-Za-z_$][\w$-]{0,80})\s*:")
_KEY = re.compile(r"""["“”„]([^"“”„\n]{0,200})["“”„]\s*[:=]|['‘’]([^'‘’"\n]{0,200})['‘’]\s*[:=]""")
_OPENER = re.compile(
    rf"""\{{(?:\s|{COMMENT})*+(?:[{QUOTES}}}]|[A-Za-z_$][\w$-]{{0,80}}\s*:)"""
    r"""|\[\s*(?:["“\]\[{]|-?\d)"""
)
_VALUE_ENDS = rf"(?=\s*(?:[,;}}\]\n]|{COMMENT}|\Z))"
_NUMBER = re.compile(rf"-?(?:\d++(\.\d++)?([eE][+-]?\d{{1,4}})?|\.\d++){_VALUE_ENDS}")
# A number as people write it, which stays text: a field that wants a number reads it. In an object
# a comma before three digits is part of it, since a key would have to follow otherwise.
_QUANTITY = re.compile(
    r"[+\-−–≈~$€£]?[^\S\n]?\.?\d[^\"“”{}\[\],;:\n#]{0,60}?"
    rf"(?:(?:,\d{{3}}(?!\d))+[^\"“”{{}}\[\],;:\n#]{{0,60}}?)?{_VALUE_ENDS}"
)
_WORD = re.compile(rf"([A-Za-z_][\w-]{{0,60}}|-Infinity){_VALUE_ENDS}")
_JUNK = re.compile(rf"[^{QUOTES}{{}}\[\],]+")
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

# A field whose text holds nothing that could be mistaken, with what must follow it: nearly all.
_PLAIN_FIELD = re.compile(
    r"""\s*+,?\s*+["“”]([^"“”\\\n]{1,80})["“”]\s*+:\s*+["“”]([^"“”\\(){}\[\]]*+)["“”]"""
    r"""(?=\s*+,\s*+["“”][^"“”\\\n]{1,80}["“”]\s*+:|\s*+,?\s*+\}\s*+,\s*+\{)"""
)

_STRING_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@dataclass(frozen=True)
class Reading:
    """The values found, none inside another, and what was lost.

    `is_cut_off`: the last value lacks its end. `is_doubtful`: a text was left out because its end
    could not be told.
    """

    found: list[Found]
    is_cut_off: bool
    is_doubtful: bool

    @property
    def values(self) -> list[Json]:
        return [found.value for found in self.found]


def tolerant_values(
    text: str, opener: re.Pattern[str] | None = None, names: Collection[str] = ()
) -> Reading:
    """The objects and lists that a text holds, as far as they can be read.

    No string reaches over a place where `opener` matches: the answer begins there anew, and what
    stands before it lost its end. `names` are the keys to expect, folded.
    """
    return _Parser(text, opener, names).read()


class _Parser:
    def __init__(self, text: str, opener: re.Pattern[str] | None, names: Collection[str]) -> None:
        self.text = text
        self.ends = StringEnds(text, names)
        self.position = 0
        self.roots: list[tuple[Json, int]] = []
        self.closed_at: dict[int, int] = {}
        self.stack: list[dict[str, Json] | list[Json]] = []
        self.key: str | None = None
        # Where strings stop at the latest, the last place first.
        self.stops = [len(text)]
        if opener is not None:
            self.stops += [found.start() for found in opener.finditer(text)][::-1]
        self.is_doubtful = False

    def read(self) -> Reading:
        for _ in range(_MAX_STEPS):
            if not self.stack and not self._seek_opener():
                break
            if self.position >= len(self.text):
                break
            self._step()
        end = len(self.text)
        found = [
            Found(value, start, self.closed_at.get(id(value), end)) for value, start in self.roots
        ]
        return Reading(found, bool(self.stack), self.is_doubtful)

    def _seek_opener(self) -> bool:
        opener = _OPENER.search(self.text, self.position)
        if opener:
            self.position = opener.start()
            self._open()
        return opener is not None

    def _read_plain_field(self) -> bool:
        """Reads a field the short way where its text cannot be mistaken."""
        top = self.stack[-1]
        if self.key is not None or not isinstance(top, dict) or self.is_doubtful:
            return False
        found = _PLAIN_FIELD.match(self.text, self.position)
        if found is None or self._next_stop(self.position) < found.end():
            return False
        top[found[1]] = found[2]
        self.position = found.end()
        return True

    def _step(self) -> None:
        if self._read_plain_field():
            return
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
        if self.stack and self.key is None and isinstance(self.stack[-1], dict):
            # An object where a key should be: the one around it was given up by the model.
            self.stack.clear()
        self._add(container)
        self.stack.append(container)
        self.position += 1

    def _add(self, value: Json) -> None:
        top = self.stack[-1] if self.stack else None
        if top is None:
            self.roots.append((value, self.position))
        elif isinstance(top, dict) and self.key is not None:
            # Behind a text that was left out, its own words may look like a field.
            if not (self.is_doubtful and self.key in top):
                top[self.key] = value
            self.key = None
        elif isinstance(top, list):
            top.append(value)

    def _close(self, bracket: str) -> None:
        self.position += 1
        self.key = None
        kind = dict if bracket == "}" else list
        while any(isinstance(container, kind) for container in self.stack):
            container = self.stack.pop()
            self.closed_at[id(container)] = self.position
            if isinstance(container, kind):
                break

    def _read_key(self, character: str) -> None:
        if found := _KEY.match(self.text, self.position) or _BARE_KEY.match(
            self.text, self.position
        ):
            self.key = unescaped(next(group for group in found.groups() if group is not None))
            self.position = found.end()
        elif character in ("{", "[") and _OPENER.match(self.text, self.position):
            self._open()
        elif not self._skip(_JUNK):
            self.position += 1

    def _read_value(self, character: str) -> None:
        if character and character in QUOTES:
            self._read_string(character)
        elif character in ("{", "["):
            self._open()
        elif found := self._quantity():
            self._read_quantity(found)
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

    def _quantity(self) -> re.Match[str] | None:
        """A value that begins with a number and is more than one."""
        found = _QUANTITY.match(self.text, self.position) if self.key is not None else None
        return None if found is None or _NUMBER.fullmatch(found[0]) else found

    def _read_quantity(self, found: re.Match[str]) -> None:
        self.position = found.end()
        if found.end() == len(self.text):
            self.key = None
        else:
            self._add(found[0].strip())

    def _read_string(self, quote: str) -> None:
        start = self.position + 1
        stop = self._next_stop(start)
        kinds = [type(container) for container in self.stack]
        end = self.ends.find(start, stop, quote, kinds)
        if end is None:
            # Nothing is read of it, up to where the answer begins anew.
            self.is_doubtful = self.is_doubtful or '"' in self.text[start:stop]
            self.key, self.position = None, stop
        elif end.is_doubtful:
            self.is_doubtful = True
            self.key, self.position = None, end.quote + 1
        else:
            self._add(unescaped(self.text[start : end.quote]))
            self.position = end.quote + 1

    def _next_stop(self, position: int) -> int:
        while self.stops[-1] < position:
            self.stops.pop()
        return self.stops[-1]


def unescaped(body: str) -> str:
    if "\\" not in body:
        return body
    text = _STRING_ESCAPE.sub(_character, body)
    # Two escapes of a surrogate pair are one character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _ESCAPED.get(found[2], found[2])
