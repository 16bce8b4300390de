"""Facts, and whether a sentence says no number beyond them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from analytics.claims.numbers import Said, numbers_in
from stemcore.text import one_line

Subject = str
"""What a fact is about; the empty subject is the class as a whole."""

PERCENT = Fraction(1, 100)
NEAR = Fraction(25, 1000)
"""How far `about`, `over` or `nearly` a share may be from it."""
NEAR_PART = Fraction(35, 1000)
"""How far a fraction in words may be from the share it names."""
NEAR_RATIO = Fraction(1, 10)
"""How far a ratio may be from the one in words, as a share of it."""

FEW = 10
"""Up to so many, `k of n` may be a manner of speaking, as in `one in five`."""

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[^a-z])|(?<=[。！？])|\n+")
_LOOSE = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|close to|over|under|just|more than|"
    r"less than|fewer than|at least|at most|above|below|up to|some)\b|[~≈<>≥≤]",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:points?|differ\w*|gap|more|fewer|less|higher|lower|above|below|ahead|behind|apart|"
    r"increase\w*|decrease\w*|rose|fell|grew|dropp?ed|drop|up|down|gain\w*|improv\w*|than|between)\b",
    re.IGNORECASE,
)
_THRESHOLD = re.compile(
    r"\b(?:below|under|above|over|threshold|line|mark|target|cutoff|at least|less than|more than|"
    r"reach\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Fact:
    """One figure given, and what it is about.

    `kind` is `share` for a share of 1, else the name of what is counted: only counts of the same
    things are compared. `whole` is what a count is a part of; then what is left to it is a fact
    as well.
    """

    value: Fraction
    kind: str
    subject: Subject = ""
    whole: Fraction | None = None

    @property
    def is_share(self) -> bool:
        return self.kind == "share"


class Facts:
    """The facts that a text may draw on.

    `names` tells how the text names a subject, the class too: a pattern for each. A subject in
    `private` counts only where it is named; the facts of all others may also be said without
    naming them. `labels` are texts that may hold digits without saying a number, such as titles.
    `thresholds` are shares that rules compare with.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        names: Mapping[Subject, re.Pattern[str]] | None = None,
        *,
        private: Iterable[Subject] = (),
        labels: Iterable[str] = (),
        thresholds: Iterable[Fraction] = (),
    ) -> None:
        self._facts = tuple(facts)
        self._names = dict(names or {})
        self._private = frozenset(private)
        self._labels = _any_of(labels)
        self._thresholds = tuple(thresholds)

    def supported(self, text: str, about: Iterable[Subject] = ()) -> tuple[str, int]:
        """The text without the sentences that say a number beyond the facts, and their count.

        `about` are subjects that the text speaks of from its first word; those that a sentence
        names are spoken of in the following ones, too, as long as these name none.
        """
        kept: list[str] = []
        dropped = 0
        before: Set[Subject] = frozenset(about)
        for sentence in sentences(text):
            named = self._named_in(sentence)
            if self._supports(sentence, named, before):
                kept.append(sentence)
            else:
                dropped += 1
            before = named or before
        return " ".join(kept), dropped

    def supports_value(self, value: Fraction, about: Iterable[Subject] = ()) -> bool:
        """Whether a bare number, such as a point of a chart, is among the facts.

        A share may stand as a fraction of 1 or in percent, rounded to at least two digits.
        """
        said = Said("plain", value, Fraction(1, 100) if value.denominator > 1 else Fraction(1))
        facts = self._facts_of(frozenset(about), only=bool(about))
        return any(_is_said(fact, said) for fact in facts)

    def _named_in(self, sentence: str) -> frozenset[Subject]:
        return frozenset(s for s, pattern in self._names.items() if pattern.search(sentence))

    def _supports(self, sentence: str, named: frozenset[Subject], before: Set[Subject]) -> bool:
        facts = self._facts_of(named or before, only=bool(named))
        plain = self._without_names(sentence)
        return all(self._is_fact(said, facts, plain) for said in numbers_in(plain))

    def _facts_of(self, subjects: Set[Subject], *, only: bool) -> Sequence[Fact]:
        """Those of the class and the subjects, and unless `only`, of every public one."""
        return [
            fact
            for fact in self._facts
            if not fact.subject
            or fact.subject in subjects
            or not (only or fact.subject in self._private)
        ]

    def _without_names(self, sentence: str) -> str:
        """The sentence without titles and numbered people, whose digits count nothing."""
        for pattern in self._names.values():
            sentence = pattern.sub(" ", sentence)
        return self._labels.sub(" ", sentence) if self._labels else sentence

    def _is_fact(self, said: Said, facts: Sequence[Fact], sentence: str) -> bool:
        loose = NEAR if _LOOSE.search(sentence) else Fraction(0)
        if any(_is_said(fact, said, loose) for fact in facts):
            return True
        if said.form == "part":
            return _is_part(said, facts)
        if said.form == "times":
            return any(abs(r - said.value) <= NEAR_RATIO * said.value for r in _ratios(facts))
        if _THRESHOLD.search(sentence) and any(_equals(t, said) for t in self._thresholds):
            return True
        return bool(_COMPARES.search(sentence)) and any(
            _is_said(difference, said, left=False) for difference in _differences(facts)
        )


