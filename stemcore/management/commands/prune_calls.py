"""`manage.py prune_calls`: adds up days of the call log that are over, and removes old calls."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from stemcore.providers import call_days


class Command(BaseCommand):
    help = "Adds up the call log's days that are over, and removes single calls older than --days."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=settings.CALL_LOG_DAYS, help="days to keep")

    def handle(self, *args: Any, **options: Any) -> None:
        days = removed = 0
        with tqdm(unit=" days", desc="adding up", disable=None) as progress:
            while call_days.add_up_one.sync():
                days += 1
                progress.update()
        with tqdm(unit=" calls", desc="removing", disable=None) as progress:
            while gone := call_days.prune_some.sync(max(0, options["days"])):
                removed += gone
                progress.update(gone)
        self.stdout.write(f"{days} days added up, {removed} calls removed.")
