"""`manage.py process_materials`: works the queue of materials."""

import asyncio
import os
import signal
from argparse import ArgumentParser
from contextlib import suppress
from threading import Timer
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFailure
from tqdm import tqdm

from materials.requests import MAX_BATCH
from materials.worker.crew import Crew
from materials.worker.work import RELEASE_S, End, Ended
from stemcore import observing
from stemcore.database.runs import end_runs
from stemcore.providers import prepare
from stemcore.runtime import run

GRACE_S = 5.0
"""How long jobs in work may go on when the process is told to end."""
HASTE_S = GRACE_S + RELEASE_S + 2.0
"""After so long the process ends, whatever hangs in it; the locks of its jobs run out."""


class Command(BaseCommand):
    help = (
        "Works queued materials: without --watch up to a batch, with it until told to end. "
        "Any number of workers may run, on any machines."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, metavar="N", help="jobs at most without --watch")
        parser.add_argument("--watch", action="store_true", help="go on until told to end")
        parser.add_argument(
            "--concurrency", type=int, default=2, metavar="N", help="jobs at the same time"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        batch = settings.MATERIAL_WORKER_BATCH if options["batch"] is None else options["batch"]
        if not 1 <= options["concurrency"] <= MAX_BATCH:
            raise CommandError(f"--concurrency must be 1 to {MAX_BATCH}.")
        if batch < 1:
            raise CommandError("--batch must be at least 1.")
        counts = dict.fromkeys(End, 0)
        # disable=None: no bar where nobody watches.
        with tqdm(desc="materials", unit="file", disable=None) as bar:

            def on_end(ended: Ended) -> None:
                counts[ended.end] += 1
                bar.update()

            crew = Crew(options["concurrency"], on_end)
            try:
                run(_work(crew, None if options["watch"] else batch))
            except DatabaseFailure as error:
                raise CommandError(
                    f"The database refused ({type(error).__name__}). Check DATABASE_URL."
                ) from error
            finally:
                end_runs()
        self.stdout.write(", ".join(f"{count} {end.value}" for end, count in counts.items()))


async def _work(crew: Crew, batch: int | None) -> None:
    """Works one batch, or until the process is told to end."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, _end, stop)
    observing.start()
    prepare()
    if batch is None:
        await crew.work_until(stop, GRACE_S)
        return
    working = asyncio.create_task(crew.work_batch(batch))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if stop.is_set():
        await asyncio.wait({working}, timeout=GRACE_S)
        working.cancel()
    stopping.cancel()
    with suppress(asyncio.CancelledError):
        await working


def _end(stop: asyncio.Event) -> None:
    """The first signal ends the work in its grace, and after that the process; so does time."""
    if not stop.is_set():
        stop.set()
        late = Timer(HASTE_S, os._exit, [1])
        late.daemon = True
        late.start()
