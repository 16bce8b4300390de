"""Where a string ends when the quotes inside it were not escaped.

A quote ends its string when what follows it is explained by the objects and lists that are open:
the next key, the next entry, or brackets that close them in order. Brackets that the text itself
opened explain what closes them, and quotes inside a text come in pairs. Where these signs disagree
there is no end: half a text is worse than none.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from stemcore.answers.names import folded_name

QUOTES = "\"'“”„‘’"
# Comments, as they stand between parts. A long one is not looked through from every quote.
COMMENT = (
    r"//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/|<!--(?:[^-]|-(?!->))*+-->|#(?![0-9a-fA-F]{3,8}\b)[^\n]*+"
)
_SHORT_COMMENT = (
    r"//[^\n]{0,200}+(?=\n|\Z)|/\*(?:[^*]|\*(?!/)){0,200}+\*/"
    r"|#(?![0-9a-fA-F]{3,8}\b)[^\n]{0,200}+(?=\n|\Z)"
)
_GAP = rf"(?:\s++|{_SHORT_COMMENT})*+"
_NEXT = re.compile(rf"(?P<gap>{_GAP}(?P<comma>[,;]?){_GAP}(?:,{_GAP})*+)")
_KEY_AHEAD = re.compile(
    rf"""[{QUOTES}](?P<quoted>[^{QUOTES}\n]{{0,80}})(?:[{QUOTES}]{_GAP}(?:[:=]|\Z)|\Z)"""
    r"""|(?P<bare>[A-Za-z_$][\w$-]{0,80})\s*:"""
)
_ENTRY_AHEAD = re.compile(rf"[{QUOTES}{{\[]|-?\d|(?:true|false|null)\b")
_BRACKETS = re.compile(r"[\[\](){}]")
# Before a quote that opens: space, an opening bracket, a sign that joins.
_OPENS_AFTER = re.compile(r"[\s(\[{=,:;]\Z")
# How much of the text may be looked at for ends, in times its length.
_EFFORT = 8


class Fit(IntEnum):
    """How well what follows a quote fits the end of a string."""

    NONE = 0
    TEXT_ENDS = 1
    PROSE = 2  # behind an answer that is complete
    UNKNOWN_KEY = 3
    STRONG = 4


@dataclass(frozen=True)
class StringEnd:
    """Where the closing quote stands at the earliest, and whether a later one may be meant."""

    quote: int
    is_doubtful: bool = False


_BODIES = {
    quote: re.compile(rf"[^\\{quotes}]*+(?:\\.[^\\{quotes}]*+)*+[{quotes}]", re.DOTALL)
    for opening, quotes in [('"', '"'), ("“”„", '"“”'), ("'‘’", "'’")]
    for quote in opening
}


class StringEnds:
    """Finds the ends of the strings of one text. `names` are the known keys, folded."""

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text
        self.names = names
        self.effort = _EFFORT * len(text) + 10_000

    def find(self, start: int, stop: int, opening: str, stack: Sequence[type]) -> StringEnd | None:
        """The end of the string whose text begins at `start`, before `stop`, or None.

        `stack` are the types of the open containers, the outermost first.
        """
        body = _BODIES[opening]
        in_pairs = opening not in "'‘’"
        in_list = stack[-1] is list
        inner = depth = 0
        first_odd: tuple[int, int] | None = None
        loose: int | None = None
        position = start
        while self.effort > 0 and (quote := body.match(self.text, position, stop)):
            at = quote.end() - 1
            self.effort -= quote.end() - position
            depth = self._depth(depth, position, at)
            fit = self._fit(at + 1, stop, stack)
            is_even = not in_pairs or inner % 2 == 0
            if fit and is_even and self._ends(fit, start, at, inner, depth):
                earlier = loose or (first_odd[0] if first_odd and not in_list else None)
                return StringEnd(earlier or at, is_doubtful=earlier is not None)
            if fit is Fit.STRONG and not is_even and not depth and first_odd is None:
                first_odd = (at, inner)
            if is_even and depth and loose is None and (fit is Fit.STRONG or (fit and not inner)):
                loose = at
            inner += 1
            position = quote.end()
        if first_odd:
            return StringEnd(first_odd[0], first_odd[1] > 1)
        return StringEnd(loose) if loose else None

    def _ends(self, fit: Fit, start: int, at: int, inner: int, depth: int) -> bool:
        """Whether a quote that is no inner one by its number is the last one by its place."""
        if at == start or (fit >= Fit.UNKNOWN_KEY and not depth):
            return True
        if _OPENS_AFTER.search(self.text, max(start, at - 1), at):
            return False
        if depth:
            return fit >= Fit.UNKNOWN_KEY and not inner
        return fit is Fit.PROSE or not inner

    def _depth(self, depth: int, start: int, end: int) -> int:
        """How many brackets are open; a closing one closes any."""
        for bracket in _BRACKETS.finditer(self.text, start, end):
            depth = depth + 1 if bracket[0] in "[({" else max(0, depth - 1)
        return depth

    def _fit(self, position: int, stop: int, stack: Sequence[type]) -> Fit:
        depth, has_comma, has_break = len(stack), False, False
        while True:
            found = _NEXT.match(self.text, position, stop)
            assert found is not None  # it matches nothing, too
            has_comma = has_comma or bool(found["comma"])
            has_break = has_break or "\n" in found["gap"]
            position = found.end()
            bracket = self.text[position : position + 1]
            if position >= stop or bracket not in ("}", "]") or not depth:
                break
            depth = _closed(stack, depth, bracket)
            if depth < 0:
                return Fit.NONE
            position, has_comma = position + 1, False
        has_closed = depth < len(stack)
        if position >= len(self.text):
            return Fit.STRONG if has_closed else Fit.TEXT_ENDS
        if position >= stop or self.text.startswith("```", position):
            return Fit.STRONG if has_closed else Fit.PROSE
        if not depth:
            return Fit.STRONG if bracket in ("{", "[") else Fit.PROSE
        if stack[depth - 1] is list:
            is_next = (has_comma or has_break) and _ENTRY_AHEAD.match(self.text, position)
            return Fit.STRONG if is_next else Fit.NONE
        return self._fit_of_key(position, has_comma, has_closed or has_break)

    def _fit_of_key(self, position: int, has_comma: bool, is_apart: bool) -> Fit:
        key = _KEY_AHEAD.match(self.text, position)
        if key is None:
            return Fit.NONE
        if key["bare"] is not None and not has_comma:
            return Fit.NONE
        name = key["quoted"] if key["bare"] is None else key["bare"]
        is_known = folded_name(name) in self.names
        return Fit.STRONG if is_known and (has_comma or is_apart) else Fit.UNKNOWN_KEY


def _closed(stack: Sequence[type], depth: int, bracket: str) -> int:
    """The depth after a closing bracket, which also closes what was left open inside; or -1."""
    kind = dict if bracket == "}" else list
    while depth:
        depth -= 1
        if stack[depth] is kind:
            return depth
    return -1
