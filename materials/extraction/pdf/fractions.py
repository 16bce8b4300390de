"""Fractions and roots, which are printed with a bar, as one run: `(a + b)/c`, `√(x + 1)`."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

from materials.extraction.pdf.characters import joined
from materials.extraction.pdf.lines import lines_of, text_of
from materials.extraction.pdf.runs import ROOT, Run

# Shares of the size of the type.
_DROP: Final = (0.6, 4.5)
_OVER: Final = (0.08, 2.2)
_UNDER: Final = (0.45, 2.2)
"""From the bar to the baselines above and below it."""
_UNDERLINE: Final = 0.15
_APART: Final = 8
_SLACK: Final = 0.2
_OFF_CENTRE: Final = 0.35
_LONGER: Final = 0.9
"""What a bar may be longer than what it parts."""
_AXIS: Final = 0.25
_BESIDE: Final = 1.5
_GLUED: Final = 0.3

_SUMMED: Final = ("+", "×", "·")
_CHARS: Final = 40
_COMPARED: Final = 500_000
"""Pairs of bars and runs that are looked at: a second's work, and more than any formula has."""
_WORDS = re.compile(r"[^\W\d_]{3,}")
_ONE_TOKEN = re.compile(r"[^\W\d_]+['′]*(\([\w, ]*\)|!)?|\([^()]*\)|\|[^|]*\||\d[\d.,]*!?")
_SCRIPTS = re.compile(r"[⁰¹²³⁴-⁹₀-₉⁺⁻₊₋]+|[_^](\w|\([^()]*\))")


class Rule(NamedTuple):
    """A horizontal line drawn on a page."""

    left: float
    right: float
    y: float


def with_fractions(runs: list[Run], rules: Callable[[], Iterable[Rule]]) -> list[Run]:
    """The runs, those of each fraction and root as one, the innermost first.

    `rules` are asked for only where runs stand over each other as in a fraction, or by a root.
    """
    stacked = [pair for pair in pairwise(runs) if _are_stacked(*pair)]
    roots = [run for run in runs if run.text.endswith(ROOT)]
    if not stacked and not roots:
        return runs
    bars = sorted(rules(), key=lambda bar: bar.right - bar.left)
    if len(bars) * len(runs) > _COMPARED:
        return runs
    for bar in bars:
        if any(_begins_at(bar, root) for root in roots):
            runs = _with_root(runs, bar)
        elif any(_lies_between(bar, *pair) for pair in stacked):
            runs = _with_fraction(runs, bar)
    return runs


# Roots: the sign, and a bar from it over what it is of --------------------------------------------


def _begins_at(bar: Rule, root: Run) -> bool:
    return abs(root.right - bar.left) < _GLUED * root.size and bar.y > root.bottom


def _with_root(runs: list[Run], bar: Rule) -> list[Run]:
    for n, root in enumerate(runs, start=1):
        if not root.text.endswith(ROOT) or not _begins_at(bar, root):
            continue
        end = _end_under(bar, runs, n)
        if len(lines_of(runs[n:end])) != 1:
            return runs
        main = max(runs[n:end], key=lambda run: run.size)
        text = f"{root.text}{_grouped(text_of(runs[n:end]))}"
        ends = root.ends[0], runs[end - 1].ends[1]
        whole = replace(main, text=text, left=root.left, right=bar.right, ends=ends)
        return [*runs[: n - 1], replace(whole, spaced=root.spaced), *runs[end:]]
    return runs


# Fractions ----------------------------------------------------------------------------------------


def _are_stacked(above: Run, below: Run) -> bool:
    if max(len(above.text), len(below.text)) > _CHARS:
        return False
    size = max(above.size, below.size)
    return (
        _DROP[0] * size < above.baseline - below.baseline < _DROP[1] * size
        and above.left - below.right < _APART * size
        and below.left < above.right
    )


def _lies_between(bar: Rule, above: Run, below: Run) -> bool:
    return below.baseline < bar.y < above.baseline and all(
        _is_along(bar, r) for r in (above, below)
    )


def _is_along(bar: Rule, run: Run) -> bool:
    slack = _SLACK * run.size
    return bar.left - slack <= run.left and run.right <= bar.right + slack


