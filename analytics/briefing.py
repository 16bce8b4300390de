"""What a model is told of a class, and the facts that its sentences are held against.

People are numbers here: a text that a model gets holds no name, id or address of a person, and
what it writes about "Student 3" is given their name on the way out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from analytics.claims import Fact, Facts, Subject
from analytics.figures import (
    FAILING,
    HALF,
    MOSTLY_KNOWN,
    SHAKY,
    ClassFigures,
    Risk,
    StudentFigures,
    TopicFigures,
    rounded,
)
from learning.bloom import BLOOM_LEVELS
from stemcore.text import one_line

TOLD_STUDENTS = 40
"""How many students a model is told about one by one: those who need attention most, first."""

_ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE
)
_STUDENTS = re.compile(
    r"\b(students?)\s+((?:no\.?\s*|#\s*)?\d+(?:(?:\s*,\s*(?:and\s+|&\s*)?|\s+and\s+|\s*&\s*)#?\d+)*)",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"\b(?:class|overall|course)(?:['’]s)?\s+(?:average|mean|score|completion)\b"
    r"|\b(?:the class|overall|on average|than average|the average)\b",
    re.IGNORECASE,
)
_STRANGERS = re.compile(r"\bstudents?\s+(?:no\.?\s*|#\s*)?\d|\bT\d+\b", re.IGNORECASE)


def _role(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b|n['’]t\b", re.IGNORECASE)


_RISK_ROLES: Mapping[Risk, re.Pattern[str]] = {
    "high": _role(r"high(?:est)?"),
    "medium": _role(r"medium|moderate"),
    "low": _role(r"low|not|well|fine|track|good|safe|other|others|rest|no"),
}
_AT_RISK = _role(
    r"(?<!high )(?<!medium )(?<!moderate )(?<!low )(?<!high-)(?<!medium-)(?<!low-)risk|attention|"
    r"support|help|struggl\w+|concern\w*"
)
_RISKY = re.compile(r"\brisk\b", re.IGNORECASE)
_RATED = re.compile(r"\b(?:critical|warning|well|good|weak|strong)\b", re.IGNORECASE)
_DONE = _role(
    r"complet\w+|incomplete|finish\w*|hand\w*|done|did|do|work|tasks?|open|missing|outstanding|"
    r"assign\w*|submi\w+|quiz(?:zes)?"
)
# A score is not what is meant where completion alone is spoken of.
_SCORED = re.compile(
    r"^(?!.*\bcompletion\b)|\b(?:averag\w*|scor\w*|points?|mean|marks?)\b",
    re.IGNORECASE | re.DOTALL,
)
_UNTRIED = _role(r"no|not|none|without|never|yet|start\w*|zero|0|missing|nothing|at least")
_TRIED = _role(r"tried|tri(?:es|ed)|attempt\w*|evidence|practised|practiced|so far|results?|scored")
_LEVEL_NAMES: Mapping[Subject, re.Pattern[str]] = {
    level: re.compile(rf"\b{level.removesuffix('e').removesuffix('y')}\w*", re.IGNORECASE)
    for level in BLOOM_LEVELS
}
_STATUS_ROLES = {
    "critical": _role(r"critical"),
    "warning": _role(r"warning|watch\w*|shaky|borderline"),
    "good": _role(r"good|well|strong|solid|fine|secure"),
}


@dataclass(frozen=True)
class Briefing:
    """The figures of a class as a model gets them."""

    figures: ClassFigures

    @cached_property
    def students(self) -> Sequence[StudentFigures]:
        """Those whom the text tells about, most in need of attention first."""
        order = {"high": 0, "medium": 1, "low": 2}
        ranked = sorted(
            self.figures.students, key=lambda one: (order[one.risk], one.average, one.number)
        )
        return ranked[:TOLD_STUDENTS]

    @cached_property
    def text(self) -> str:
        """The figures as lines, without anything that tells who somebody is."""
        lines = [
            *_class_lines(self.figures),
            "",
            "Topics:",
            *(self._topic_line(key, topic) for key, topic in self.topics.items()),
            "",
            f"Students ({len(self.students)} of {self.figures.student_count}):",
            *map(_student_line, self.students),
        ]
        return "\n".join(lines)

    @cached_property
    def topics(self) -> dict[str, TopicFigures]:
        """The topics by the keys that the text gives them."""
        return {f"T{number}": topic for number, topic in enumerate(self.figures.topics, start=1)}

    @cached_property
    def facts(self) -> Facts:
        """What the text says, to hold sentences against."""
        return Facts(
            [*_class_facts(self.figures), *self._topic_facts(), *self._student_facts()],
            {"": _CLASS, **_LEVEL_NAMES, **self._topic_names(), **self._student_names()},
            private=[student_subject(one.number) for one in self.students],
            soft=_LEVEL_NAMES,
            strangers=_STRANGERS,
            labels=[r.title for one in self.figures.students for r in one.results],
            thresholds=(FAILING, SHAKY, MOSTLY_KNOWN, HALF),
        )

    def topic(self, named: str) -> TopicFigures | None:
        """The topic that a model names by key, title or both; None for one that is not there."""
        wanted = one_line(named).casefold()
        for key, topic in self.topics.items():
            title = one_line(topic.title).casefold()
            if wanted in (key.casefold(), title, f"{key.casefold()} {title}"):
                return topic
        leading = re.match(r"t\d+\b", wanted)
        return self.topics.get(leading[0].upper()) if leading else None

    def student(self, number: int) -> StudentFigures | None:
        """The student with this number; None for one whom the text does not tell about."""
        return next((one for one in self.students if one.number == number), None)

    def true_to_figures(self, text: str, student: StudentFigures | None = None) -> tuple[str, int]:
        """What a model wrote, without the sentences that the figures do not support, with names
        in place of numbers; and how many sentences went."""
        about = [student_subject(student.number)] if student else []
        kept, dropped = self.facts.supported(numbered(self._with_titles(text)), about)
        return self._named(kept), dropped

    def _with_titles(self, text: str) -> str:
        """Titles in place of topics' keys, which mean nothing to a reader."""
        for key, topic in self.topics.items():
            title = one_line(topic.title)
            there = rf"(?:\b{key}\b[:)]?\s*)?{re.escape(title)}(?:\s*\({key}\))?"
            text = re.sub(rf"{there}|\b{key}\b", title.replace("\\", r"\\"), text)
        return text

    def _named(self, text: str) -> str:
        names = {one.number: one.display_name for one in self.students}

        def name(found: re.Match[str]) -> str:
            known = names.get(int(found[1]))
            if known is None:
                return found[0]
            return known if known.endswith(".") else known + found[2]  # no second full stop

        return re.sub(r"\bstudent (\d+)\b(\.?)", name, text, flags=re.IGNORECASE)

    def _topic_line(self, key: str, topic: TopicFigures) -> str:
        levels = ", ".join(topic.levels) or "no level"
        title = self.anonymous(topic.title)
        told = f"average {shown(topic.average)}, {topic.attempts} attempts, {topic.status}"
        return f"- {key} {title} ({levels}): {told}"

    def anonymous(self, text: str) -> str:
        """A title without addresses, ids and full names of the class's students."""
        text = _ADDRESS.sub("…", one_line(text))
        return self._full_names.sub("…", text) if self._full_names else text

    @cached_property
    def _full_names(self) -> re.Pattern[str] | None:
        names = {re.escape(one.full_name) for one in self.figures.students if " " in one.full_name}
        return re.compile(rf"\b(?:{'|'.join(names)})\b", re.IGNORECASE) if names else None

    def _topic_facts(self) -> Iterator[Fact]:
        for key, topic in self.topics.items():
            yield Fact(topic.average, "share", key, role=_SCORED)
            yield Fact(Fraction(topic.attempts), "attempts", key)

    def _student_facts(self) -> Iterator[Fact]:
        for one in self.students:
            subject = student_subject(one.number)
            yield Fact(one.average, "share", subject, role=_SCORED)
            yield Fact(one.completion, "share", subject, role=_DONE)
            yield Fact(Fraction(one.chat_messages), "messages", subject)
            yield Fact(Fraction(one.attempts), "attempts", subject)

    def _topic_names(self) -> dict[Subject, re.Pattern[str]]:
        return {
            key: re.compile(rf"(?<!\w){re.escape(one_line(topic.title))}(?!\w)", re.IGNORECASE)
            for key, topic in self.topics.items()
            if topic.title.strip()
        }

    def _student_names(self) -> dict[Subject, re.Pattern[str]]:
        return {
            student_subject(one.number): re.compile(rf"\bstudent {one.number}\b", re.IGNORECASE)
            for one in self.students
        }


