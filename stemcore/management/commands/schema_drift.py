"""`manage.py schema_drift`: the platform's tables beside the models, as a table."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stemcore.supabase.drift import Drift, find_drift

HEADINGS = ("", "model", "field", "expected", "found")


class Command(BaseCommand):
    help = (
        "Compares the platform's tables with the models that describe them. "
        "Fails when a column is missing, retyped or narrowed; added columns are notes."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = sorted(
            find_drift(), key=lambda drift: (not drift.is_error, drift.model, drift.field)
        )
        errors = sum(drift.is_error for drift in found)
        for line in _lines([HEADINGS, *map(_cells, found)] if found else []):
            self.stdout.write(line)
        if errors:
            raise CommandError(f"{errors} of {len(found)} differences break the service.")
        self.stdout.write(f"No error, {len(found)} notes." if found else "No difference.")


def _cells(drift: Drift) -> tuple[str, ...]:
    kind = "error" if drift.is_error else "note"
    return kind, drift.model, drift.field, drift.expected, drift.found


def _lines(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
