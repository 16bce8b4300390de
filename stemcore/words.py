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

STOP_WORDS: Final = frozenset(
    word
    for line in (
        "a about above after again all also an and any are as at be because been before being",
        "below between both but by can could did do does doing down during each either else few",
        "for from further get give given had has have having he her here hers him his how however",
        "i if in indeed into is it its just know let like make many may me mean means meant might",
        "more most much must my need neither no nor not now of off on once one only or other our",
        "ours out over own please quite rather really said same say says see shall she should show",
        "since so some such tell than that the their theirs them then there therefore these they",
        "this those though through thus to too two under until up us use used uses using very want",
        "was way we well were what when where whether which while who whom whose why will with",
        "would yes yet you your yours explain describe find",
    )
    for word in line.split()
)
"""English words that say nothing of a text's subject, in lower case."""

_MARKS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"),
        **dict.fromkeys("×·⋅∙", "*"),
        "\u2044": "/",
        "_": " ",
    }
)
_ENDINGS: Final = ("ations", "ation", "ingly", "ings", "ing", "edly", "ies", "ied", "es", "ed")
_SHORT_ENDINGS: Final = ("ly", "s")
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
    for ending in (*_ENDINGS, *_SHORT_ENDINGS):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word
