"""What all parts of the service take for a word that carries meaning.

Words are compared folded: `folded` text, English stop words left out, plurals as singulars.
Other languages need no list of their own, since their fillers weigh little by their frequency.
"""

import unicodedata
from typing import Final

from stemcore.text import normal_form

UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Ranges of the scripts whose words no space parts, for use in a regular expression's class: Thai,
Lao, Burmese, Khmer, kana, Chinese; Korean too, whose words carry their particles along."""


def _list(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


FUNCTION_WORDS: Final = _list(
    "a an the of in on at to for from by with as and or but if then than that this these those",
    "is are was were be been being do does did has have had can could may might will would",
    "should it its they them their there here what which who whom whose when where why how",
    "because since so therefore thus hence indeed simply just also very most more",
    "we you your our one",
)
"""English words without a meaning of their own, in lower case: two sentences that differ in them
alone may say the same."""

STOP_WORDS: Final = FUNCTION_WORDS | _list(
    "about above after again all any before below between both doing down during each either else",
    "explain describe few find further get give given having he her hers him his i into know let",
    "like make many me mean means meant much must my need neither no nor not now off once only",
    "other ours out over own please quite rather really said same say says see shall she show some",
    "such tell theirs through though too two under until up us use used uses using want way well",
    "while yes yet yours",
)
"""English words that say nothing of a text's subject, in lower case; some of them, like not and
before, do say something about it."""

_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"),
        **dict.fromkeys("×·⋅∙", "*"),
        "\u2044": "/",
        "_": " ",
    }
)
_ENDINGS: Final = (
    *("ations", "ation", "ingly", "ings", "ing"),
    *("edly", "ies", "ied", "es", "ed", "ly", "s"),
)
_SHORTEST_STEM: Final = 4
_SHORTEST_PLURAL: Final = 4


def levelled(text: str) -> str:
    """Text without what does not count for a word: width, superscripts, the form of dashes."""
    if text.isascii():
        return text.replace("_", " ")
    return unicodedata.normalize("NFKC", normal_form(text)).translate(_MARKS)


def folded(text: str) -> str:
    """Text as it is compared: levelled, and in one case."""
    return levelled(text).casefold()


def singular(word: str) -> str:
    """A folded word without the regular plural ending of English (also French and Spanish s)."""
    if len(word) < _SHORTEST_PLURAL or word[-1] != "s" or word[-2] in "siu'":
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y" if len(word) > len("ties") else word[:-1]
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word[:-1]


def stem(word: str) -> str:
    """A folded word without its commonest English ending, so that its forms agree."""
    if not word.endswith(_ENDINGS):
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
