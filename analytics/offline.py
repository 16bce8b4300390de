"""Reports of the offline stand-in, put together from the figures that its prompt gives."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stemcore.providers.offline.makers import Json, makes
from stemcore.providers.offline.prompt import PromptContent
from stemcore.words import STOP_WORDS, stem

_CLASS = re.compile(r"Class average: .*?\((\d+) %\); completion: .*?\((\d+) %\)")
_RISK = re.compile(r"^Students: (\d+);.*?at risk \(high and medium\): (\d+)", re.M | re.S)
_TOPIC = re.compile(
    r"^- (T\d+) .*: average \S+ \((\d+) %\), (\d+) attempts, (critical|warning|good)$", re.M
)
_STUDENT = re.compile(
    r"^- Student (\d+): average \S+ \((\d+) %\), completion \S+ \((\d+) %\), (\d+) attempts,"
    r".* risk (\w+)$",
    re.M,
)
_TABLE = re.compile(r"^(.+) \((?:0 to 1|count)\):\n((?:- .*\n?)+)", re.M)
_ROW = re.compile(r"^- (.*): (-?[\d.]+)$", re.M)
_WORD = re.compile(r"[^\W\d_]+")
MOST_POINTS = 12
MOST_WATCHED = 3


@dataclass(frozen=True)
class Topic:
    key: str
    percent: int
    attempts: int
    status: str

    @property
    def told(self) -> str:
        return f"{self.key} averages {self.percent} % over {self.attempts} attempts."


@dataclass(frozen=True)
class Student:
    number: int
    percent: int
    completion: int
    attempts: int

    @property
    def told(self) -> str:
        if not self.attempts:
            return f"Student {self.number} has not tried a quiz yet."
        return f"Student {self.number} averages {self.percent} % and completed {self.completion} %."


def _topics(figures: str) -> list[Topic]:
    """The topics with attempts, weakest first."""
    found = [Topic(m[1], int(m[2]), int(m[3]), m[4]) for m in _TOPIC.finditer(figures)]
    return sorted((one for one in found if one.attempts), key=lambda one: one.percent)


def _watched(figures: str) -> list[Student]:
    """The first students at risk; the figures have those who need attention most first."""
    found = [m for m in _STUDENT.finditer(figures) if m[5] != "low"]
    return [Student(*map(int, m.group(1, 2, 3, 4))) for m in found[:MOST_WATCHED]]


def _summary(figures: str) -> str:
    told = []
    if found := _CLASS.search(figures):
        told.append(f"The class averages {found[1]} % and completed {found[2]} % of its quizzes.")
    if found := _RISK.search(figures):
        told.append(f"{found[2]} of {found[1]} students are at risk.")
    return " ".join(told) or "The figures say little yet."


@makes("insights")
def insights(content: PromptContent) -> Json:
    figures = content.parts.get("figures", "")
    topics, watched = _topics(figures), _watched(figures)
    return {
        "executive_summary": _summary(figures),
        "key_findings": [one.told for one in [*topics[:1], *topics[1:][-1:]]],
        "interventions": [
            {
                "topic": one.key,
                "reason": one.told,
                "suggested_action": f"Practise {one.key} again with a short quiz.",
            }
            for one in topics
            if one.status != "good"
        ],
        "student_notes": [{"student": one.number, "note": one.told} for one in watched],
    }


@makes("teaching_brief")
def teaching_brief(content: PromptContent) -> Json:
    figures = content.parts.get("figures", "")
    topics, watched = _topics(figures), _watched(figures)
    weak = [one for one in topics if one.status != "good"]
    warned = re.findall(r"^- (T\d+): (.+)$", content.parts.get("misconceptions", ""), re.M)
    return {
        "summary": _summary(figures),
        "strongest_action": f"Go through {topics[0].key} once more." if weak else "",
        "attention_items": [one.told for one in weak],
        "misconceptions": [
            {"topic": key, "description": warning}
            for key, warning in warned
            if key in {one.key for one in weak}
        ],
        "students_to_watch": [{"student": one.number, "reason": one.told} for one in watched],
        "next_step": f"Ask how it stands with {topics[-1].key}." if topics else "",
        "recommended_activity": {"type": "quiz", "reason": weak[0].told} if weak else None,
        "evidence_basis": "Quiz attempts and chat messages; put together without a language model.",
    }


@makes("data_query")
def data_query(content: PromptContent) -> Json:
    """The table that shares most words with the question, its title's words before its rows'."""
    tables = [(m[1], _ROW.findall(m[2])) for m in _TABLE.finditer(content.parts.get("figures", ""))]
    asked = _stems([content.question])
    title, rows = max(tables, key=lambda table: _shared(asked, *table), default=("", []))
    if not any(_shared(asked, title, rows)):
        title, rows = "No data available", [("No data", "0")]
    points = [{"label": label, "value": float(value)} for label, value in rows[:MOST_POINTS]]
    return {"type": "chart", "chartType": _kind(title), "title": title, "data": points}


def _kind(title: str) -> str:
    if "by week" in title:
        return "line"
    return "pie" if title.endswith(("by risk level", "by status")) else "bar"


def _shared(asked: set[str], title: str, rows: Sequence[tuple[str, str]]) -> tuple[int, int]:
    return len(asked & _stems([title])), len(asked & _stems(label for label, _ in rows))


def _stems(texts: Iterable[str]) -> set[str]:
    words = (word.lower() for text in texts for word in _WORD.findall(text))
    return {stem(word) for word in words if word not in STOP_WORDS}
