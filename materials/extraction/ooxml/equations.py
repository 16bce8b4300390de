"""Equations of Office Math (ISO/IEC 29500-1 section 22.1) as one line of plain text.

The line means what the equation means: `(a+b)/(2c)`, `x²`, `a_i`, `√(x+1)`, `root(3, x)`,
`∑_(i=1)^n i²`, `[1, 2; 3, 4]`, `cases(x, x≥0; -x, x<0)`, `binom(n, k)`, `¹⁴₆C`, `vec(AB)`,
`lim_(x→0) sin x`. Brackets are added where the two dimensions of the page said what belongs
together; a base that is plain text (Word keeps "mc" as the base of mc²) stays as it is shown.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from materials.extraction.ooxml.xml import (
    Element,
    attribute,
    child,
    children,
    local_name,
    switch,
    value,
)
from materials.extraction.scripts import subscript, superscript


class _Form(Enum):
    """How a piece holds together with what stands beside it."""

    TEXT = auto()
    CLOSED = auto()  # in brackets of its own
    QUOTIENT = auto()  # a fraction or root: ends where what follows might join it
    LOWERED = auto()
    RAISED = auto()
    OPEN = auto()  # a function or sum with its operand
    BEFORE = auto()  # scripts in front of their letter
    STACK = auto()  # a fraction without bar
    ROWS = auto()  # a matrix or equations below each other


@dataclass(frozen=True)
class _Piece:
    text: str
    form: _Form = _Form.TEXT


_Pieces = list[_Piece]

_FACTOR: Final = re.compile(r"[\w(\[{√∑∏∫!]")
_NUMBER: Final = r"[0-9]+(?:[.,][0-9]+)?"
_SCRIPTS: Final = r"(?:[⁰-₎²³¹′]|[\^_](?:\w|\([^()]*\)))*"
_LETTER: Final = rf"[dδ∂Δ]?[^\W\d_][\u0300-\u036f\u20d0-\u20f0]*{_SCRIPTS}"
# One number or one letter (also of a differential, with its scripts) needs no brackets.
_SINGLE: Final = re.compile(f"{_NUMBER}|{_LETTER}|∞|[0-9]+[⁰¹²³⁴-⁹]+")
_BARE: Final = re.compile(f"{_NUMBER}|[^\\W\\d_]")
# Above a line a product needs none either.
_PRODUCT: Final = re.compile(rf"(?:{_NUMBER})?(?:{_LETTER})*")
_SIGNED: Final = re.compile("[+\\-−±∓=<>≤≥≠≈]")
_ADDED: Final = re.compile("[+\\-−±∓]")
_RELATED: Final = re.compile("[=<>≤≥≠≈]")
_INTEGRALS: Final = frozenset("∫∬∭∮∯∰∱∲∳⨌")

_ACCENTS: Final = {
    "\u0302": "hat", "^": "hat", "ˆ": "hat", "\u0303": "tilde", "~": "tilde", "˜": "tilde",
    "\u0304": "bar", "\u0305": "bar", "¯": "bar", "‾": "bar", "\u0307": "dot", "˙": "dot",
    "\u0308": "ddot", "¨": "ddot", "\u20db": "dddot", "\u030c": "check", "ˇ": "check",
    "\u0306": "breve", "˘": "breve", "\u0301": "acute", "´": "acute", "\u0300": "grave",
    "`": "grave", "\u20d7": "vec", "→": "vec", "\u20d6": "vec_left", "←": "vec_left",
    "\u20e1": "vec_both", "\u030a": "ring",
}  # fmt: skip
_COMBINING: Final = {
    "hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "ddot": "\u0308",
    "dddot": "\u20db", "check": "\u030c", "breve": "\u0306", "acute": "\u0301",
    "grave": "\u0300", "vec": "\u20d7", "vec_left": "\u20d6", "vec_both": "\u20e1",
    "ring": "\u030a", "underline": "\u0332", "overline": "\u0304",
}  # fmt: skip
_BRACES: Final = {"⏟": "underbrace", "⏞": "overbrace", "⎵": "underbracket", "⎴": "overbracket"}
_ARROW: Final = re.compile("[\u2190-\u21ff\u27f0-\u27ff\u2900-\u297f]")
_DOUBLE_STRUCK: Final = str.maketrans("CHNPQRZ", "ℂℍℕℙℚℝℤ")
_STYLED: Final = re.compile("[\U0001d400-\U0001d7ff\u210e]")
_SKIPPED: Final = frozenset({"del", "moveFrom", "instrText", "delText"})


def equation_text(element: Element) -> str:
    """The equation as one line; of several equations below each other a line for each break."""
    lines = (" ".join(line.split()) for line in _joined(_pieces(element)).split("\n"))
    return "\n".join(line for line in lines if line)


def _pieces(elements: Iterable[Element] | None) -> _Pieces:
    return [
        piece for element in (elements if elements is not None else ()) for piece in _read(element)
    ]


def _read(element: Element) -> _Pieces:
    name = local_name(element)
    if name in _READERS:
        return [_READERS[name](element)]
    if name in _SKIPPED or name.endswith("Pr"):
        return []
    if name == "r":
        return [_Piece(_run_text(element))]
    if name == "phant" and switch(child(element, "phantPr"), "show") is False:
        return []
    return _pieces(element)


def _operand(element: Element, name: str) -> _Pieces:
    return _pieces(child(element, name))


def _run_text(run: Element) -> str:
    texts = ("\n" if local_name(e) in ("br", "cr") else e.text or "" for e in run if _is_text(e))
    text = _STYLED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), "".join(texts))
    if value(run, "rPr", "scr") == "double-struck":
        return text.translate(_DOUBLE_STRUCK)
    return text


def _is_text(element: Element) -> bool:
    return local_name(element) in ("t", "br", "cr")


def _joined(pieces: Sequence[_Piece]) -> str:
    """The pieces beside each other, with the brackets and spaces that keep them apart."""
    after, texts = "", []
    for piece in reversed(pieces):
        joins = piece.form is _Form.QUOTIENT and _FACTOR.match(after)
        texts.append(f"({piece.text})" if joins else _alone(piece))
        after = piece.text.lstrip() or after
    out, last = "", _Piece("")
    for piece, text in zip(pieces, reversed(texts), strict=True):
        if piece.form is _Form.QUOTIENT and out.rstrip()[-1:] in ("/", "÷") and text[0] != "(":
            text = f"({text})"
        out += (" " if _needs_space(out, last, piece, text) else "") + text
        last = piece if text else last
    return out


def _alone(piece: _Piece) -> str:
    if piece.form is _Form.ROWS:
        return f"[{piece.text}]" if "," in piece.text else piece.text
    return f"({piece.text})" if piece.form is _Form.STACK else piece.text


def _needs_space(out: str, last: _Piece, piece: _Piece, text: str) -> bool:
    if not text or not out or out[-1].isspace() or text[0].isspace():
        return False
    if piece.form is _Form.BEFORE or (piece.form is _Form.QUOTIENT and text[0] != "√"):
        return out[-1].isalnum() or out[-1] in ")]"
    if not text[0].isalnum():
        return False
    if last.form in (_Form.LOWERED, _Form.RAISED):
        return out[-1].isascii() and out[-1].isalnum()
    is_open = _Form.OPEN in (piece.form, last.form)
    return is_open and (out[-1].isalnum() or out[-1] in ")]")


def _grouped(pieces: _Pieces, bare: re.Pattern[str]) -> str:
    """The operand, in brackets unless it is one piece with its own or as simple as `bare`."""
    text = _joined(pieces).strip()
    closed = len(pieces) == 1 and pieces[0].form is _Form.CLOSED
    return text if not text or closed or bare.fullmatch(text) else f"({text})"


def _fraction(element: Element) -> _Piece:
    above, below = _operand(element, "num"), _operand(element, "den")
    if value(element, "fPr", "type") == "noBar":
        return _Piece(f"{_joined(above)}, {_joined(below)}", _Form.STACK)
    text = f"{_grouped(above, _PRODUCT)}/{_grouped(below, _SINGLE)}"
    return _Piece(text, _Form.QUOTIENT)


def _root(element: Element) -> _Piece:
    index, inner = _joined(_operand(element, "deg")).strip(), _operand(element, "e")
    if index and switch(child(element, "radPr"), "degHide") is not True:
        return _Piece(f"root({index}, {_joined(inner)})", _Form.CLOSED)
    return _Piece("√" + _grouped(inner, _BARE), _Form.QUOTIENT)


def _base(element: Element, also: frozenset[_Form] = frozenset()) -> str:
    """What a script stands at, in brackets where the script would otherwise join its end."""
    pieces = _operand(element, "e")
    if pieces and pieces[-1].form in {_Form.QUOTIENT, _Form.OPEN, *also}:
        pieces[-1] = _Piece(f"({pieces[-1].text})", _Form.CLOSED)
    return _joined(pieces)


def _raised(element: Element) -> _Piece:
    base = _base(element, frozenset({_Form.RAISED}))
    return _Piece(base + superscript(_joined(_operand(element, "sup")).strip()), _Form.RAISED)


def _lowered(element: Element) -> _Piece:
    base = _base(element, frozenset({_Form.LOWERED}))
    return _Piece(base + subscript(_joined(_operand(element, "sub")).strip()), _Form.LOWERED)


def _scripts(element: Element) -> str:
    lower, upper = _joined(_operand(element, "sub")), _joined(_operand(element, "sup"))
    return subscript(lower.strip()) + superscript(upper.strip())


def _both(element: Element) -> _Piece:
    base = _base(element, frozenset({_Form.RAISED, _Form.LOWERED}))
    return _Piece(base + _scripts(element), _Form.RAISED)


def _before(element: Element) -> _Piece:
    upper, lower = _joined(_operand(element, "sup")), _joined(_operand(element, "sub"))
    scripts = superscript(upper.strip()) + subscript(lower.strip())
    gap = " " if scripts[-1:].isascii() and scripts[-1:].isalnum() else ""
    return _Piece(scripts + gap + _base(element), _Form.BEFORE)


def _n_ary(element: Element) -> _Piece:
    stated = value(element, "naryPr", "chr")
    sign, inner = "∫" if stated is None else stated, _operand(element, "e")
    text = _joined(inner).strip()
    plain = "".join(piece.text for piece in inner if piece.form is _Form.TEXT)
    is_sum = _ADDED.search(plain.strip()[1:]) and not _RELATED.search(plain)
    if is_sum and sign not in _INTEGRALS:
        text = f"({text})"
    return _Piece(f"{sign}{_scripts(element)} {text}".rstrip(), _Form.OPEN)


def _function(element: Element) -> _Piece:
    name, inner = _joined(_operand(element, "fName")).strip(), _operand(element, "e")
    text = _joined(inner).strip()
    if len(inner) == 1 and inner[0].form is _Form.CLOSED and text.startswith("("):
        return _Piece(name + text, _Form.OPEN)
    shown = "".join(piece.text for piece in inner if piece.form is _Form.TEXT)
    parts = any(piece.form is _Form.QUOTIENT and "/" in piece.text for piece in inner)
    if (_SIGNED.search(shown) or parts) and "lim" not in name:
        return _Piece(f"{name}({text})", _Form.OPEN)
    return _Piece(f"{name} {text}".strip(), _Form.OPEN)


def _limit(element: Element) -> _Piece:
    base, limit = _base(element), _joined(_operand(element, "lim")).strip()
    script = subscript(limit) if local_name(element) == "limLow" else superscript(limit)
    return _Piece(base + script, _Form.LOWERED)


def _delimited(element: Element) -> _Piece:
    properties = child(element, "dPr")
    opening, closing = value(properties, "begChr"), value(properties, "endChr")
    opening, closing = "(" if opening is None else opening, ")" if closing is None else closing
    operands = [_pieces(e) for e in children(element, "e")]
    only = operands[0][0] if len(operands) == 1 and len(operands[0]) == 1 else _Piece("")
    if only.form is _Form.STACK and (opening, closing) == ("(", ")"):
        return _Piece(f"binom({only.text})", _Form.CLOSED)
    if only.form is _Form.ROWS and (opening, closing) == ("{", ""):
        return _Piece(f"cases({only.text})", _Form.CLOSED)
    between = value(properties, "sepChr")
    inner = (only.text if only.form in (_Form.ROWS, _Form.STACK) else None) or (
        "|" if between is None else between
    ).join(map(_joined, operands))
    return _Piece(opening + inner + closing, _Form.CLOSED if opening and closing else _Form.TEXT)


def _matrix(element: Element) -> _Piece:
    rows = ([_joined(_pieces(e)) for e in children(row, "e")] for row in children(element, "mr"))
    return _Piece("; ".join(", ".join(row) for row in rows), _Form.ROWS)


def _equations(element: Element) -> _Piece:
    rows = (_joined(_pieces(e)).replace("&", " ") for e in children(element, "e"))
    return _Piece("; ".join(" ".join(row.split()) for row in rows), _Form.ROWS)


def _accent(element: Element) -> _Piece:
    stated = value(element, "accPr", "chr")
    return _marked(element, _ACCENTS.get("\u0302" if stated is None else stated))


def _bar(element: Element) -> _Piece:
    return _marked(element, "overline" if value(element, "barPr", "pos") == "top" else "underline")


def _marked(element: Element, mark: str | None) -> _Piece:
    """A letter with its accent; of anything longer the accent's name and brackets."""
    base = _joined(_operand(element, "e")).strip()
    if mark is None or not base:
        return _Piece(base)
    if len(base) == 1:
        return _Piece(unicodedata.normalize("NFC", base + _COMBINING[mark]))
    return _Piece(f"{mark}({base})", _Form.CLOSED)


def _group_character(element: Element) -> _Piece:
    properties, inner = child(element, "groupChrPr"), _joined(_operand(element, "e")).strip()
    sign = attribute(child(properties, "chr"), "val") or "⏟"
    if sign in _BRACES:
        return _Piece(f"{_BRACES[sign]}({inner})", _Form.CLOSED)
    if not _ARROW.fullmatch(sign):
        return _Piece(inner)
    # The arrow of a reaction: on top of its label, or below it.
    label = subscript(inner) if value(properties, "pos") == "top" else superscript(inner)
    return _Piece(f" {sign}{label} ")


_READERS: Final[dict[str, Callable[[Element], _Piece]]] = {
    "f": _fraction,
    "rad": _root,
    "sSup": _raised,
    "sSub": _lowered,
    "sSubSup": _both,
    "sPre": _before,
    "nary": _n_ary,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "d": _delimited,
    "m": _matrix,
    "eqArr": _equations,
    "acc": _accent,
    "bar": _bar,
    "groupChr": _group_character,
}
