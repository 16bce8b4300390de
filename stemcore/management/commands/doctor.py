"""`manage.py doctor`: is this deployment well, and if not, what is to be done?"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage
from django.core.management.base import BaseCommand

from stemcore.doctor import Outcome, Result, examine
from stemcore.runtime import run

MARKS = {
    Outcome.OK: "ok",
    Outcome.WARNING: "WARNING",
    Outcome.FAILED: "FAILED",
    Outcome.SKIPPED: "skipped",
}


class Command(BaseCommand):
    help = (
        "Uses each part that the service stands on once, calls of the AI providers included, "
        "and says what to do about what fails. Exit code 1 when something does."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="the same for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        results = run(examine())
        if options["json"]:
            self.stdout.write(json.dumps([_as_data(result) for result in results], indent=2))
        else:
            for line in _table(results):
                self.stdout.write(line)
        if any(result.outcome is Outcome.FAILED for result in results):
            raise SystemExit(1)


def _as_data(result: Result) -> dict[str, Any]:
    return {
        "check": result.check,
        "outcome": result.outcome.value,
        "reason": result.reason,
        "took_ms": result.took_ms,
        "findings": [
            {"id": finding.id, "found": finding.msg, "to_do": finding.hint}
            for finding in result.findings
        ],
    }


def _table(results: list[Result]) -> Iterator[str]:
    width = max(len(result.check) for result in results)
    yield f"{'check':<{width}}  outcome  what was found, and what to do"
    for result in results:
        first, *rest = [*_lines(result)] or [_calm(result)]
        yield f"{result.check:<{width}}  {MARKS[result.outcome]:<7}  {first}".rstrip()
        for line in rest:
            yield f"{'':<{width}}  {'':<7}  {line}"


def _calm(result: Result) -> str:
    return result.reason or f"{result.took_ms} ms"


def _lines(result: Result) -> Iterator[str]:
    for finding in result.findings:
        yield f"{finding.msg} ({finding.id})"
        yield from _remedy(finding)


def _remedy(finding: CheckMessage) -> Iterator[str]:
    if finding.hint:
        yield f"→ {finding.hint}"
