"""When an expert would call two texts the same.

Spaces, the case of whole words, invisible characters, notation (`gate.notation`), quotes and
emphasis around words and a final full stop do not count. Signs, scripts, braces, primes,
factorials, the case of symbols and units, and the order of operands do. Code counts to the letter.
"""

import re
from itertools import pairwise

from learning.gate.notation import one_notation
from stemcore.prompts import visible_text

_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_SPACE = re.compile(r"\s+")
# Spaces count between two numbers ("1 1/2"), but not inside one ("10 000").
_IDLE_SPACE = re.compile(r"\s+(?=\d{3}(?!\d))(?<=\d\s)|(?<!\d)\s+|\s+(?!\d)")
_JOINERS = re.compile("[\u200c\u200d\ufe0f]")

_LETTERS = re.compile(r"\\?[^\W\d_]+(?:(?<=[^\W\d_]{2})'[^\W\d_]{1,2}(?![^\W\d_]))?")
# The same for plain text, where only words with a capital can change.
_CAPITALS = re.compile(r"\\?[a-z]*[A-Z][A-Za-z]*(?:(?<=[A-Za-z]{2})'[A-Za-z]{1,2}(?![A-Za-z]))?")
_WORD_LETTERS = 3
# Pairs of alleles (AABB), runs of the alphabet (abc, xyz) and units with a prefix are symbols.
_ALLELES = re.compile(r"(?:(.)\1+)+")
_PREFIXED_UNIT = re.compile(r"m(?:bar|rad|ohm|bit|byte|ton|mol|cal)|cal")
_OPENING = re.compile(
    r"\W*([A-Z][a-z]|A(?= [a-z]{3,})(?! (?:allele|gene|antigen|and|is|or|has)))\s+(?=[a-z]{2})"
)
# A sentence in capitals, with words that are no symbols.
_SHOUTED = re.compile(r"(?=.*\b[A-Z]{4,}\b)(?=.*[A-Z]{2}\W+[A-Z]{2})[^a-z]+", re.DOTALL)