def _with_fraction(runs: list[Run], bar: Rule) -> list[Run]:
    for n, (last, first) in enumerate(pairwise(runs), start=1):
        if not _lies_between(bar, last, first) or not _are_stacked(last, first):
            continue
        start = n - 1
        while start and _goes_on(bar, runs[start - 1], last):
            start -= 1
        end = _end_under(bar, runs, n)
        beside = _beside(bar, runs[:start][-1:], runs[end : end + 1])
        whole = _fraction(runs[start:n], runs[n:end], bar, beside)
        return [*runs[:start], whole, *runs[end:]] if whole else runs
    return runs


def _end_under(bar: Rule, runs: Sequence[Run], start: int) -> int:
    """Where those end that stand on one line under the bar."""
    end = start
    while end < len(runs) and _goes_on(bar, runs[end], runs[start]):
        end += 1
    return end


def _goes_on(bar: Rule, run: Run, with_: Run) -> bool:
    """Whether the run stands along the bar, on the line of the other."""
    return _is_along(bar, run) and run.top > with_.bottom and run.bottom < with_.top


def _is_near(bar: Rule, run: Run, bounds: tuple[float, float]) -> bool:
    distance = run.baseline - bar.y if bounds is _OVER else bar.y - run.baseline
    return bounds[0] * run.size <= distance <= bounds[1] * run.size


def _beside(bar: Rule, before: Sequence[Run], after: Sequence[Run]) -> list[Run]:
    """The runs before and after the bar that stand on its line."""
    return [
        run
        for run, gap in (
            *((run, bar.left - run.right) for run in before),
            *((run, run.left - bar.right) for run in after),
        )
        if -_SLACK < gap / run.size < _BESIDE
        and abs(bar.y - _AXIS * run.size - run.baseline) < _AXIS * run.size
    ]


def _fraction(above: list[Run], below: list[Run], bar: Rule, beside: Sequence[Run]) -> Run | None:
    over, under = _part(above, bar, _OVER), _part(below, bar, _UNDER)
    width = max(_width(above), _width(below))
    size = max(run.size for run in (*above, *below))
    if not over or not under or bar.right - bar.left > width + _LONGER * size:
        return None
    if not beside and _is_underlined(bar, above, over, under):
        return None
    text = f"{_grouped(over)}/{_grouped(under)}"
    if any(_is_glued(bar, run) for run in beside):
        text = f"({text})"
    ends = above[0].ends[0], below[-1].ends[1]
    if beside:
        on_line = replace(beside[0], text=text, spaced=True, ends=ends)
    else:
        base = bar.y - _AXIS * size
        bottom, top = base - _AXIS * size, base + 3 * _AXIS * size
        on_line = Run(text, 0.0, 0.0, size, base, bottom, top, spaced=True, ends=ends)
    return replace(on_line, left=bar.left, right=bar.right)


def _is_underlined(bar: Rule, above: Sequence[Run], over: str, under: str) -> bool:
    """Whether the line is one under words, or under numbers that are added up."""
    main = max(above, key=lambda run: run.size)
    has_words = min(len(_WORDS.findall(part)) for part in (over, under)) > 1
    is_sum = over.startswith(_SUMMED)
    return has_words or is_sum or main.baseline - bar.y < _UNDERLINE * main.size


def _part(runs: list[Run], bar: Rule, bounds: tuple[float, float]) -> str:
    """The text of one side of a bar; empty when it is none."""
    lines = lines_of(runs)
    size = max(run.size for run in runs)
    centre = (min(run.left for run in runs) + max(run.right for run in runs)) / 2
    is_centred = abs(centre - (bar.left + bar.right) / 2) < _OFF_CENTRE * size
    main = max(runs, key=lambda run: run.size)
    if len(lines) != 1 or len(lines[0].cells) != 1 or not is_centred:
        return ""
    return text_of(runs) if _is_near(bar, main, bounds) else ""


def _width(runs: Sequence[Run]) -> float:
    return max(run.right for run in runs) - min(run.left for run in runs)


def _grouped(text: str) -> str:
    """The text as one operand."""
    return text if _ONE_TOKEN.fullmatch(_SCRIPTS.sub("", text)) else f"({text})"


def _is_glued(bar: Rule, run: Run) -> bool:
    """Whether the run is a factor: no space parts it from the fraction."""
    if run.left < bar.left:
        return joined(run.text)[-1].isalnum() and bar.left - run.right < _GLUED * run.size
    return joined(run.text)[0].isalnum() and run.left - bar.right < _GLUED * run.size
