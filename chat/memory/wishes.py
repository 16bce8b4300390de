"""What of a message its author asks to have remembered.

Only this is ever saved, in the author's words: whatever a source, a note or a tool's result gets
a model to want saved, it is not in the message.
"""

import re
from typing import Final

from stemcore.prompts import visible_text
from stemcore.sentences import stems
from stemcore.text import one_line

NOTE_CHARS: Final = 500

_ASKS: Final = re.compile(
    r"(?:^|[.!?,;:\n]\s*(?:[-*•]\s*)?"
    r"|\b(?:please|pls|kindly|also|and|always|(?<!do )(?<!did )you|you to)\s+)"
    r"remember\b(?!\s+(?:when|how|what|why|where|who|whether|nothing)\b)"
    r"|\b(?:do not|don[’']?t|never) forget\b"
    r"|\b(?:keep|bear) in mind\b|\bmemori[sz]e\b|\bnote (?:that|down|this)\b"
    r"|\bwrite (?:this )?down\b"
    r"|\b(?:make|take|save|add) (?:a |this )?note\b|\b(?:save|store) (?:this|that|it|my)\b"
    r"|\bmerk(?:e)? dir\b|\bmerken sie sich\b|\bvergiss nicht\b|\bvergessen sie nicht\b|\bnotier"
    r"|\bsouviens[- ]toi\b|\bsouvenez[- ]vous\b|\bn[’']oublie[sz]? pas\b|\bretiens\b|\bretenez\b"
    r"|\b(?:recuerda|recuerde) que\b|\bno olvides\b|\bten en cuenta\b|\banota\b|\bapunta\b"
    r"|\bricorda(?:ti)?\b|\bnon dimenticare\b|\blembre-se\b|\blembra-te\b|\bnão esqueça\b"
    r"|\bonthoud\b|\bvergeet niet\b|zapamiętaj|запомни|не забудь|unutma\b|aklında tut"
    r"|记住|記住|别忘|覚えて|忘れないで|기억해|잊지 마|تذكر|याद रख",
    re.IGNORECASE,
)
_FORBIDS: Final = re.compile(
    r"(?<!\bi )(?<!\bwe )(?<!\bthey )\b(?:do not|don[’']?t|never)\s+"
    r"(?:remember|save|store|note|memori[sz]e|keep|write)\b",
    re.IGNORECASE,
)
# What a message only quotes: blocks of code, lines that are marked so, and words between marks.
_CODE: Final = re.compile(r"^```.*?(?:^```[^\S\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_QUOTED_LINE: Final = re.compile(r"^\s*>.*$", re.MULTILINE)
_QUOTED_WORDS: Final = re.compile(r"[\"“„«][^\"“”„«»\n]*[\"“”»]")
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
_BARE: Final = 3
"""A paragraph with fewer words of its own only points to what it wants remembered."""

_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])|\n+")


def wished_note(message: str, note: str) -> str | None:
    """The sentences of a message that say what a note says, where it asks to remember them.

    At most `NOTE_CHARS` characters. None when the message does not ask, or when the note holds a
    word that is not of what it asks to remember.
    """
    own = _own_words(message)
    if _FORBIDS.search(_QUOTED_WORDS.sub(" ", own)):
        return None
    wanted = set(stems(visible_text(note)))
    sentences = [one_line(part) for part in _wished(own) if part.strip()]
    if not wanted or not wanted <= set(stems("\n".join(sentences))):
        return None
    saying = " ".join(part for part in sentences if wanted & set(stems(part)))
    return saying[:NOTE_CHARS].strip() or None


def _wished(own: str) -> list[str]:
    """The sentences that are to be remembered: of each paragraph that asks, of the one after it
    when it ends with a colon, and of the one before it when it has hardly words of its own."""
    paragraphs = [*_PARAGRAPH.split(own.strip())]
    covered = set()
    for at, paragraph in enumerate(paragraphs):
        if not _asks(paragraph):
            continue
        covered.add(at)
        if paragraph.rstrip().endswith(":"):
            covered.add(at + 1)
        elif len(stems(_ASKS.sub(" ", paragraph))) < _BARE:
            covered.add(at - 1)
    found = (part for at, part in enumerate(paragraphs) if at in covered)
    return [_unquoted(sentence) for part in found for sentence in _SENTENCE.split(part)]


def _asks(text: str) -> bool:
    return _ASKS.search(_QUOTED_WORDS.sub(" ", text)) is not None


def _unquoted(sentence: str) -> str:
    """The sentence without what it quotes, unless that is what it asks to remember."""
    return sentence if _asks(sentence) else _QUOTED_WORDS.sub(" ", sentence)


def _own_words(message: str) -> str:
    return _QUOTED_LINE.sub("", _CODE.sub("", visible_text(message)))
