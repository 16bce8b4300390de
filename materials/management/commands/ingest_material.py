"""`manage.py ingest_material`: a local file becomes a searchable material of a class."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from tqdm import tqdm

from classes.errors import ClassNotFound
from materials.errors import MaterialDelayed, MaterialFailed
from materials.extraction import Bounds, detect_kind
from materials.ingestion import Ingested, fail_material, process_material
from materials.local_files import LocalFile, add_local_file
from stemcore.providers import ProviderError
from stemcore.runtime import run
from stemcore.supabase.storage import StorageUnavailable, storage

FAILED = 1
USAGE = 2


class Command(BaseCommand):
    help = (
        "Adds a local PDF, DOCX or PPTX file to a class as a material and makes it searchable. "
        "The same file given again is processed anew and makes no second copy. Exit code 2: the "
        "file or the class is not usable, nothing was added. 1: processing failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--class", dest="class_id", type=UUID, required=True, metavar="ID")
        parser.add_argument("--title", help="title of the material (default: from the file's name)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        class_id = UUID(str(options["class_id"]))
        try:
            file = _read_file(path)
            done = run(self._ingest(class_id, file, options["title"]))
        except OperationalError:
            raise CommandError("The database cannot be reached.", returncode=FAILED) from None
        self.stdout.write(
            f"{file.name}: {done.chunk_count} chunks from {done.segment_count} segments are ready."
        )
        for warning in done.warnings:
            self.stdout.write(self.style.WARNING(f"  {warning}"))

    async def _ingest(self, class_id: UUID, file: LocalFile, title: str | None) -> Ingested:
        try:
            added = await add_local_file(class_id, file, title)
        except ClassNotFound:
            raise CommandError(f"There is no class {class_id}.", returncode=USAGE) from None
        if added.known:
            self.stdout.write("The class has this file already; it is processed anew.")
        try:
            await storage().store(added.path, file.content)
        except StorageUnavailable as error:
            self.stdout.write(
                self.style.WARNING(
                    f"{error.message} Without a copy there it cannot be reprocessed."
                )
            )
        try:
            # disable=None: no bar where nobody watches.
            with tqdm(desc=file.name, unit="chunk", disable=None) as bar:
                return await process_material(added.material_id, file.content, _shown_on(bar))
        except MaterialFailed as failure:
            raise CommandError(failure.message, returncode=FAILED) from None
        except (ProviderError, MaterialDelayed) as error:
            warning = error.message
            if isinstance(error, ProviderError):
                warning = f"The text could not be embedded: {warning} Please try again later."
            await fail_material(added.material_id, warning)
            raise CommandError(warning, returncode=FAILED) from None


def _shown_on(bar: "tqdm[Any]") -> Any:
    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)

    return show


def _read_file(path: Path) -> LocalFile:
    """The file, if it is one of a kind and size that can be processed."""
    try:
        detect_kind(None, None, path.name)
        if path.stat().st_size > Bounds().file_bytes:
            raise CommandError("The file is too large.", returncode=USAGE)
        return LocalFile(path.name, path.read_bytes())
    except MaterialFailed as failure:
        raise CommandError(failure.message, returncode=USAGE) from None
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.", returncode=USAGE) from None