_EMPHASIS = re.compile(r"(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_QUOTED = re.compile(r"""(["'])([^"']*)\1""")
_WORD = re.compile(r"[^\W\d_]{3,}")
_AFTER_WORD = re.compile(r"(?<=[^\W\d_]{3})[\s.,;:!?]+\Z")
_FULL_STOP = re.compile(r"(?<!\.)\s*\.\s*\Z")

_LITERALS = frozenset(["true", "false", "none", "null", "nil", "nan", "undefined"])

_CODE_CONTEXT = re.compile(
    r"""`|\b(?:Python|Java|JavaScript|TypeScript|SQL|Rust|Kotlin|Haskell|HTML|CSS|bash|shell|regex
    |(?:pseudo)?code|scripts?|print(?:s|ed)?|outputs?|strings?|[Bb]oolean|[Ll]iterals?|keywords?
    |loops?|compilers?|programs?(?!med\ cell))\b|\bC(?:\+\+|\#)|\bIn\ C\b""",
    re.VERBOSE,
)


# The pattern is slow on prose; one of these stands in whatever it finds.
_CODE_HINTS = (
    "`", "ython", "ava", "ypeS", "SQL", "Rust", "otlin", "askell", "HTML", "CSS", "bash", "shell",
    "regex", "code", "script", "print", "output", "string", "oolean", "iteral", "keyword", "loop",
    "compiler", "program", "C+", "C#", "In C",
)  # fmt: skip


def is_about_code(*texts: str) -> bool:
    """Whether a question with these texts asks about code, where case and spaces count."""
    text = "\n".join(texts)
    return any(hint in text for hint in _CODE_HINTS) and bool(_CODE_CONTEXT.search(text))


def comparable(text: str, *, code: bool = False) -> str:
    """The text reduced to what tells it from others; empty only when nothing is to be seen.

    `code` says that the text belongs to a question about code.
    """
    text = _visible(text).strip()
    whole = _CODE.fullmatch(text)
    if whole or (code and not _is_prose(text)):
        return _SPACE.sub(" ", whole[2] if whole else text).strip()
    if "`" not in text:
        return _prose(text)
    return "".join(_prose(part) if place % 3 == 0 else part for place, part in _parts(text))


def _parts(text: str) -> list[tuple[int, str]]:
    """Prose at places 0, 3, …, code at 2, 5, …; the backticks between them are left out."""
    return [(place, part) for place, part in enumerate(_CODE.split(text)) if place % 3 != 1]


def _visible(text: str) -> str:
    is_plain = text.isascii() and text.isprintable()
    return text if is_plain else _JOINERS.sub("", visible_text(text))


def _is_prose(text: str) -> bool:
    return len(_WORD.findall(text)) > 2


def _prose(text: str) -> str:
    text = _without_marks(one_notation(text))
    return _IDLE_SPACE.sub("", _folded(text))


def _without_marks(text: str) -> str:
    """The text without emphasis, quotes around words and the stop at its end."""
    text = text.strip()
    for _ in range(3):
        if not text or (text[0].isalnum() and text[-1].isalnum()):
            break
        before = text
        if marked := _EMPHASIS.fullmatch(text):
            text = marked[2]
        if (quoted := _QUOTED.fullmatch(text)) and _WORD.search(quoted[2]):
            text = quoted[2]
        text = _FULL_STOP.sub("", _AFTER_WORD.sub("", text)).strip()
        if text == before:
            break
    return text


def _folded(text: str) -> str:
    """The text with whole words in lower case, and symbols as they are."""
    if not _has_capitals(text) or text.casefold() in _LITERALS:
        return text
    if _SHOUTED.fullmatch(text):
        return _LETTERS.sub(_lowered_word, text)
    if opening := _OPENING.match(text):
        text = text[: opening.end()].lower() + text[opening.end() :]
    return (_CAPITALS if text.isascii() else _LETTERS).sub(_folded_word, text)


def _has_capitals(text: str) -> bool:
    return text != text.lower()


def _folded_word(found: re.Match[str]) -> str:
    word = found[0]
    lower = word.casefold()
    core = word.partition("'")[0]
    is_word = len(core) >= _WORD_LETTERS and (core.isupper() or core[1:].islower())
    return word if word[0] == "\\" or not is_word or _is_symbol(lower) else lower


def _lowered_word(found: re.Match[str]) -> str:
    lower = found[0].lower()
    return found[0] if len(lower) == 1 or _is_symbol(lower) else lower


def _is_symbol(word: str) -> bool:
    in_a_row = len(word) > 1 and all(
        ord(after) - ord(before) == 1 for before, after in pairwise(word)
    )
    return in_a_row or bool(_ALLELES.fullmatch(word) or _PREFIXED_UNIT.fullmatch(word))


_LEAD_IN = re.compile(r"\A\W*(?:(?:so|now|then|please(?: tell)?(?: me)?|tell me)\b[\s,:]*)+", re.I)
_ARTICLE = re.compile(r"\b(?:the|an|this|that|a(?=\s+[^\W\d_]{2}))\s+", re.I)
_WHICH = re.compile(r"\bwhat\b", re.I)
_WAS = re.compile(r"\b(?:was|are|were)\b", re.I)
_STEM_END = re.compile(r"(?:[\s?.:…]|(?<=[^\W\d_]{3})!)+\Z")


def stem_key(stem: str) -> str:
    """What tells a question from others: without articles, tense, lead-ins and its last mark."""
    stem = _without_marks(_visible(stem))
    stem = _STEM_END.sub("", _LEAD_IN.sub("", stem))
    stem = _WAS.sub("is", _WHICH.sub("which", _ARTICLE.sub("", stem)))
    return comparable(stem)


# Between words, not between two symbols (a-b).
_WORD_HYPHEN = re.compile(r"(?<=[^\W\d_]{2})-(?=[^\W\d_])|(?<=[^\W\d_])-(?=[^\W\d_]{2})")
_PUNCTUATION = re.compile(r"""[,;:?"*]|(?<=[^\W\d_]{2})['!](?=\w|\s|\Z)|\.(?!\d)""")


def front_key(front: str) -> str:
    """What tells the front of a card from others: its letters, digits and signs of formulas."""
    key = stem_key(_WORD_HYPHEN.sub(" ", front))
    return _PUNCTUATION.sub("", key) or key
