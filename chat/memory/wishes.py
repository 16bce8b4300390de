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
    r"(?:^|[.!?,;:]\s*|\b(?:please|pls|kindly|also|and|always|(?<!do )(?<!did )you|you to)\s+)"
    r"remember\b(?!\s+(?:when|how|what|why|where|who|whether)\b)"
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
    r"\b(?:do not|don[’']?t|never)\s+(?:remember|save|store|note|memori[sz]e|keep|write)\b",
    re.IGNORECASE,
)
# What a message only quotes: blocks of code, and lines that are marked so.
_CODE: Final = re.compile(r"^```.*?(?:^```[^\S\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_QUOTED_LINE: Final = re.compile(r"^\s*>.*$", re.MULTILINE)
_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])|\n+")


def wished_note(message: str, note: str) -> str | None:
    """The sentences of a message that say what a note says, when it asks to remember anything.

    At most `NOTE_CHARS` characters. None when the message does not ask, or when the note holds a
    word that is not the message's.
    """
    own = _own_words(message)
    if not _ASKS.search(own) or _FORBIDS.search(own):
        return None
    wanted = set(stems(visible_text(note)))
    if not wanted or not wanted <= set(stems(own)):
        return None
    sentences = [one_line(part) for part in _SENTENCE.split(own) if part.strip()]
    saying = " ".join(part for part in sentences if wanted & set(stems(part)))
    return saying[:NOTE_CHARS].strip() or None


def _own_words(message: str) -> str:
    return _QUOTED_LINE.sub("", _CODE.sub("", visible_text(message)))
