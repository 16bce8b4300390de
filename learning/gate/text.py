r"""Text as the gate compares it: what looks alike to a student is equal here.

Case, spaces, trailing punctuation and quotes do not count, nor do LaTeX's own spaces (`\,`,
`\quad`, `~`), dollar signs and `\text{…}`, nor the words that carry no content.
"""

import re
import unicodedata

_LATEX_SPACE = re.compile(r"\\(?:[,;:!> ]|q?quad\b|(?:thin|med|thick)space\b|displaystyle\b)|~")
_LATEX_WRAPPER = re.compile(
    r"\\(?:text|textrm|textit|textbf|mathrm|mathit|mathbf|operatorname|left|right|bigl?|bigr)"
    r"(?![A-Za-z])"
)
_MATH_MARKS = re.compile(r"\\[()\[\]]|[${}]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_SPACE = re.compile(r"\s+")
_EDGE = " .,;:!?\"'“”‘’*_`"
# Thai, Lao, Khmer, Burmese, kana and Chinese characters: written without spaces between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|\\?[^\W_{_UNSPACED}]+(?:['’][^\W\d_{_UNSPACED}]+)?")
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")

_FILLER = frozenset(
    word
    for line in (
        "a an the of in on at to for from by with as and or but if then than that this these those",
        "is are was were be been being do does did has have had can could may might will would",
        "should it its they them their there here what which who whom whose when where why how",
        "following statement statements best correct correctly true right answer option choice",
        "question because since so therefore thus hence indeed simply just also very most more",
        "we you your our one called known given described stated explanation states says about",
        "mean means meant term definition define defined select choose identify name please tell",
    )
    for word in line.split()
)
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "ly", "s")
_SHORTEST_STEM = 4


def comparable(text: str) -> str:
    """The text reduced to what tells two choices apart; empty when nothing is left."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _LATEX_SPACE.sub(" ", text)
    text = _MATH_MARKS.sub("", _LATEX_WRAPPER.sub("", text))
    text = _DASHES.sub("-", text)
    return _SPACE.sub("", _SPACE.sub(" ", text).strip(_EDGE))


def letters_and_digits(text: str) -> str:
    """The letters and digits of a text, in lower case."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in normal if character.isalnum())


def words(text: str) -> list[str]:
    """All words and numbers of a text, in lower case.

    Where a script has no spaces between words, each character stands for one.
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def word_count(text: str) -> int:
    """How many words a text has, formulas by their spaces."""
    return len(words(text)) if _UNSPACED_CHARACTER.search(text) else len(text.split())


def content_words(text: str) -> frozenset[str]:
    """The stems of the words that carry content, and the numbers."""
    return frozenset(stem(word) for word in words(text) if word not in _FILLER)


def stem(word: str) -> str:
    """A word without its commonest English endings, so that plural and singular agree."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def overlap(first: frozenset[str], second: frozenset[str]) -> float:
    """Jaccard similarity of two sets of words, 0 to 1; 0 when either is empty."""
    if not first or not second:
        return 0.0
    return len(first & second) / len(first | second)
