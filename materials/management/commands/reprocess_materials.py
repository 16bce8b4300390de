"""`manage.py reprocess_materials`: has materials processed, or only embedded, anew."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFailure
from tqdm import tqdm

from materials.embedding import EmbeddingModel, current_model
from materials.errors import MaterialFailed
from materials.reprocess import (
    Candidate,
    Selection,
    Stale,
    candidates,
    queue_all,
    reembed,
    stale_materials,
)
from stemcore.management.questions import require_yes
from stemcore.providers import ProviderError
from stemcore.runtime import run

ASKS_ABOVE = 50


class Command(BaseCommand):
    help = (
        "Queues materials to be processed anew; chunks that stay as they are keep their vectors. "
        "Interrupted, it goes on where it stopped: what waits in the queue is not queued again."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--material", type=UUID, metavar="ID", help="this material alone")
        parser.add_argument("--class", dest="class_id", type=UUID, metavar="ID", help="of a class")
        parser.add_argument("--status", choices=["failed", "processing", "ready"])
        parser.add_argument(
            "--stale-minutes", type=int, metavar="N", help="untouched for so many minutes"
        )
        parser.add_argument(
            "--reembed-only",
            action="store_true",
            help="keep the texts; embed, now, what another model has embedded",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument("--yes", action="store_true", help=f"do not ask above {ASKS_ABOVE}")

    def handle(self, *args: Any, **options: Any) -> None:
        selection = Selection(
            options["material"], options["class_id"], options["status"], options["stale_minutes"]
        )
        if selection.stale_minutes is not None and selection.stale_minutes < 0:
            raise CommandError("--stale-minutes must not be negative.")
        work = self._reembed if options["reembed_only"] else self._reprocess
        try:
            work(selection, dry=options["dry_run"], sure=options["yes"])
        except DatabaseFailure as error:
            raise CommandError(
                f"The database refused ({type(error).__name__}). Check DATABASE_URL, and run this "
                "again: it goes on where it stopped."
            ) from error

    def _reprocess(self, selection: Selection, *, dry: bool, sure: bool) -> None:
        found = candidates.sync(selection)
        chosen = [one for one in found if one.acting and not one.queued]
        waiting = sum(one.queued for one in found)
        if not self._go_on(f"{_files(len(chosen))} to be queued", len(chosen), dry=dry, sure=sure):
            self._table({"already queued": waiting, "sandbox ended": _ended(found)})
            return
        queued = 0
        with tqdm(desc="queued", unit="file", total=len(chosen), disable=None) as bar:
            for taken in queue_all(chosen):
                queued += taken
                bar.update()
        refused = len(chosen) - queued
        self._table(
            {
                "queued": queued,
                "already queued": waiting,
                "sandbox ended": _ended(found),
                "refused": refused,
            }
        )
        if queued:
            self.stdout.write("A worker takes them up: manage.py process_materials --watch")
        if refused:
            raise CommandError(f"{_files(refused)} could not be queued.")

    def _reembed(self, selection: Selection, *, dry: bool, sure: bool) -> None:
        try:
            model = run(_model())
        except MaterialFailed as failure:
            raise CommandError(failure.message) from None
        stale = stale_materials.sync(selection, model)
        chunks = sum(one.chunk_count for one in stale)
        told = f"{_files(len(stale))}, {chunks} chunks, to be embedded by {model.model}"
        if not self._go_on(told, len(stale), dry=dry, sure=sure):
            return
        with tqdm(desc="embedded", unit="chunk", total=chunks, disable=None) as bar:
            failures = run(_reembed_all(stale, model, bar))
        self._table({"embedded": len(stale) - len(failures), "failed": len(failures)})
        if failures:
            raise CommandError(f"{failures[-1]} Run this again: it goes on where it stopped.")

    def _go_on(self, told: str, count: int, *, dry: bool, sure: bool) -> bool:
        """Says what is to be done; whether it is, asking where it is much. No answer is no."""
        self.stdout.write(f"{told}.")
        if dry or not count:
            return False
        if count <= ASKS_ABOVE or sure:
            return True
        require_yes(self, "Go on?")
        return True

    def _table(self, counts: dict[str, int]) -> None:
        for name, count in counts.items():
            if count:
                self.stdout.write(f"{count:>7}  {name}")


async def _model() -> EmbeddingModel:
    return current_model()


async def _reembed_all(stale: list[Stale], model: EmbeddingModel, bar: "tqdm[Any]") -> list[str]:
    """Embeds material by material; why those that failed did."""
    failures = []
    for material in stale:
        try:
            await reembed(material, model)
        except (MaterialFailed, ProviderError) as failure:
            failures.append(failure.message)
        bar.update(material.chunk_count)
    return failures


def _ended(found: list[Candidate]) -> int:
    return sum(one.acting is None and not one.queued for one in found)


def _files(count: int) -> str:
    return "1 material" if count == 1 else f"{count} materials"
