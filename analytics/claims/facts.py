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
NEAR_LOOSE_PART = Fraction(5, 100)
"""The same for `nearly` a fraction in words."""
NEAR_RATIO = Fraction(1, 10)
"""How far a ratio may be from the one in words, as a share of it."""

NEAR_BOUND = Fraction(16, 100)
"""How far beyond a fraction in words the share may be that is `more than` or `less than` it."""

FEW = 10
"""Up to so many, `k of n` may be a manner of speaking, as in `one in five`."""

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[^a-z])|(?<=[。！？])|\n+")
_LEFT = re.compile(
    r"\b(?:not|no|none|never|nobody|without|missing|miss|open|outstanding|left|remain\w*|rest|"
    r"nothing|zero|0|others?|unfinished|undone|untried|incomplete|lost|lack\w*|yet|due|only|still|"
    r"except|doing well|on track)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Words without which nobody speaks of what is left to the whole."""
# Words of change are none of comparison: the figures given are of one moment.
_COMPARES = re.compile(
    r"\b(?:points?|differ\w*|gap|more|fewer|less|higher|lower|above|below|under|ahead|behind|apart|"
    r"lags?|trails?|leads?|drops?|falls?|than|between)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:rose|fell|fallen|grew|grown|risen|dropp?ed|increased|decreased|improved|gained|"
    r"since|(?:up|down)\s+(?:by\s+)?[\d]\S*\s+points?|last\s+(?:week|month|year)\w*)\b",
    re.IGNORECASE,
)
_AS_MUCH = re.compile(
    r"\b(?:that of|those of|as (?:much|many|often|high|low|well)|the \w+ of)\b", re.I
)
_POINTS_BACK = re.compile(r"(?:it|its|they|their|this|these|both|he|she)\b", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"\b(?:topics?|levels?|students?|weakest|strongest|lowest|highest|best)\b", re.IGNORECASE
)
_THRESHOLD = re.compile(
    r"\b(?:below|under|above|over|threshold|line|mark|target|cutoff|at least|less than|more than|"
    r"reach\w*|short of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Fact:
    """One figure given, and what it is about.

    `kind` is `share` for a share of 1, else the name of what is counted: only counts of the same
    things are compared. `whole` is what a count is a part of; then what is left to it is a fact
    as well. A sentence that does not match `role` does not speak of this figure, nor does a
    number right before words that match `other`.
    """

    value: Fraction
    kind: str
    subject: Subject = ""
    whole: Fraction | None = None
    role: re.Pattern[str] | None = None
    other: re.Pattern[str] | None = None

    @property
    def is_share(self) -> bool:
        return self.kind == "share"


class Facts:
    """The facts that a text may draw on.

    `names` tells how the text names a subject, the class too: a pattern for each. A subject in
    `private` counts only where it is named; the facts of all others may also be said without
    naming them. A subject in `soft` has a name that is an ordinary word, too: naming it keeps no
    others out. `strangers` matches subjects that are not there. `labels` are texts that may hold
    digits without saying a number, such as titles. `thresholds` are shares that rules compare with.
    """

    def __init__(
        self,
        facts: Iterable[Fact],
        names: Mapping[Subject, re.Pattern[str]] | None = None,
        *,
        private: Iterable[Subject] = (),
        soft: Iterable[Subject] = (),
        strangers: re.Pattern[str] | None = None,
        labels: Iterable[str] = (),
        thresholds: Iterable[Fraction] = (),
    ) -> None:
        self._facts = tuple(facts)
        self._names = dict(names or {})
        self._private = frozenset(private)
        self._soft = frozenset(soft)
        self._strangers = strangers
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
            if _POINTS_BACK.match(sentence):
                named |= before
            if self._supports(sentence, named, before):
                kept.append(sentence)
            else:
                dropped += 1
            before = named or before
        return " ".join(kept), dropped

    def _named_in(self, sentence: str) -> frozenset[Subject]:
        return frozenset(s for s, pattern in self._names.items() if pattern.search(sentence))

    def _supports(self, sentence: str, named: frozenset[Subject], before: Set[Subject]) -> bool:
        plain = self._without_names(sentence)
        if self._strangers and self._strangers.search(plain):
            return False
        speaks_of = named - self._soft - {""}
        facts = [
            fact
            for fact in self._facts_of(named or before, sentence, only=bool(speaks_of))
            if fact.role is None or fact.role.search(sentence)
        ]
        return all(self._is_fact(said, facts, plain, named) for said in numbers_in(plain))

    def _facts_of(self, subjects: Set[Subject], sentence: str, *, only: bool) -> Sequence[Fact]:
        """Those of the subjects, counts of the class, and unless `only`, of every public one.

        The shares of the class are not those of a topic or student that the sentence names.
        """
        class_alone = "" in subjects and not only and not _SUBJECTS.search(sentence)
        return [
            fact
            for fact in self._facts
            if fact.subject in subjects
            or (not fact.subject and not (only and fact.is_share))
            or not (only or class_alone or fact.subject in self._private)
        ]

    def _without_names(self, sentence: str) -> str:
        """The sentence without titles and numbered people, whose digits count nothing."""
        for subject, pattern in self._names.items():
            if subject and subject not in self._soft:
                sentence = pattern.sub(" ", sentence)
        return self._labels.sub(" ", sentence) if self._labels else sentence

    def _is_fact(
        self, said: Said, facts: Sequence[Fact], sentence: str, named: Set[Subject]
    ) -> bool:
        left = bool(_LEFT.search(sentence))
        if any(_is_said(fact, said, left=left) for fact in facts):
            return True
        compared = named - self._soft
        if said.form == "part":
            return _is_part(said, facts, left=left) or (
                bool(_AS_MUCH.search(sentence)) and _is_ratio(said, _pairs(facts, compared))
            )
        if said.form == "times":
            return _is_ratio(said, _pairs(facts, compared))
        if _THRESHOLD.search(sentence) and self._is_threshold(said, facts):
            return True
        if _CHANGE.search(sentence) or not _COMPARES.search(sentence):
            return False
        differences = _differences(_pairs(facts, compared))
        return any(_is_difference(difference, said) for difference in differences)

    def _is_threshold(self, said: Said, facts: Sequence[Fact]) -> bool:
        """Whether the number is a threshold, or how many points a share is from one."""
        if said.kind != "points":
            return any(_equals(threshold, said) for threshold in self._thresholds)
        shares = [fact.value for fact in facts if fact.is_share]
        return any(_equals(abs(s - t), said) for s in shares for t in self._thresholds)


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


def _is_said(fact: Fact, said: Said, *, left: bool = False) -> bool:
    """Whether a number says this fact, or what is `left` of it to the whole."""
    if not fact.is_share:
        rest = () if fact.whole is None or not left else (fact.whole - fact.value,)
        if said.form == "percent" and fact.whole:
            return any(_equals(v / fact.whole, said) for v in (fact.value, *rest))
        if said.form not in ("plain", "count") or said.kind not in (None, fact.kind):
            return False
        if fact.other and fact.other.search(said.behind):
            return False
        return any(_is_count(value, said) for value in (fact.value, *rest))
    if said.of_people or said.kind:
        return False
    values = (fact.value, 1 - fact.value) if left else (fact.value,)
    return any(_equals(value, said) for value in values)


def _is_difference(difference: Fact, said: Said) -> bool:
    if said.kind == "points":
        return difference.is_share and _equals(difference.value, said)
    return _is_said(difference, said)


def _is_count(count: Fraction, said: Said) -> bool:
    """Whether the number is the count; an average of counts may be rounded."""
    return abs(count - said.value) <= (0 if count.denominator == 1 else said.step / 2)


def _equals(share: Fraction, said: Said) -> bool:
    """Whether the number is the share within its rounding, in percent or as a fraction of 1."""
    near = NEAR if said.loose else Fraction(0)
    return any(abs(share - value) <= max(near, step / 2) for value, step in _scales(said))


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


def _is_part(said: Said, facts: Sequence[Fact], *, left: bool) -> bool:
    """Whether `k of n`, or a fraction in words, is what a share or two counts amount to."""
    alike = [fact for fact in facts if said.kind in (None, fact.kind)]
    wholes = {fact.value for fact in alike if not fact.is_share and not fact.whole}
    if (
        said.k is not None
        and said.n is not None
        and (said.exact or said.n in wholes or said.n > FEW)
    ):
        return any(_is_of(fact, said.k, said.n, left=left) for fact in alike)
    near = NEAR if said.k is not None else NEAR_PART
    shares = list(_shares(facts, left=left, of_people=said.of_people))
    if said.bound:
        return any(0 < said.bound * (share - said.value) <= NEAR_BOUND for share in shares)
    near = NEAR_LOOSE_PART if said.loose else near
    return any(abs(share - said.value) <= near for share in shares)


def _is_of(fact: Fact, k: Fraction, n: Fraction, *, left: bool) -> bool:
    return fact.whole == n and k in ((fact.value, n - fact.value) if left else (fact.value,))


def _shares(facts: Sequence[Fact], *, left: bool, of_people: bool) -> Iterator[Fraction]:
    for fact in facts:
        share = fact.value if fact.is_share else fact.value / fact.whole if fact.whole else None
        if share is not None and (fact.kind == "students" or not of_people):
            yield from (share, 1 - share) if left else (share,)


def _pairs(facts: Sequence[Fact], named: Set[Subject]) -> Iterator[tuple[Fact, Fact]]:
    """Facts of the same kind that the sentence may compare: of two named subjects these alone,
    of a single one with others."""
    if len(named - {""}) > 1:
        named = named - {""}
    needed = min(len(named), 2)
    for first, second in permutations(facts, 2):
        if first.kind == second.kind and len({first.subject, second.subject} & named) >= needed:
            yield first, second


def _differences(pairs: Iterable[tuple[Fact, Fact]]) -> Iterator[Fact]:
    for first, second in pairs:
        if first.value >= second.value:
            yield Fact(first.value - second.value, first.kind)


def _is_ratio(said: Said, pairs: Iterable[tuple[Fact, Fact]]) -> bool:
    return any(
        abs(first.value / second.value - said.value) <= NEAR_RATIO * said.value
        for first, second in pairs
        if second.value > 0
    )
