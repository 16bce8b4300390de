"""`process_materials`, `reprocess_materials` and `materials_status`, as an operator runs them."""

import asyncio
import signal
from io import StringIO
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from materials.models import Material, MaterialProcessingJob
from stemcore.embedded.server import ServerHandle
from tests import factories
from tests.cast import Cast
from tests.database import fingerprint, superuser
from tests.materials import files
from tests.materials.queue import chunks, enqueue, job, message_count, pass_time, stored, until
from tests.materials.worker_process import worker
from tests.provider_fixtures import Providers
from tests.stubs import steps
from tests.stubs.supabase import StorageStub

MOTION = files.text_pdf("Velocity is distance over time.", "Momentum is mass times velocity.")
GRACE_MOST_S = 60  # ten seconds are the command's own; the rest is a busy machine's


def call(name: str, *arguments: str) -> str:
    """What a command says. It runs here, since only the main thread gets signals."""
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def materials(cast: Cast, bucket: StorageStub, providers: Providers) -> list[Material]:
    """Three materials whose files lie in the bucket."""
    providers.configure("openai")
    made = [
        factories.material(cast.classroom, status="pending", metadata={"kind": "pdf"})
        for _ in range(3)
    ]
    bucket.files |= {material.storage_path: MOTION for material in made}
    return made


def test_it_works_a_batch_and_ends(
    materials: list[Material], database_server: ServerHandle, worker_id: str, bucket: StorageStub
) -> None:
    queued = [enqueue(material) for material in materials]
    bucket.files[materials[0].storage_path] = b"rubbish"
    process = worker(database_server, f"test_{worker_id}", bucket, "--batch", "2")
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "1 succeeded, 1 failed, 0 retried" in out
    assert [job(one.id).status for one in queued] == ["failed", "completed", "pending"]


def test_sigterm_ends_it_in_the_middle_of_a_download(
    materials: list[Material], database_server: ServerHandle, worker_id: str, bucket: StorageStub
) -> None:
    bucket.drip_s = 0.5
    queued = enqueue(materials[0])
    with worker(database_server, f"test_{worker_id}", bucket, "--watch") as process:
        try:
            _until(lambda: bucket.server.received)
            process.send_signal(signal.SIGTERM)
            began = monotonic()
            process.wait(GRACE_MOST_S)
        finally:
            process.kill()
    assert monotonic() - began < GRACE_MOST_S
    assert process.returncode == 0
    given_back = job(queued.id)
    assert (given_back.status, given_back.attempts) == ("retry", 0)
    assert stored(materials[0]).status == "processing"


def _until(holds: Any) -> None:
    asyncio.run(until(holds))


@pytest.mark.parametrize("options", [("--batch", "0"), ("--concurrency", "0")])
def test_it_refuses_what_cannot_be(database: Any, options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="must be"):
        call_command("process_materials", *options)


@pytest.mark.parametrize("command", ["process_materials", "reprocess_materials"])
def test_a_database_that_refuses_is_told_in_one_line(
    materials: list[Material], command: str
) -> None:
    superuser().execute("ALTER TABLE public.material_processing_jobs RENAME TO away")
    try:
        with pytest.raises(CommandError, match="Check DATABASE_URL"):
            call(command)
    finally:
        superuser().execute("ALTER TABLE public.away RENAME TO material_processing_jobs")


def test_reprocessing_twice_embeds_nothing_new_the_second_time(
    materials: list[Material], providers: Providers
) -> None:
    for material in materials:
        enqueue(material)
    call("process_materials", "--batch", "5")
    before = [[chunk.embedding for chunk in chunks(material)] for material in materials]
    made = len(providers.embedded)
    for _ in range(2):
        assert "3 materials to be queued." in call("reprocess_materials", "--dry-run")
        out = call("reprocess_materials")
        assert "3 materials to be queued." in out
        assert "3  queued" in out
        assert "3 succeeded" in call("process_materials", "--batch", "5")
    assert len(providers.embedded) == made
    assert [[chunk.embedding for chunk in chunks(material)] for material in materials] == before
    assert message_count() == 0


def test_a_dry_run_changes_nothing(materials: list[Material]) -> None:
    before = fingerprint()
    assert "3 materials to be queued." in call("reprocess_materials", "--dry-run")
    assert fingerprint() == before


def test_what_is_queued_already_is_not_queued_again(materials: list[Material]) -> None:
    enqueue(materials[0])
    out = call("reprocess_materials")
    assert "2 materials to be queued." in out
    assert "1  already queued" in out
    assert "0 materials to be queued." in call("reprocess_materials")
    assert factories.count(MaterialProcessingJob) == 3


