"""Is a chart made of the figures given, and of nothing else?

A point is held against the figures that stand under its label: theirs, in percent or as a share,
rounded, or what is left to the whole. A point with a label of its own must say what arithmetic
it is, `total`, `average`, `highest`, and be that of one table.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from analytics.data_query.tables import Cell, Table, Tables, folded
from analytics.figures import mean
from chat.canvas.specs import ChartSpec, DataPoint

_STUDENT = re.compile(r"\bstudent\s*(?:no\.?\s*|#\s*)?(\d+)\b", re.IGNORECASE)
_LEFT = re.compile(r"\b(?:not|without|remaining|rest|others?|incomplete|missing|no)\b", re.I)
SHORTEST = 3
"""A label of fewer characters is no name for anything but itself."""

ARITHMETIC: dict[str, Callable[[list[Fraction]], Fraction]] = {
    r"total|sum|all|overall|together": lambda values: sum(values, Fraction(0)),
    r"average|mean|overall": mean,
    r"highest|max\w*|best|top|most": max,
    r"lowest|min\w*|worst|least|fewest|weakest": min,
    r"number|count|how many": lambda values: Fraction(len(values)),
    r"gap|difference|range|spread": lambda values: max(values) - min(values),
}


def faults_of_chart(chart: ChartSpec, tables: Tables) -> list[str]:
    """What of a chart is not among the figures, one sentence a point."""
    return [
        f"data[{place}]: is not among the figures given under that label"
        for place, point in enumerate(chart.data)
        if not _is_given(point, tables.named_in(f"{chart.title} {point.label}"))
    ]


def named(chart: ChartSpec, tables: Tables) -> ChartSpec:
    """The chart with students' names in place of their numbers."""

    def name(text: str) -> str:
        return _STUDENT.sub(lambda found: _name(found, tables), text)

    points = [point.model_copy(update={"label": name(point.label)}) for point in chart.data]
    return chart.model_copy(update={"data": points, "title": name(chart.title)})


def _name(found: re.Match[str], tables: Tables) -> str:
    number = int(found[1])
    return tables.name_of(number) if 1 <= number <= len(tables.students) else found[0]


def _is_given(point: DataPoint, tables: Tables) -> bool:
    value = Fraction(str(point.value))
    student = _STUDENT.search(point.label)
    if student:
        cells = _cells(tables, lambda cell: cell.student == int(student[1]))
    else:
        cells = _cells(tables, lambda cell: cell.student is None and _alike(cell, point.label))
    if any(_says(value, cell.value, table, point.label) for table, cell in cells):
        return True
    return not student and any(_says(value, v, t, "") for t, v in _computed(point.label, tables))


def _cells(tables: Tables, wanted: Callable[[Cell], bool]) -> list[tuple[Table, Cell]]:
    return [(table, cell) for table in tables.tables for cell in table.cells if wanted(cell)]


def _alike(cell: Cell, label: str) -> bool:
    """Whether a point's label names the cell: the same, or one in the other."""
    ours, theirs = folded(cell.label), folded(label)
    if ours == theirs:
        return True
    if min(len(ours), len(theirs)) < SHORTEST:
        return False
    return f" {ours} " in f" {theirs} " or f" {theirs} " in f" {ours} "


def _says(value: Fraction, figure: Fraction, table: Table, label: str) -> bool:
    if not table.is_share:
        left = _whole(table) - figure if _LEFT.search(label) else figure
        return abs(value - figure) <= _step(value, figure) or value == left
    figures = (figure, 1 - figure) if _LEFT.search(label) else (figure,)
    return any(
        abs(value - shown) <= step
        for share in figures
        for shown, step in ((share, Fraction(1, 200)), (100 * share, Fraction(1, 2)))
        if _is_rounded(value, shown, step)
    )


def _is_rounded(value: Fraction, shown: Fraction, step: Fraction) -> bool:
    """Whether a value is a figure rounded to its own last place, no coarser than `step`."""
    places = len(str(float(value)).partition(".")[2].rstrip("0"))
    return abs(value - shown) <= min(step, Fraction(1, 2 * 10**places))


def _step(value: Fraction, figure: Fraction) -> Fraction:
    """An average of counts may be rounded to what is written; a count is a count."""
    return (
        Fraction(0) if figure.denominator == 1 else Fraction(1, 20 if value.denominator > 1 else 2)
    )


def _whole(table: Table) -> Fraction:
    return sum((cell.value for cell in table.cells), Fraction(0))


def _computed(label: str, tables: Tables) -> Iterator[tuple[Table, Fraction]]:
    """What arithmetic a label names, over each table."""
    for words, function in ARITHMETIC.items():
        if re.search(rf"\b(?:{words})\b", label, re.IGNORECASE):
            for table in tables.tables:
                yield table, function(_values(table.cells))


def _values(cells: Sequence[Cell]) -> list[Fraction]:
    return [cell.value for cell in cells]