def sentences(text: str) -> list[str]:
    """The sentences of a text, each on one line."""
    return [line for part in _SENTENCE_END.split(text) if (line := one_line(part))]


def _any_of(labels: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted({label for label in labels if label.strip()}, key=len, reverse=True)
    if not longest_first:
        return None
    return re.compile(
        "|".join(rf"(?<!\w){re.escape(label)}(?!\w)" for label in longest_first), re.I
    )


def _is_said(fact: Fact, said: Said, loose: Fraction = Fraction(0), *, left: bool = True) -> bool:
    """Whether a number says this fact, or what is `left` of it to the whole."""
    if not fact.is_share:
        rest = () if fact.whole is None or not left else (fact.whole - fact.value,)
        return said.form in ("plain", "count") and any(
            _is_count(value, said) for value in (fact.value, *rest)
        )
    values = (fact.value, 1 - fact.value) if left else (fact.value,)
    return any(_equals(value, said, loose) for value in values)


def _is_count(count: Fraction, said: Said) -> bool:
    """Whether the number is the count; an average of counts may be rounded."""
    return abs(count - said.value) <= (0 if count.denominator == 1 else said.step / 2)


def _equals(share: Fraction, said: Said, loose: Fraction = Fraction(0)) -> bool:
    """Whether the number is the share within its rounding, in percent or as a fraction of 1."""
    return any(abs(share - value) <= max(loose, step / 2) for value, step in _scales(said))


def _scales(said: Said) -> Iterator[tuple[Fraction, Fraction]]:
    """What a number can mean as a share of 1, each with the unit of its last place there.

    A bare number may be one of percent, and with decimals also a fraction of 1.
    """
    if said.form == "percent":
        yield said.value, said.step
    elif said.form == "plain":
        yield said.value * PERCENT, said.step * PERCENT
        if said.step < 1:
            yield said.value, said.step


def _is_part(said: Said, facts: Sequence[Fact]) -> bool:
    """Whether `k of n`, or a fraction in words, is what a share or two counts amount to."""
    counts = {fact.value for fact in facts if not fact.is_share}
    counts |= {f.whole - f.value for f in facts if f.whole is not None}
    if said.k is not None and said.n in counts and (said.k in counts or said.n > FEW):
        return said.k in counts
    near = NEAR if said.k is not None else NEAR_PART
    return any(abs(share - said.value) <= near for share in _shares(facts))


def _shares(facts: Sequence[Fact]) -> Iterator[Fraction]:
    for fact in facts:
        if fact.is_share:
            yield from (fact.value, 1 - fact.value)
        elif fact.whole:
            yield from (fact.value / fact.whole, 1 - fact.value / fact.whole)


def _differences(facts: Sequence[Fact]) -> Iterator[Fact]:
    for first, second in permutations(facts, 2):
        if first.kind == second.kind and first.value >= second.value:
            yield Fact(first.value - second.value, first.kind)


def _ratios(facts: Sequence[Fact]) -> Iterator[Fraction]:
    for first, second in permutations(facts, 2):
        if first.kind == second.kind and second.value > 0:
            yield first.value / second.value