class FactChecker:
    """Holds what a model wrote against the figures, and counts the sentences that it leaves out."""

    def __init__(self, briefing: Briefing) -> None:
        self.briefing = briefing
        self.dropped = 0

    def checked(self, text: str, student: StudentFigures | None = None) -> str:
        """The text as `Briefing.true_to_figures` gives it."""
        kept, dropped = self.briefing.true_to_figures(text, student)
        self.dropped += dropped
        return kept


def student_subject(number: int) -> Subject:
    return f"student {number}"


def numbered(text: str) -> str:
    """The text with each student named apart: `students 3 and 5` as `student 3 and student 5`."""
    return _STUDENTS.sub(
        lambda found: re.sub(r"(?:no\.?\s*|#\s*)?(\d+)", rf"{_singular(found[1])} \1", found[2]),
        text,
    )


def _singular(word: str) -> str:
    return word[:-1] if word.lower().endswith("s") else word


def shown(value: Fraction) -> str:
    """A share as the model reads it: `0.7123 (71 %)`."""
    return f"{rounded(value):.4f} ({round(100 * rounded(value))} %)"


def _class_lines(figures: ClassFigures) -> list[str]:
    risks = {risk: figures.with_risk(risk) for risk in ("high", "medium", "low")}
    bloom = [
        f"{level} {shown(average)}"
        for level, average in figures.bloom.items()
        if average is not None
    ]
    return [
        f"Students: {figures.student_count}; published quizzes: {figures.quiz_count}; "
        f"assignments of them: {figures.assignment_count}",
        f"Class average: {shown(figures.average)}; completion: {shown(figures.completion)}",
        f"Students by risk: high {risks['high']}, medium {risks['medium']}, low {risks['low']}; "
        f"at risk (high and medium): {figures.at_risk_count}",
        f"Students without a scored attempt: {figures.without_attempt}; "
        f"attempts in all: {sum(topic.attempts for topic in figures.topics)}",
        f"Chat messages a student, on average: {rounded(figures.chat_messages_per_student)}; "
        f"in all: {figures.chat_messages}",
        f"Averages by cognitive level: {', '.join(bloom) or 'none yet'}",
    ]


