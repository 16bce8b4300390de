"""Rules of item writing that a single question can break.

The rules are those of Haladyna, Downing and Rodriguez (2002), "A review of multiple-choice
item-writing guidelines for classroom assessment", as far as a program can check them.
"""

import re
from collections.abc import Callable, Mapping

from learning.gate.text import comparable, content_words, overlap, words
from learning.quiz import QuizQuestion

Rule = Callable[[QuizQuestion], bool]

_ALL_OR_NONE = re.compile(
    r"""\W*(?:
        (?:all|none|both|neither|any|some|most|either)(?:\s+(?:one|two|three|four))?\s+(?:of\s+)?
            (?:the\s+)?(?:above|below|preceding|previous|foregoing|others?|options?|choices?|answers?
            |these|those|them|statements|listed|given)\b.*
      | (?:all|both|neither|none)(?:\s+(?:are|is))?\s+
            (?:correct|true|right|false|wrong|apply|applies)
      | all | both | neither
      | (?:alle|keine|beide)[rs]?\s+(?:der\s+|davon|oben|obigen|genannten|antworten).*
      | (?:todas|ninguna|ambas|todos|ninguno|ambos)(?:\s+de)?\s+(?:las|los)\s+
            (?:anteriores|respuestas|opciones|otras).*
      | (?:toutes|aucune)\s+(?:les|des|de\s+ces|ces)\s+(?:réponses|propositions|autres)?.*
      | (?:the\s+)?above\s+all | not\s+enough\s+information | (?:it\s+)?cannot\s+be\s+determined
      | i\s+(?:do\s+not|don['’]t)\s+know
    )\W*""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_NONE = re.compile(r"\W*none\W*", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow (?:many|much)\b", re.IGNORECASE)
_NUMERAL = r"\(?(?:[a-d]|i{1,3}|iv)\)?"
_OTHER_CHOICES = re.compile(
    rf"(?:both|neither|either|only)?\s*{_NUMERAL}(?:\s*(?:,|and|&|or|nor)\s*{_NUMERAL})+"
    r"(?:\s+only|\s+are\s+(?:correct|true))?\W*",
    re.IGNORECASE,
)

_ABSOLUTE = re.compile(
    r"""\b(?:always|never|absolutely|completely|entirely|totally|invariably|impossible|undoubtedly
        |certainly|guaranteed|without\s+exception|under\s+all\s+circumstances|no\s+matter\s+what
        |in\s+(?:all|every|no)\s+cases?|every\s+single|at\s+all\s+times|(?:not|no)\s+\w+\s+ever)\b""",
    re.VERBOSE | re.IGNORECASE,
)
# "All metals …" beside choices that claim less.
_SWEEPING = re.compile(r"\W*(?:all|every|everything)\b\s+(?!of\b|the\b)\w+", re.IGNORECASE)

_POSITION = re.compile(
    r"""\b(?i:options?|choices?|answers?|alternatives?|distractors?)\s+\(?[A-D1-4]\)?(?![\w.])
      | \b(?i:(?:first|second|third|fourth|last)\s+(?:option|choice|alternative))\b
      | (?:^|\s)\([A-D]\)\s+(?:is|are|and|because)\b""",
    re.VERBOSE,
)

_INTERROGATIVE = re.compile(
    r"\b(?:which|what|who|select|choose|identify|pick|find|all|each)\b", re.I
)
_SUBORDINATE = re.compile(
    r"\b(?:when|if|that|because|while|where|since|although|whose|until|unless|so)\b", re.I
)
_NEGATIVE = re.compile(
    r"\b(?:not|except|least(?=\s+(?:likely|correct|accurate|true))|incorrect|false|untrue|wrong)\b"
)
_SHORT_NEGATIVE = re.compile(
    r"\b(is|are|was|were|does|do|did|can|could|would|should|has|have)n['’]t\b"
)
_CANNOT = re.compile(r"\bcannot\b")

_SENTENCE_ENDS = (". ", "? ", "! ", ": ", "\n")

_LONGER = 1.3
_LONGER_BY = 8
_LONGEST_STEM_WORD = 8
_NEW_WORDS = 2
_SHORTEST_KEY = 4


def all_or_none(question: QuizQuestion) -> bool:
    """A choice that speaks of the other choices."""
    if any(_ALL_OR_NONE.fullmatch(choice) for choice in question.choices):
        return True
    # "None" is an honest answer to "How many …".
    if any(map(_NONE.fullmatch, question.choices)) and not _HOW_MANY.search(question.question):
        return True
    # Where most choices are pairs of letters or numbers, these are the matter itself.
    pairs = sum(bool(_OTHER_CHOICES.fullmatch(choice)) for choice in question.choices)
    return 0 < pairs <= len(question.choices) // 2


def absolute_words(question: QuizQuestion) -> bool:
    """Some choices claim "always" or "never", which test-wise students strike out."""
    absolute = [bool(_ABSOLUTE.search(choice)) for choice in question.choices]
    sweeping = [bool(_SWEEPING.match(choice)) for choice in question.choices]
    return any(absolute) or (any(sweeping) and not all(sweeping))


def position_reference(question: QuizQuestion) -> bool:
    """Text that names choices by place, which is wrong once they are in another order."""
    return bool(_POSITION.search(question.explanation) or _POSITION.search(question.question))


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
    content = content_words(choice)
    asked_content = content_words(" ".join(asked))
    if len(content) == 1:
        (only,) = content
        return len(only) >= _LONGEST_STEM_WORD and any(
            word[:_LONGEST_STEM_WORD] == only[:_LONGEST_STEM_WORD] for word in asked_content
        )
    return len(content) > 1 and content <= asked_content


def circular_explanation(question: QuizQuestion) -> bool:
    """The explanation only says again what was asked and which choice is right."""
    said = content_words(question.explanation)
    known = content_words(question.question) | content_words(question.answer)
    new = said - known
    if comparable(question.explanation) == comparable(question.answer):
        return True
    return len(new) < _NEW_WORDS and not _has_formula(question.explanation)


def _has_formula(text: str) -> bool:
    return bool(re.search(r"[=≈<>≤≥→×÷+^]|\\[a-z]+|\d\s*[-/*]\s*\d", text))


def negative_stem(question: QuizQuestion) -> bool:
    """The question asks for what is not so, in plain letters that are easily read over."""
    return emphasised(question.question) != question.question


def emphasised(stem: str) -> str:
    """The question with the negation of its main clause in capitals."""
    start, end = _main_clause(stem)
    clause = _SHORT_NEGATIVE.sub(r"\1 NOT", _CANNOT.sub("can NOT", stem[start:end]))
    marked = _NEGATIVE.sub(lambda found: _upper(clause, found), clause)
    return stem[:start] + marked + stem[end:]


def _upper(clause: str, found: re.Match[str]) -> str:
    """The word in capitals, unless Markdown or HTML emphasises it already."""
    before, after = clause[: found.start()], clause[found.end() :]
    is_marked = before.endswith(("*", "_", "<b>", "<strong>", "<em>", "\\")) or after.startswith(
        "*"
    )
    return found[0] if is_marked else found[0].upper()


def _main_clause(stem: str) -> tuple[int, int]:
    """Where the last sentence asks: from its question word to the next subordinate clause."""
    body = stem.rstrip(" ?.:*_")
    sentence = max(map(body.rfind, _SENTENCE_ENDS)) + 1
    asks = _INTERROGATIVE.search(stem, sentence)
    if asks is None:
        return 0, 0
    below = _SUBORDINATE.search(stem, asks.end())
    end = below.start() if below else len(stem)
    # "All of the following are metals except" ends in its negation, after whatever clause.
    exception = re.search(r"\bexcept\b\W*(?:for\W*)?$", stem)
    return asks.start(), len(stem) if exception else end


def key_is_longest(question: QuizQuestion) -> bool:
    """The key is clearly longer than every other choice."""
    longest = max(len(choice) for choice in question.choices if choice != question.answer)
    length = len(question.answer)
    return length >= _LONGER * longest and length - longest >= _LONGER_BY


def are_alike(first: QuizQuestion, second: QuizQuestion) -> bool:
    """Two questions that ask the same, word for word or nearly so."""
    if comparable(first.question) == comparable(second.question):
        return True
    similar = overlap(content_words(first.question), content_words(second.question))
    same_key = comparable(first.answer) == comparable(second.answer)
    return similar >= (0.5 if same_key else 0.8)


FATAL: Mapping[str, Rule] = {
    "all_or_none": all_or_none,
    "absolute_words": absolute_words,
    "position_reference": position_reference,
    "stem_gives_key": stem_gives_key,
    "circular_explanation": circular_explanation,
}
"""Rules that a question cannot be repaired to keep, by name."""
