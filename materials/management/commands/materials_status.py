"""`manage.py materials_status`: the queue, what failed and why, and how classes stand."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFailure

from materials import overview
from materials.embedding import current_model
from materials.errors import NoEmbeddingProvider
from stemcore.runtime import run

SHOWN = 20


class Command(BaseCommand):
    help = "Shows the queue of materials, failures by reason, and classes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help=f"more than {SHOWN} rows a table")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = overview.status.sync()
        except DatabaseFailure as error:
            raise CommandError(
                f"The database refused ({type(error).__name__}). Check DATABASE_URL."
            ) from error
        self._most = None if options["all"] else SHOWN
        self._queue(found.queue)
        self._failures(found.failures)
        self._classes(found.classes)

    def _queue(self, queue: list[overview.Waiting]) -> None:
        depth = sum(waiting.count for waiting in queue)
        oldest = max((waiting.oldest_s for waiting in queue), default=0)
        age = f", the oldest {_age(oldest)} old" if depth else ""
        self.stdout.write(f"Queue: {depth} jobs{age}")
        for waiting in queue:
            self.stdout.write(
                f"{waiting.count:>7}  {waiting.status:<11} oldest {_age(waiting.oldest_s)}"
            )

    def _failures(self, failures: list[overview.Failure]) -> None:
        self.stdout.write(f"\nFailed: {sum(failure.count for failure in failures)} materials")
        for failure in failures[: self._most]:
            self.stdout.write(f"{failure.count:>7}  {failure.reason}")
        self._rest(len(failures))

    def _classes(self, classes: list[overview.ClassState]) -> None:
        self.stdout.write("\n  files   ready waiting  failed  class")
        for one in classes[: self._most]:
            self.stdout.write(
                f"{one.materials:>7} {one.ready:>7} {one.waiting:>7} {one.failed:>7}"
                f"  {one.id}  {one.title}"
            )
        self._rest(len(classes))
        self._changed_models(classes)

    def _changed_models(self, classes: list[overview.ClassState]) -> None:
        try:
            current = run(_current_model())
        except NoEmbeddingProvider as failure:
            self.stdout.write(self.style.WARNING(failure.message))
            return
        for one in classes:
            if set(one.models) - {current}:
                self.stdout.write(
                    self.style.WARNING(
                        f"Class {one.id} has vectors of {', '.join(one.models)}, but {current} "
                        f"embeds now: run reprocess_materials --class {one.id} --reembed-only."
                    )
                )

    def _rest(self, count: int) -> None:
        if self._most is not None and count > self._most:
            self.stdout.write(f"         … and {count - self._most} more (--all shows them)")


async def _current_model() -> str:
    return current_model().last_name


def _age(seconds: int) -> str:
    return str(timedelta(seconds=max(0, seconds)))
