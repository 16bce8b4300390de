"""Small cuts of text for prompts and summaries."""

from stemcore.text import CHARS_PER_TOKEN, one_line

ELLIPSIS = "…"


def clip(text: str, chars: int) -> str:
    """The text on one line, at most so many characters, with an ellipsis where it was cut."""
    line = one_line(text[: 4 * chars])
    return line if len(line) <= chars else line[: chars - 1].rstrip() + ELLIPSIS


def cut_middle(text: str, tokens: int) -> str:
    """The text within a number of tokens; of a longer one its beginning and its end."""
    chars = tokens * CHARS_PER_TOKEN
    if len(text) <= chars:
        return text
    mark = f"\n{ELLIPSIS}\n"
    half = (chars - len(mark)) // 2
    return text[:half] + mark + text[-half:]