def test_it_chooses_by_all_that_is_said(cast: Cast, materials: list[Material]) -> None:
    failed = factories.material(cast.classroom, status="failed")
    elsewhere = factories.material(cast.other_classroom, status="failed")

    def count(*options: str) -> str:
        return call("reprocess_materials", "--dry-run", *options).partition(" ")[0]

    assert count("--material", str(failed.id)) == "1"
    assert count("--material", str(uuid4())) == "0"
    assert count("--class", str(elsewhere.classroom_id)) == "1"
    assert count("--status", "failed") == "2"
    assert count("--status", "failed", "--class", str(cast.classroom.id)) == "1"


def test_stale_ones_are_those_that_nobody_touched(cast: Cast, bucket: StorageStub) -> None:
    stuck = factories.material(cast.classroom, status="processing")
    fresh = factories.material(cast.classroom, status="processing")
    superuser().execute("update public.materials set created_at = now() - interval '1 day'")
    factories.job(stuck, status="processing", attempts=1)
    pass_time(3600)
    factories.job(fresh, status="processing", attempts=1)
    out = call("reprocess_materials", "--status", "processing", "--stale-minutes", "30")
    assert "1  queued" in out
    assert message_count() == 1


def test_it_acts_for_a_guest_while_the_sandbox_lasts(cast: Cast, bucket: StorageStub) -> None:
    factories.material(cast.sandbox_classroom_one)
    factories.material(cast.sandbox_classroom_two)
    out = call("reprocess_materials")
    assert "1  queued" in out
    assert "1  sandbox ended" in out


@pytest.mark.parametrize("answer", ["n", ""])
def test_it_asks_before_many(
    cast: Cast, bucket: StorageStub, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    for _ in range(51):
        factories.material(cast.classroom)
    monkeypatch.setattr("sys.stdin", StringIO(f"{answer}\n" if answer else ""))
    before = fingerprint()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call("reprocess_materials")
    assert fingerprint() == before
    monkeypatch.setattr("sys.stdin", StringIO("y\n"))
    assert "51  queued" in call("reprocess_materials")


def test_it_embeds_anew_what_another_model_has_embedded(
    materials: list[Material], providers: Providers
) -> None:
    for material in materials:
        enqueue(material)
    call("process_materials", "--batch", "5")
    assert "0 materials, 0 chunks" in call("reprocess_materials", "--reembed-only")
    providers.configure("openai", embedding_model="text-embedding-3-large")
    assert "--reembed-only" in call("materials_status")
    before = fingerprint()
    told = "3 materials, 6 chunks, to be embedded by text-embedding-3-large."
    assert told in call("reprocess_materials", "--reembed-only", "--dry-run")
    assert fingerprint() == before
    texts = [[chunk.text for chunk in chunks(material)] for material in materials]
    out = call("reprocess_materials", "--reembed-only")
    assert told in out
    assert "3  embedded" in out
    assert "0 materials, 0 chunks" in call("reprocess_materials", "--reembed-only")
    assert [[chunk.text for chunk in chunks(material)] for material in materials] == texts
    assert {chunk.embedding_model for material in materials for chunk in chunks(material)} == {
        "text-embedding-3-large"
    }
    assert factories.count(MaterialProcessingJob) == 3
    assert "--reembed-only" not in call("materials_status")


def test_embedding_anew_goes_on_where_it_stopped(
    materials: list[Material], providers: Providers
) -> None:
    for material in materials:
        factories.chunk(material, embedding_model="old")
    providers.script_embeddings(steps.Step("vectors"), steps.error(400))
    with pytest.raises(CommandError, match="goes on where it stopped"):
        call("reprocess_materials", "--reembed-only")
    assert "1 material, 1 chunks" in call("reprocess_materials", "--reembed-only", "--dry-run")


def test_the_status_tells_depth_age_reasons_and_classes(
    cast: Cast, materials: list[Material], bucket: StorageStub
) -> None:
    queued = [enqueue(material) for material in materials]
    del bucket.files[materials[0].storage_path]
    call("process_materials", "--batch", "1")
    pass_time(600)
    out = call("materials_status")
    assert "Queue: 2 jobs, the oldest 0:10:" in out
    assert "2  pending" in out
    assert "Failed: 1 materials" in out
    assert f"1  {job(queued[0].id).last_error}" in out
    row = next(line for line in out.splitlines() if str(cast.classroom.id) in line)
    assert row.split()[:4] == ["3", "0", "2", "1"]


def test_the_status_of_nothing(database: Any, providers: Providers) -> None:
    out = call("materials_status")
    assert "Queue: 0 jobs" in out
    assert "Failed: 0 materials" in out
