"""From a question to a chart: figures, one generation, and a look at every number of it."""

import re
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from analytics import queries
from analytics.access import Reader
from analytics.data_query.check import faults_of_chart, named
from analytics.data_query.tables import Details, Tables, folded, tables_for
from analytics.errors import DataQueryFailed
from analytics.figures import read_class_figures
from analytics.insights import Snapshot, stored_insights
from analytics.payload import Insights, StudentRow, insights_payload
from chat.canvas.specs import ChartSpec
from classes.access import Membership
from stemcore.answers import UnusableAnswer, answer_schema, read_answer, refuse_leak
from stemcore.database import LONG, read, write
from stemcore.deadline import Deadline
from stemcore.prompts import PromptTemplate, Untrusted
from stemcore.providers import Call, Generation, ProviderError, generate_answer

PROMPT = PromptTemplate(Path(__file__).parent.parent / "prompts" / "data_query", version=1)
SCHEMA = answer_schema(ChartSpec, "data_query")
LABEL = "chart"
PURPOSE = "class_data_query_v1"
SECONDS = 20.0
MAX_TOKENS = 800
WEEKS = 12
MOST_DETAILS = 5_000
"""Rows of one query of details."""
NO_DATA = "No data available"


async def answer_question(reader: Reader, question: str) -> ChartSpec:
    """A chart that answers the question from the class's figures, or says that they cannot.

    Raises ClassNotFound, AnalyticsForbidden and DataQueryFailed.
    """
    deadline = Deadline.after(SECONDS)
    membership, snapshot = await _enter(reader)
    insights = await _insights(membership, snapshot)
    tables = tables_for(question, insights, await _details(membership.class_id))
    if not tables.says_something:
        return no_data_chart()
    call = membership.call(PURPOSE, deadline)
    return await _drawn(question, tables, call)


async def _drawn(question: str, tables: Tables, call: Call) -> ChartSpec:
    asked = numbered_question(question, tables.students)
    prompt = PROMPT.render(
        question=Untrusted(asked),
        figures=Untrusted(tables.text),
    )
    refused = False

    def read_chart(text: str) -> ChartSpec:
        nonlocal refused
        refused = False
        chart = read_answer(text, ChartSpec, LABEL).titled(asked)
        if says_no_data(chart):
            return no_data_chart()
        refused = True
        refuse_leak(prompt, [chart.model_dump_json()], LABEL)
        if faults := faults_of_chart(chart, tables):
            raise UnusableAnswer.invalid(LABEL, faults)
        refused = False
        return named(chart, tables)

    generation = Generation(prompt.system, prompt.user, max_tokens=MAX_TOKENS, answer_schema=SCHEMA)
    try:
        chart, _ = await generate_answer(generation, call, read_chart)
    except ProviderError as error:
        if refused:  # what was asked for is not in the figures, or it would have been drawn
            return no_data_chart()
        raise DataQueryFailed(error.message) from error
    return chart


def no_data_chart() -> ChartSpec:
    """The chart that says that there is nothing to draw."""
    return ChartSpec.model_validate(
        {
            "type": "chart",
            "chartType": "bar",
            "title": NO_DATA,
            "data": [{"label": "No data", "value": 0}],
        }
    )


def says_no_data(chart: ChartSpec) -> bool:
    """Whether a model says that the figures do not answer the question."""
    return folded(NO_DATA) in folded(chart.title) or not any(point.value for point in chart.data)


def numbered_question(question: str, students: Sequence[StudentRow]) -> str:
    """The question with numbers in place of students' names; a name of two stays as it is."""
    names: dict[str, list[int]] = {}
    for number, student in enumerate(students, start=1):
        short = student["display_name"]
        for name in {short, short.rstrip("."), short.split()[0] if short.split() else short}:
            names.setdefault(name, []).append(number)
    for name, numbers in sorted(names.items(), key=lambda one: -len(one[0])):
        if len(numbers) == 1 and not name.startswith("Student"):
            pattern = (
                rf"(?<!\w){re.escape(name)}(?:\w+)?"
                if len(name.split()) > 1
                else rf"(?<!\w){re.escape(name)}(?!\w)"
            )
            question = re.sub(pattern, f"Student {numbers[0]}", question)
    return question


async def _insights(membership: Membership, snapshot: Snapshot | None) -> Insights:
    """The fresh snapshot's figures when they say something, else those of now."""
    payload = snapshot.payload if snapshot and snapshot.is_fresh else None
    if payload and not payload["class_summary"]["is_empty"]:
        return payload
    figures = await read_class_figures(membership.class_id)
    return insights_payload(figures, timezone.now())


@read
def _enter(reader: Reader) -> tuple[Membership, Snapshot | None]:
    membership = reader.enter()
    return membership, stored_insights.sync(membership.class_id)


@write(lane=LONG)
def _details(class_id: UUID) -> Details:
    queries.hold_still()
    return Details(
        weeks=queries.weeks(class_id, WEEKS),
        quizzes=queries.quiz_work(class_id),
        topic_weeks=queries.topic_weeks(class_id, MOST_DETAILS),
        student_topics=queries.student_topics(class_id, MOST_DETAILS),
    )
