"""Lines that run from right to left, with the numbers, formulas and Latin words within them.

A page shows such a line in visual order, by the bidirectional algorithm (Unicode, UAX 9), and files
write it in this order, in the other, or piece by piece. So the letters of a line are put from left
to right by their places, are told apart into words, scripts and cells as on every other line, and
the algorithm is undone on the text that results.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final
from unicodedata import combining, normalize

from materials.extraction.pdf.runs import Sides

# Shares of the height of a line.
_OVERLAP: Final = 0.4
_SPACE: Final = 0.2
_WIDE: Final = 0.9

_RIGHT: Final = "\u0590-\u065f\u066b-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefe"
_LEFT: Final = rf"[^\W\d_{_RIGHT}]"
_RIGHT_TO_LEFT = re.compile(f"[{_RIGHT}]")
_RIGHT_WORD = re.compile(f"[{_RIGHT}]{{2,}}")
_LEFT_WORD = re.compile(f"{_LEFT}{{3,}}")
_STRONG = re.compile(f"[{_RIGHT}]+|{_LEFT}+")
_STOP: Final = ".,:;?!،؛؟"

_SCRIPT: Final = "[⁰¹²³⁴-⁹₀-₉⁺⁻₊₋]+"
_STARTS, _ENDS = rf"(?!{_SCRIPT}(?![{_RIGHT}]))[^\W_{_RIGHT}]", rf"[^\W_{_RIGHT}]"
_LEFT_SPAN = re.compile(rf"{_STARTS}(?:[^{_RIGHT}]*{_ENDS})?|{_SCRIPT}")
_RIGHT_SPAN = re.compile(rf"[{_RIGHT}](?:(?:(?!{_LEFT}).)*[{_RIGHT}])?")
_NUMBER = re.compile(r"[%°‰]?\d+(?:[.,:/+\u2212-]\d+)*[%°‰]?|" + _SCRIPT)
_QUANTITY = re.compile(
    r"((?:da|[YZEPTGMkhdcmµμnpf])?(?:mol|cd|Hz|Pa|eV|Ω|[mgsAKNJWCVFTHLl])[²³]?"
    r"(?:[/·](?:mol|s|m|kg|K|C|L|l|h)[²³]?)*)([ °]+)(\d[\d.,]*)"
)
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
_BRACKET = re.compile(r"[()\[\]{}]")
_MIRRORED = str.maketrans("()[]{}<>«»≤≥⟨⟩", ")(][}{><»«≥≤⟩⟨")


def is_right_to_left(text: str) -> bool:
    """Whether any letter of the text is one that runs from right to left."""
    return not text.isascii() and bool(_RIGHT_TO_LEFT.search(text))


# From the order of the file to that of the page ---------------------------------------------------


def as_written(text: str) -> str:
    """The brackets and the like of PDFium's text as the file has them.

    It turns those round that follow a letter that runs from right to left, within a formula too.
    """
    return "".join(map(_as_written, text.splitlines(keepends=True)))


def _as_written(line: str) -> str:
    spans = list(_STRONG.finditer(line))
    is_turned = bool(spans) and is_right_to_left(spans[0][0])
    place, parts = 0, list[str]()
    for span in spans:
        before = line[place : span.start()]
        parts += [before.translate(_MIRRORED) if is_turned else before, span[0]]
        is_turned, place = is_right_to_left(span[0]), span.end()
    return "".join([*parts, line[place:].translate(_MIRRORED) if is_turned else line[place:]])


def visual_order(text: str, sides: Sides) -> Iterator[int | None]:
    """The places of the characters in the text, each line with such letters from left to right.

    None stands for a space that can be seen and that the text does not have there.
    """
    for line in _lines(text, sides):
        if is_right_to_left("".join(text[n] for n in line)):
            yield from _from_the_left(text, sides, line)
            yield None
        else:
            yield from line


def _lines(text: str, sides: Sides) -> Iterator[list[int]]:
    """The characters that follow each other at one height."""
    _, bottoms, _, tops = sides
    line: list[int] = []
    low, high = 0.0, 0.0
    for n, char in enumerate(text):
        bottom, top = bottoms[n], tops[n]
        if not char.isspace() and bottom < top and not combining(char):
            overlap = min(top, high) - max(bottom, low)
            if overlap < _OVERLAP * min(top - bottom, high - low):
                yield line
                line, low, high = [], bottom, top
            low, high = min(low, bottom), max(high, top)
        line.append(n)
    yield line


def _from_the_left(text: str, sides: Sides, line: Sequence[int]) -> Iterator[int | None]:
    lefts, bottoms, rights, tops = sides
    seen = [n for n in line if lefts[n] < rights[n] and bottoms[n] < tops[n]]
    shown = sorted(seen, key=lambda n: (_place(text, sides, n), _rank(text, sides, n)))
    letters = [n for n in shown if not text[n].isspace()]
    height = max((tops[n] - bottoms[n] for n in letters), default=0.0)
    yield from shown[:1]
    for before, n in pairwise(shown):
        if _parts(text, before, n, (lefts[n] - rights[before]) / height):
            yield None
        yield n


def _place(text: str, sides: Sides, n: int) -> float:
    """Where a character begins; what is set above or below a letter comes just before it."""
    left, right = sides[0][n], sides[2][n]
    return left if not combining(text[n]) else (left + right) / 2 - (right - left)


def _rank(text: str, sides: Sides, n: int) -> int:
    """The order of letters that one sign shows, of which PDFium turns some round."""
    lefts = sides[0]
    if not is_right_to_left(text[n]):
        return n
    following = next((left for left in lefts[n + 1 : n + 4] if left != lefts[n]), lefts[n])
    return n if following < lefts[n] else -n


def _parts(text: str, before: int, n: int, gap: float) -> bool:
    first, last = sorted((before, n))
    between = text[first + 1 : last]
    if not between:
        return gap > _WIDE
    return between == " " or gap > _SPACE


# From the order of the page to that of reading ----------------------------------------------------


def shapes_apart(char: str) -> str:
    """The letters of a shape of print in the order in which they are seen."""
    return normalize("NFKC", char)[::-1] if "\ufb1d" <= char <= "\ufefe" else char


def leans_right(text: str) -> bool:
    """Whether most words of a page are of letters that run from right to left."""
    return len(_RIGHT_WORD.findall(text)) > len(_LEFT_WORD.findall(text))


def reads_from_right(text: str, *, page: bool) -> bool:
    """Whether a line in visual order begins at its right end. `page` says whether most lines do,
    which decides of those of both kinds."""
    if not is_right_to_left(text):
        return False
    first, last = text[0] in _STOP, text[-1] in _STOP
    if first != last:
        return first
    right, left = len(_RIGHT_WORD.findall(text)), len(_LEFT_WORD.findall(text))
    return left <= 2 * right if page else left < right


def logical(text: str, *, from_right: bool) -> str:
    """A text in visual order as it is read: `from_right` where the line begins at its right end."""
    if from_right:
        return _turned(text)
    return _RIGHT_SPAN.sub(lambda span: _turned(span[0]), text)


def _turned(text: str) -> str:
    parts: list[str] = []
    place = 0
    for start, end, inner in _left_spans(text):
        parts += [text[place:start][::-1], inner]
        place = end
    parts.append(text[place:][::-1])
    # Some files name the sign that is seen, some the one that is meant, which looks turned round.
    meant = "".join(reversed(parts))
    parts[::2] = [part.translate(_MIRRORED) for part in parts[::2]]
    seen = "".join(reversed(parts))
    return meant if _unmatched(meant) < _unmatched(seen) else seen


def _unmatched(text: str) -> int:
    """How many brackets close without having been opened, or the other way round."""
    depth = wrong = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in _PAIRS else -1
        if depth < 0:
            depth, wrong = 0, wrong + 1
    return wrong + depth


def _left_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """What runs from left to right: formulas and foreign words as a whole, numbers one by one."""
    place = 0
    for span in _LEFT_SPAN.finditer(text):
        if re.search(_LEFT, re.sub(_SCRIPT, "", span[0])):
            start, end = _with_brackets(text, place, *span.span())
            quantity = _QUANTITY.fullmatch(text[start:end])
            if quantity:
                # A unit is seen left of its number, but read behind it.
                yield start, end, f"{quantity[3]}{quantity[2][::-1]}{quantity[1]}"
            else:
                yield start, end, text[start:end]
            place = end
            continue
        low, high = max(place, span.start() - 1), min(len(text), span.end() + 1)
        for number in _NUMBER.finditer(text, low, high):
            yield number.start(), number.end(), _number(number[0])
            place = number.end()


def _number(text: str) -> str:
    sign = text[0] if text[0] in "%°‰" else ""
    return text[len(sign) :] + sign


def _with_brackets(text: str, low: int, start: int, end: int) -> tuple[int, int]:
    """The span with brackets at its ends that belong to brackets within it, and a percent sign."""
    while end < len(text) and text[end] in "%°‰⁺⁻":
        end += 1
    for opening, closing in _PAIRS.items():
        missing = text.count(opening, start, end) - text.count(closing, start, end)
        if missing > 0 and text.startswith(closing, end):
            end += 1
        elif missing < 0 and start > low and text[start - 1] == opening:
            start -= 1
    return start, end
