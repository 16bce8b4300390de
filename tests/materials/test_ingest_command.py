"""`manage.py ingest_material`: a local file becomes a searchable material."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from materials.local_files import safe_name, title_from_name
from materials.models import Material, MaterialChunk
from tests import factories
from tests.cast import Cast
from tests.database import fingerprint
from tests.materials import files
from tests.stubs import steps


def ingest(path: Path, class_id: Any, *options: str) -> str:
    """Runs the command as a process would, in a thread with an event loop of its own."""
    out = StringIO()
    arguments = (str(path), "--class", str(class_id), *options)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(call_command, "ingest_material", *arguments, stdout=out).result(30)
    return out.getvalue()


@pytest.fixture
def lecture(tmp_path: Path) -> Path:
    path = tmp_path / "laws of_motion.pdf"
    path.write_bytes(files.text_pdf("Force is mass times acceleration."))
    return path


def test_it_adds_a_file_and_makes_it_ready(cast: Cast, providers: Any, lecture: Path) -> None:
    out = ingest(lecture, cast.classroom.id)
    row = factories.row(Material, classroom=cast.classroom)
    assert "1 chunks from 1 segments are ready" in out
    assert (row.status, row.title, row.mime_type) == ("ready", "Laws of motion", "application/pdf")
    assert row.storage_path.startswith("local/")
    assert row.storage_path.endswith("/laws-of_motion.pdf")
    assert row.size_bytes == lecture.stat().st_size
    assert factories.count(MaterialChunk, material=row) == 1


def test_it_carries_the_sandbox_of_the_class(cast: Cast, providers: Any, lecture: Path) -> None:
    ingest(lecture, cast.sandbox_classroom_one.id, "--title", "Mine")
    row = factories.row(Material, classroom=cast.sandbox_classroom_one)
    assert (row.sandbox_id, row.title) == (cast.sandbox_one.id, "Mine")


def test_it_makes_no_second_copy_of_a_file(cast: Cast, providers: Any, lecture: Path) -> None:
    ingest(lecture, cast.classroom.id)
    first = factories.row(Material, classroom=cast.classroom)
    renamed = lecture.rename(lecture.with_name("other.pdf"))
    out = ingest(renamed, cast.classroom.id, "--title", "Newton")
    second = factories.row(Material, classroom=cast.classroom)
    assert "already" in out
    assert (second.id, second.title) == (first.id, "Newton")
    assert factories.count(MaterialChunk, material=second) == 1
    ingest(renamed, cast.other_classroom.id)
    assert factories.count(Material) == 2


def test_it_shows_the_warnings(cast: Cast, providers: Any, lecture: Path, settings: Any) -> None:
    settings.PDF_TEXT_PAGE_LIMIT = 1
    lecture.write_bytes(files.text_pdf("One", "Two"))
    assert "first 1 of 2 pages" in ingest(lecture, cast.classroom.id)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("film.mp4", b"x", "PDF, DOCX or PPTX"), ("missing.pdf", None, "No such file")],
)
def test_it_refuses_a_file_that_is_not_usable(
    cast: Cast, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    before = fingerprint()
    if content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=words) as refused:
        ingest(tmp_path / name, cast.classroom.id)
    assert refused.value.returncode == 2
    assert fingerprint() == before


def test_it_refuses_a_class_that_is_not_there(cast: Cast, lecture: Path) -> None:
    before = fingerprint()
    with pytest.raises(CommandError, match="There is no class") as refused:
        ingest(lecture, uuid4())
    assert refused.value.returncode == 2
    assert fingerprint() == before


def test_it_says_why_a_file_failed(cast: Cast, providers: Any, lecture: Path) -> None:
    lecture.write_bytes(b"rubbish")
    with pytest.raises(CommandError, match="damaged") as failed:
        ingest(lecture, cast.classroom.id)
    assert failed.value.returncode == 1
    assert factories.row(Material, classroom=cast.classroom).status == "failed"


def test_it_fails_the_material_when_no_provider_embeds(
    cast: Cast, providers: Any, lecture: Path
) -> None:
    providers.configure("openai")
    providers.always_embeddings(steps.error(400))
    with pytest.raises(CommandError, match="could not be embedded"):
        ingest(lecture, cast.classroom.id)
    row = factories.row(Material, classroom=cast.classroom)
    assert row.status == "failed"
    assert "try again later" in row.metadata["warnings"][0]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a b.PDF", "a-b.pdf"),
        ("../../etc/passwd.docx", "passwd.docx"),
        ("Übung ∑.pptx", "bung.pptx"),
        ("…….pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_it_makes_names_safe_for_a_storage_path(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_it_makes_a_title_of_a_name() -> None:
    assert title_from_name("cell-respiration_2.pdf") == "Cell respiration 2"
    assert title_from_name("---.pdf") == "Untitled"
