"""Text as Postgres, JSON and token budgets want it."""

import re
import unicodedata

# Half a surrogate pair, left when a client cuts text by UTF-16 units.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

CHARS_PER_TOKEN = 4


def clean_text(text: str) -> str:
    """The text with lone surrogates as U+FFFD and without NUL characters.

    Neither can be stored in Postgres; lone surrogates cannot be encoded as UTF-8 either.
    """
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


# Soft hyphens, zero-width spaces and joiners, marks of direction.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# Ligatures and the shapes that letters take in print, as some PDFs hold them.
_PRESENTATION_FORMS = re.compile("[\ufb00-\ufdff\ufe70-\ufefe]+")


def normal_form(text: str) -> str:
    """The text spelled in one way: NFC, letters for their presentation forms, nothing invisible."""
    if text.isascii():
        return text
    text = _PRESENTATION_FORMS.sub(
        lambda found: unicodedata.normalize("NFKC", found[0]), _INVISIBLE.sub("", text)
    )
    return unicodedata.normalize("NFC", text)


def estimate_tokens(text: str) -> int:
    """Tokens of a text, estimated as characters / 4, rounded up."""
    return -(-len(text) // CHARS_PER_TOKEN)


def one_line(text: str) -> str:
    """The words of a text on one line, a space between them."""
    return " ".join(text.split())


def cut_lines(text: str, tokens: int) -> str:
    """The whole lines at the beginning of a text that fit a number of estimated tokens.

    Of a first line that does not fit by itself, the beginning.
    """
    chars = tokens * CHARS_PER_TOKEN
    if len(text) <= chars:
        return text
    return (text[: chars + 1].rpartition("\n")[0] or text)[:chars]
