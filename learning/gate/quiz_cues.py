"""Wording cues: what a good item writer avoids and a test-wise student looks for.

The rules are those of Haladyna, Downing and Rodriguez (2002), "A review of multiple-choice
item-writing guidelines for classroom assessment", as far as a program can check them. A cue makes
another item preferable; it never makes one unfit.
"""

import re
from collections.abc import Callable, Mapping

from learning.gate.notation import seen
from learning.gate.positions import names_a_place
from learning.gate.text import content_of, content_words, words
from learning.quiz import QuizQuestion

Cue = Callable[[QuizQuestion], bool]

_ABSOLUTE = re.compile(
    r"""\b(?:always|never|forever|absolutely|entirely|totally|invariably|undoubtedly
        |certainly|guaranteed|without\s+exception|under\s+all\s+circumstances|no\s+matter\s+what
        |in\s+(?:all|every|no)\s+cases?|every\s+single|at\s+all\s+times|(?:not|no)\s+\w+\s+ever)\b""",
    re.VERBOSE | re.IGNORECASE,
)
# Strong acids dissociate completely, bodies collide completely inelastically.
_COMPLETELY = re.compile(
    r"\bcompletely\b(?!\W+(?:dissoc|ioni|dissol|react|in?elastic|burn|oxidi|absorb|fill|convert))",
    re.IGNORECASE,
)
_TECHNICAL_VERB = re.compile(r"dissoc|ioni[sz]|dissol|react|burn|oxidi|absorb|fill|convert", re.I)
_IMPOSSIBLE = re.compile(r"\bimpossible\b", re.IGNORECASE)
_CHANCE = re.compile(r"\b(?:probabilit\w+|chances?|events?|likely|unlikely|certain)\b", re.I)
# "All metals …" beside choices that claim less, but not "all real numbers".
_SWEEPING = re.compile(
    r"\W*(?:all|every|everything)\b\s+(?!of\b|the\b|real\b|positive\b|negative\b|integers?\b"
    r"|rationals?\b|numbers?\b|values?\b|complex\b|natural\b|non|\W*[a-z]\b)\w+",
    re.IGNORECASE,
)
# Stands in whatever the patterns above find; few choices hold it.
_CLAIM = re.compile(
    r"alway|never|ever\b|absolut|entire|total|complet|invaria|undoubt|certain|guarant|except"
    r"|circumst|no matter|case|single|time|impossib|\b(?:all|every)",
    re.IGNORECASE,
)
_NOT_ANY = re.compile(r"\W*(?:no|nothing|nowhere|none)\b", re.IGNORECASE)

_LONGER = 1.3
_LONGER_BY = 8
_LONGEST_STEM_WORD = 8
_SHORTEST_KEY = 4
_FORMULA = re.compile(r"[=≈<>≤≥→⇌×÷+^√∈]|\\[a-z]+|\d\s*[-−/*·]\s*\d")


def absolute_words(question: QuizQuestion) -> bool:
    """Wrong choices claim "always" or "never" and the key does not: students strike them out."""
    if not _CLAIM.search("\n".join(question.choices)):
        return False
    telling = [choice for choice in question.choices if _is_absolute(choice)]
    if not telling and not _is_about_chance(question):
        telling = [choice for choice in question.choices if _IMPOSSIBLE.search(choice)]
    return bool(telling) and question.answer not in telling and not _NOT_ANY.match(question.answer)


def _is_about_chance(question: QuizQuestion) -> bool:
    return bool(_CHANCE.search(" ".join((question.question, *question.choices))))


def _is_absolute(choice: str) -> bool:
    completely = _COMPLETELY.search(choice) and not _TECHNICAL_VERB.search(choice)
    return bool(_ABSOLUTE.search(choice) or _SWEEPING.match(choice) or completely)


def position_reference(question: QuizQuestion) -> bool:
    """Text that names choices by place, which is wrong once they are in another order."""
    return names_a_place(question.explanation) or names_a_place(question.question)


def stem_gives_key(question: QuizQuestion) -> bool:
    """The question holds the key, and none of the other choices."""
    asked = words(question.question)
    distractors = [choice for choice in question.choices if choice != question.answer]
    if not _is_within(question.answer, asked):
        return False
    return not any(_is_within(choice, asked) for choice in distractors)


def _is_within(choice: str, asked: list[str]) -> bool:
    """Whether the words of a choice stand in the question, in one piece or inflected."""
    chosen = words(choice)
    if sum(map(len, chosen)) < _SHORTEST_KEY or all(word.isdigit() for word in chosen):
        return False
    if any(asked[start : start + len(chosen)] == chosen for start in range(len(asked))):
        return True
    content, asked_content = content_of(chosen), content_of(asked)
    if len(content) == 1:
        (only,) = content
        return len(only) >= _LONGEST_STEM_WORD and any(
            word[:_LONGEST_STEM_WORD] == only[:_LONGEST_STEM_WORD] for word in asked_content
        )
    return len(content) > 1 and content <= asked_content


def circular_explanation(question: QuizQuestion) -> bool:
    """The explanation only says again what was asked and which choice is right."""
    if question.explanation == question.answer:
        return True
    if _FORMULA.search(question.explanation):
        return False
    known = content_words(question.question) | content_words(question.answer)
    return content_words(question.explanation) <= known


def key_is_longest(question: QuizQuestion) -> bool:
    """The key, as it is seen, is clearly longer than every other choice."""
    if len(question.answer) < _LONGER_BY:
        return False
    length = len(seen(question.answer))
    others = (choice for choice in question.choices if choice != question.answer)
    longest = max(len(seen(choice)) for choice in others)
    return length >= _LONGER * longest and length - longest >= _LONGER_BY


CUES: Mapping[str, Cue] = {
    "absolute_words": absolute_words,
    "position_reference": position_reference,
    "stem_gives_key": stem_gives_key,
    "circular_explanation": circular_explanation,
}
"""Cues that a single question can give, by name."""
