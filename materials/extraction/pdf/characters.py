"""The characters of PDF fonts as the letters and signs that they show."""

import re
import unicodedata
from functools import partial
from typing import Final

HYPHENS: Final = "\x02\ufffe\u00ad"
"""What PDFium gives for the hyphen of a word divided at the end of its line, and a soft one."""

ACCENTS: Final = dict(
    zip("`´^ˆ~˜¯˘˙¨˚°˝ˇ¸˛", "\u0300\u0301\u0302\u0302\u0303\u0303\u0304\u0306\u0307\u0308"
        "\u030a\u030a\u030b\u030c\u0327\u0328", strict=True)
)  # fmt: skip
"""Accents that old TeX fonts print as signs of their own over a letter, with their combining form.

Only where they are printed lies can tell them from quotes, degrees and powers.
"""

_BEFORE: Final = 0xF0000
"""Added to a combining accent: it belongs to the letter that follows."""

# Adobe's Symbol encoding (PDF 1.7, annex D.5), which fonts without a map leave at U+F000.
_SYMBOL_LOW = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"
    "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
)
_SYMBOL_HIGH = "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|—↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑"
# Pieces of tall brackets: the piece at the top or the left stands for the whole.
_PIECES_LEFT_ALONE = (
    "\u239d\u239c\u23a0\u239f\u23a3\u23a2\u23a6\u23a5\u23aa\u23a8\u23a9\u23ac\u23ad"
)
_ADOBE_PIECES = {
    0xF8E6: "", 0xF8E7: "", 0xF8E8: "®", 0xF8E9: "©", 0xF8EA: "™", 0xF8E5: "",
    0xF8EB: "(", 0xF8EC: "", 0xF8ED: "", 0xF8EE: "[", 0xF8EF: "", 0xF8F0: "", 0xF8F1: "{",
    0xF8F2: "", 0xF8F3: "", 0xF8F4: "", 0xF8F5: "", 0xF8F6: ")", 0xF8F7: "", 0xF8F8: "",
    0xF8F9: "]", 0xF8FA: "", 0xF8FB: "", 0xF8FC: "}", 0xF8FD: "", 0xF8FE: "",
}  # fmt: skip
_TRANSLATION: Final[dict[int, str]] = {
    **{0xF020 + n: char for n, char in enumerate(_SYMBOL_LOW)},
    **{0xF0A1 + n: char for n, char in enumerate(_SYMBOL_HIGH)},
    # Bullets, ticks and arrows of Wingdings, which share these places and are far more usual.
    0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓", 0xF0E0: "→", 0xF0A8: "◦", 0xF076: "❖",
    **_ADOBE_PIECES,
    **dict.fromkeys(map(ord, _PIECES_LEFT_ALONE), ""),
    0x239B: "(", 0x239E: ")", 0x23A1: "[", 0x23A4: "]", 0x23A7: "{", 0x23AB: "}",
    0x00A0: " ", 0x00AD: "", 0x200B: "", 0xFEFF: "", 0xFFFC: "",
}  # fmt: skip

# Mathematical letters, ligatures, Arabic and Hebrew letters in the shapes of print.
_SHAPES = re.compile("[\U0001d400-\U0001d7ff\ufb00-\ufdcf\ufdf0-\ufdff\ufe70-\ufefe]+")
# Control, private use, halves of pairs, non-characters, and what stands for the unknown.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffd-\uffff"
    "\U000e0000-\U0010ffff]"
)
_SPACES = re.compile(" {2,}")
_ENDS_OF_LINES = dict.fromkeys(map(ord, f"\r{HYPHENS}"))
_PRINTED_BEFORE = re.compile("([\U000f0300-\U000f036f]) ?([^\\W\\d_])")
_DOTLESS = {"ı": "i", "ȷ": "j"}
_compatible = partial(unicodedata.normalize, "NFKC")


def accent(char: str, *, before: bool) -> str:
    """The accent as part of the letter printed under it, which comes next or came last."""
    combining = ACCENTS[char]
    return chr(_BEFORE + ord(combining)) if before else combining


def joined(text: str) -> str:
    """The text with the two halves of characters beyond the first plane as one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def readable(text: str) -> str:
    """The text in letters and signs that can be searched: NFC, nothing without a meaning."""
    if text.isascii() and text.isprintable():
        return text
    text = joined(text).translate(_TRANSLATION)
    text = _SHAPES.sub(lambda found: _compatible(found[0]), text)
    text = _PRINTED_BEFORE.sub(_composed, text)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", _UNREADABLE.sub("", text)))


def unreadable_count(text: str) -> int:
    """How many characters no reader could make out, of a text as the PDF holds it."""
    suspects = "".join(_UNREADABLE.findall(text)).translate(_ENDS_OF_LINES)
    return len(_UNREADABLE.findall(joined(suspects).translate(_TRANSLATION))) if suspects else 0


def _composed(found: re.Match[str]) -> str:
    combining = chr(ord(found[1]) - _BEFORE)
    return _DOTLESS.get(found[2], found[2]) + combining
