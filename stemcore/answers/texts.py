r"""Texts that came out of the parser with a backslash too many or too few.

A model that escapes twice writes the two characters `\n` where it means a line break; one that
escapes once writes `\\` for the row break of a matrix and loses half of it.
"""

import re

from stemcore.answers.latex import COMMANDS
from stemcore.answers.strict import Json

_MAX_DEPTH = 64

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
# A fence whose first line ends in an escaped line break: the code too was escaped twice.
_ESCAPED_FENCE = re.compile(r"```\w*\\n")
_BREAK = re.compile(r"(?<!\\)(?:\\r)?\\n(?P<word>[A-Za-z]*)")
# Where two characters \n are a line break beyond doubt: doubled, after the end of a sentence, or
# before what begins a line of Markdown.
_SURE_BREAK = re.compile(
    r"\\n(?:\\r)?\\n|(?:[.!?;]|(?<!\b[A-Za-z]):)\s?(?:\\r)?\\n(?![a-z]?[\"'`])|\\n(?:\d+[.)]\s|[-*•]\s|#{1,6}\s|\|)"
)

_ROWS = re.compile(
    r"\\begin\{((?:[pbBvV]|small)?matrix|cases|aligned|align\*?|alignedat|array|gathered|split)\}"
    r"(?:(?!\\begin\{).)*?\\end\{\1\}",
    re.DOTALL,
)
_HALF_ROW_BREAK = re.compile(r"(?<!\\)\\(?=\s|\d|-|&)")


def mended(value: Json, depth: int = 0) -> Json:
    """The value with escaped line breaks and row breaks as they were meant."""
    if isinstance(value, str):
        return mended_text(value) if "\\" in value else value
    if depth == _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {key: mended(entry, depth + 1) for key, entry in value.items()}
    if isinstance(value, list):
        return [mended(entry, depth + 1) for entry in value]
    return value


def mended_text(text: str) -> str:
    """The same for one text."""
    if "\\begin{" in text:
        text = _ROWS.sub(lambda rows: _HALF_ROW_BREAK.sub(r"\\\\", rows[0]), text)
    return _with_line_breaks(text) if r"\n" in text and "\n" not in text else text


def _with_line_breaks(text: str) -> str:
    if _ESCAPED_FENCE.search(text):
        return _broken(text).replace(r"\\n", r"\n")
    code = [(found.start(), found.end()) for found in _CODE.finditer(text)]
    outside = _outside(text, code)
    if not any(_SURE_BREAK.search(part) for part in outside):
        return text
    inside = [text[start:end] for start, end in code]
    pairs = zip(map(_broken, outside), [*inside, ""], strict=True)
    return "".join(piece for pair in pairs for piece in pair)


def _outside(text: str, spans: list[tuple[int, int]]) -> list[str]:
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _broken(text: str) -> str:
    return _BREAK.sub(_line_break, text)


def _line_break(found: re.Match[str]) -> str:
    word = found["word"]
    return found[0] if f"n{word}" in COMMANDS else "\n" + word
