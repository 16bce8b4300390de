"""Letters of the symbol fonts, whose codes mean nothing without their font.

Source: the encoding of Adobe's Symbol font, and Microsoft's Wingdings. Word stores the codes as
they are or moved to U+F000–F0FF.
"""

from typing import Final

_SYMBOL: Final = dict(
    zip(
        [*range(0x21, 0x7F), *range(0xA0, 0xF0), *range(0xF1, 0xFF)],
        "!∀#∃%&∋()∗+,−./0123456789:;<=>?"
        "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"
        "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵"
        "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"
        "◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
        strict=True,
    )
)
_WINGDINGS: Final = {
    0x21: "✏", 0x22: "✂", 0x28: "☎", 0x2A: "✉", 0x36: "⌛", 0x3F: "✍", 0x41: "✌", 0x43: "👍",
    0x44: "👎", 0x45: "☜", 0x46: "☞", 0x47: "☝", 0x48: "☟", 0x4A: "☺", 0x4B: "😐", 0x4C: "☹",
    0x4D: "💣", 0x4E: "☠", 0x52: "☼", 0x53: "💧", 0x54: "❄", 0x58: "✠", 0x59: "✡", 0x5A: "☪",
    0x5B: "☯", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x70: "◻", 0x71: "❑", 0x72: "❒",
    0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x78: "⌧", 0x7B: "❀", 0x7C: "✿",
    0x80: "⓪", 0x9E: "·", 0x9F: "•", 0xA1: "○", 0xA4: "◉", 0xA7: "▪", 0xA8: "◻", 0xAB: "★",
    0xB6: "✰", 0xD5: "⌫", 0xD8: "➢", 0xDC: "➲", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓",
    0xE3: "↖", 0xE4: "↗", 0xE5: "↙", 0xE6: "↘", 0xE7: "←", 0xE8: "→", 0xE9: "↑", 0xEA: "↓",
    0xEF: "⇐", 0xF0: "⇒", 0xF1: "⇑", 0xF2: "⇓", 0xF3: "⇔", 0xF4: "⇕", 0xFB: "✗", 0xFC: "✓",
    0xFD: "☒", 0xFE: "☑",
    **{0x81 + n: chr(0x2460 + n) for n in range(10)},
    **{0x8C + n: chr(0x2776 + n) for n in range(10)},
}  # fmt: skip
_FONTS: Final = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def is_symbol_font(font: str | None) -> bool:
    """Whether the letters of that font are in this table, or are pictures of a font like them."""
    name = (font or "").strip().lower()
    return name in _FONTS or name.startswith(("wingdings", "webdings"))


def symbol(font: str | None, code: int) -> str:
    """The letter of a code; empty for one that is not known."""
    known = _FONTS.get((font or "").strip().lower())
    plain = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if known is not None:
        return " " if plain == 0x20 else known.get(plain, "")
    # Codes of an ordinary font are Unicode; moved ones are of a font that is not known here.
    readable = plain == code and 0x20 <= code < 0xD800 and not is_symbol_font(font)
    return chr(code) if readable else ""


def decoded(text: str, font: str | None) -> str:
    """A text in its font: codes of symbol fonts as the letters they show, others unchanged."""
    moved = any("\uf000" <= char <= "\uf0ff" for char in text)
    if not moved and not is_symbol_font(font):
        return text
    font = font if is_symbol_font(font) else "Symbol"
    return "".join(symbol(font, ord(c)) if c < "\u0100" or c >= "\uf000" else c for c in text)
