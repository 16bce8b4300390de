"""Text as Postgres, JSON and token budgets want it."""

import re

# Half a surrogate pair, left when a client cuts text by UTF-16 units.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

CHARS_PER_TOKEN = 4


def clean_text(text: str) -> str:
    """The text with lone surrogates as U+FFFD and without NUL characters.

    Neither can be stored in Postgres; lone surrogates cannot be encoded as UTF-8 either.
    """
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


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
