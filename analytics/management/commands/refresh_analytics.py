"""`manage.py refresh_analytics`: insights and teaching briefs, made ahead of their readers."""

import asyncio
from argparse import ArgumentParser
from collections import Counter
from contextlib import aclosing
from signal import SIGTERM
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from tqdm import tqdm

from analytics.refresh import OUTCOMES, REPORTS, Kind, Refreshed, readers, refreshed
from stemcore.runtime import run

FAILED = 1
USAGE = 2
STOPPED = 130
CONCURRENCY = 4
MOST_AT_ONCE = 32


class Command(BaseCommand):
    help = (
        "Makes the insights and the teaching briefs of all open classes, for timers. What another "
        "process makes already is not made twice. Exit code 2: the class cannot be used. 1: "
        "reports failed, which keep what they held. 130: stopped before the end."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--class", dest="class_id", type=UUID, metavar="ID", help="this alone")
        parser.add_argument(
            "--stale-only", action="store_true", help="only what a plain request would make anew"
        )
        parser.add_argument("--brief", action="store_true", help="briefs (default: both)")
        parser.add_argument("--insights", action="store_true", help="insights (default: both)")
        parser.add_argument(
            "--concurrency", type=int, default=CONCURRENCY, help="reports in work at a time"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["concurrency"] <= MOST_AT_ONCE:
            message = f"--concurrency must be from 1 to {MOST_AT_ONCE}."
            raise CommandError(message, returncode=USAGE)
        done: list[Refreshed] = []
        try:
            ended = run(self._refresh(options, done))
        except OperationalError:
            raise CommandError("The database cannot be reached.", returncode=FAILED) from None
        self._summarize(done)
        if not ended:
            raise CommandError("Stopped. What was made is stored.", returncode=STOPPED)
        if any(one.outcome == "failed" for one in done):
            raise CommandError("Some reports failed. Run it again later.", returncode=FAILED)

    async def _refresh(self, options: dict[str, Any], done: list[Refreshed]) -> bool:
        """Whether it came to its end; SIGTERM stops it as Ctrl-C does."""
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(SIGTERM, task.cancel)
        try:
            await self._refresh_all(options, done)
        except asyncio.CancelledError:
            return False
        return True

    async def _refresh_all(self, options: dict[str, Any], done: list[Refreshed]) -> None:
        wanted = await readers(options["class_id"])
        if options["class_id"] and not wanted:
            raise CommandError("There is no such class.", returncode=USAGE)
        kinds: list[Kind] = [kind for kind in REPORTS if options[kind]] or list(REPORTS)
        made = refreshed(
            wanted,
            kinds,
            stale_only=options["stale_only"],
            concurrency=options["concurrency"],
        )
        # disable=None: no bar where nobody watches.
        with tqdm(total=len(wanted) * len(kinds), unit="report", disable=None) as bar:
            async with aclosing(made):
                async for one in made:
                    done.append(one)
                    bar.update()
                    if one.reason:
                        bar.write(f"{one.class_id} {one.kind}: {one.reason}", file=self.stderr)

    def _summarize(self, done: list[Refreshed]) -> None:
        for kind in REPORTS:
            counts = Counter(one.outcome for one in done if one.kind == kind)
            told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES)
            if counts:
                self.stdout.write(f"{kind}: {told}")
        if not done:
            self.stdout.write("There was nothing to do.")