def _class_facts(figures: ClassFigures) -> Iterator[Fact]:
    students, topics = Fraction(figures.student_count), figures.topics
    yield Fact(students, "students", other=_RISKY)
    yield Fact(Fraction(figures.quiz_count), "quizzes")
    yield Fact(Fraction(figures.assignment_count), "assignments")
    yield Fact(figures.average, "share", role=_SCORED)
    yield Fact(figures.completion, "share", role=_DONE)
    yield Fact(figures.chat_messages_per_student, "messages")
    yield Fact(Fraction(figures.chat_messages), "messages")
    yield Fact(Fraction(sum(topic.attempts for topic in topics)), "attempts")
    yield from _student_counts(figures, students)
    for level, average in figures.bloom.items():
        if average is not None:
            yield Fact(average, "share", level, role=_SCORED)
    yield Fact(Fraction(len(topics)), "topics", other=_RATED)
    for status, role in _STATUS_ROLES.items():
        yield _topic_count([topic.status == status for topic in topics], role)
    yield _topic_count([topic.attempts > 0 for topic in topics], _TRIED)


def _student_counts(figures: ClassFigures, students: Fraction) -> Iterator[Fact]:
    counts = [(figures.with_risk(risk), role) for risk, role in _RISK_ROLES.items()]
    counts += [(figures.at_risk_count, _AT_RISK), (figures.without_attempt, _UNTRIED)]
    counts.append((figures.student_count - figures.without_attempt, _TRIED))
    for number, role in counts:
        yield Fact(Fraction(number), "students", whole=students, role=role)


def _topic_count(are: Sequence[bool], role: re.Pattern[str]) -> Fact:
    return Fact(Fraction(sum(are)), "topics", whole=Fraction(len(are)), role=role)


def _student_line(one: StudentFigures) -> str:
    return (
        f"- Student {one.number}: average {shown(one.average)}, "
        f"completion {shown(one.completion)}, {one.attempts} attempts, "
        f"{one.chat_messages} chat messages, risk {one.risk}"
    )
