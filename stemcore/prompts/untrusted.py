"""Text that other people wrote, made fit to stand in a prompt as data.

Two things keep such text in its place: a fence with a random mark that is new in every request,
which the text cannot know and so cannot close, and the removal of characters that a person does
not see but a model reads.
"""

import re
import secrets
from dataclasses import dataclass

from stemcore.text import clean_text

# Mathematical white square brackets: rare in any text, and taken out of fenced text.
OPEN, CLOSE = "\u27e6", "\u27e7"

# The first line that says something keeps its indentation, as code wants it.
_LEADING_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")

# Line breaks of other conventions (CR, NEL, line and paragraph separator) become one.
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\x0b\x0c]")

_INVISIBLE_CLASS = (
    "\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters but tab and line feed
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # fillers, soft hyphen
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, directions, operators
    "\ufe00-\ufe0e\ufff9-\ufffb"  # variation selectors, annotations
    "\U000e0000-\U000e0fff"  # tags and the second block of variation selectors: hidden ASCII
    "\U0001d173-\U0001d17a"  # musical format controls
)
_INVISIBLE = re.compile(f"[{_INVISIBLE_CLASS}]")
_SEEN = re.compile(f"[^\\s\x00{_INVISIBLE_CLASS}\u200c\u200d\ufe0f\u2800]")
# Joiners and the emoji selector shape Persian, Indic scripts and emoji; next to ASCII they
# shape nothing and only hide something.
_STRAY_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_REPEATED_JOINER = re.compile("([\u200c\u200d\ufe0f])[\u200c\u200d\ufe0f]{2,}")
_STRAY_SELECTOR = re.compile("(?<![^\x00-\x7f]|[0-9#*])\ufe0f")
# Anything that one of these patterns, or the cleaning of text, would change; nearly always nothing.
_SUSPECT = re.compile(
    f"[\x00\ud800-\udfff\r\u0085\u2028\u2029\x0b\x0c{_INVISIBLE_CLASS}\u200c\u200d\ufe0f]"
)


@dataclass(frozen=True)
class Untrusted:
    """Text from a material, a transcript, a student, a teacher: data, never instructions."""

    text: str


def visible_text(text: str) -> str:
    """The text as a person sees it: no invisible or control characters but tab and line feed."""
    if text.isascii():  # without a pattern it is told ten times faster
        suspect = not text.replace("\n", "").replace("\t", "").isprintable()
    else:
        suspect = _SUSPECT.search(text) is not None
    if not suspect:
        return text
    text = _BREAKS.sub("\n", clean_text(text))
    text = _INVISIBLE.sub("", text)
    text = _REPEATED_JOINER.sub(r"\1", text)
    return _STRAY_SELECTOR.sub("", _STRAY_JOINER.sub("", text))


def is_blank(text: str) -> bool:
    """Whether there is nothing in the text to see."""
    return _SEEN.search(text) is None


def trimmed(text: str) -> str:
    """The text without the space around it; empty when it is blank."""
    return "" if is_blank(text) else text.strip()


def fenced_text(text: str) -> str:
    """The text as it stands inside a fence: for those who must know its length beforehand."""
    visible = visible_text(text).replace(OPEN, "[[").replace(CLOSE, "]]")
    if visible[:1].isspace():
        visible = _LEADING_BLANK_LINES.sub("", visible)
    return visible.rstrip()


class Fences:
    """The fences of one request: one random mark, shared by all its blocks."""

    def __init__(self, mark: str = "") -> None:
        self.mark = mark or secrets.token_hex(8)

    def around(self, name: str, untrusted: Untrusted) -> str:
        """The text between two lines that name it, or an empty string when it is blank."""
        text = fenced_text(untrusted.text)
        if not text:
            return ""
        return f"{self._line('begin', name)}\n{text}\n{self._line('end', name)}"

    def _line(self, side: str, name: str) -> str:
        return f"{OPEN}{side} {name} {self.mark}{CLOSE}"

    @property
    def begin(self) -> str:
        """How an opening line looks, for the sentence that explains it to the model."""
        return self._line("begin", "NAME")

    @property
    def end(self) -> str:
        """How a closing line looks."""
        return self._line("end", "NAME")
