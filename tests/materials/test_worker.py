"""The worker: each job ends, with a reason where it failed, whatever happens to the worker."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from materials import jobs
from materials.extraction import Bounds
from materials.ingestion import AGAIN
from materials.jobs import Claim, ClaimLost, take
from materials.models import Material
from materials.worker.crew import Crew
from materials.worker.local import LocalWorker
from materials.worker.work import End, work
from stemcore.runtime import runtime
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of
from tests.database import superuser
from tests.materials import files
from tests.materials.platform_worker import PlatformWorker
from tests.materials.queue import (
    chunks,
    enqueue,
    errors_of,
    job,
    lose_messages,
    message_count,
    pass_time,
    stored,
    until,
)
from tests.provider_fixtures import Providers
from tests.stubs import steps
from tests.stubs.supabase import StorageStub

MOTION = files.text_pdf("Velocity is distance over time.", "Momentum is mass times velocity.")
LATER = 24 * 3600


@pytest.fixture
def material(cast: Cast, bucket: StorageStub, providers: Providers) -> Material:
    """A material whose file lies in the bucket."""
    providers.configure("openai")
    made = factories.material(cast.classroom, status="pending", metadata={"kind": "pdf"})
    bucket.files[made.storage_path] = MOTION
    return made


async def take_one() -> Claim:
    (claim,) = (await take(1)).claims
    return claim


async def test_it_makes_a_queued_material_searchable(material: Material) -> None:
    queued = enqueue(material)
    done = await Crew(2).work_batch(3)
    assert (done.processed, done.succeeded, done.errors) == (1, 1, ())
    ended = job(queued.id)
    assert (ended.status, ended.attempts, ended.last_error, ended.locked_at) == (
        "completed",
        1,
        None,
        None,
    )
    assert stored(material).status == "ready"
    assert [chunk.source_index for chunk in chunks(material)] == [1, 2]
    assert message_count() == 0


async def test_an_empty_queue_is_no_work(cast: Cast) -> None:
    assert (await Crew(1).work_batch(5)).processed == 0


async def test_the_route_works_it_in_local_mode(
    api: Api, material: Material, settings: Any
) -> None:
    settings.MATERIAL_WORKER_MODE = "local"
    enqueue(material)
    data = data_of(await api.post("/v1/materials/process", {"batch_size": 5}))
    assert data == {
        "triggered": True,
        "processed": 1,
        "succeeded": 1,
        "failed": 0,
        "retried": 0,
        "errors": [],
    }


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("notes.pdf", None, "no longer there"),
        ("notes.pdf", b"rubbish", "save it again"),
        ("../../etc/passwd", None, "no longer there"),
        ("a//b.pdf", None, "no longer there"),
        ("film.mp4", b"film", "not supported"),
        ("notes.pdf", b"%" * (Bounds().file_bytes + 1), "too large"),
    ],
)
async def test_what_cannot_succeed_ends_at_once_with_what_to_do(
    cast: Cast,
    bucket: StorageStub,
    providers: Providers,
    path: str,
    content: bytes | None,
    words: str,
) -> None:
    material = factories.material(
        cast.classroom, status="pending", storage_path=path, mime_type=None
    )
    if content is not None:
        bucket.files[path] = content
    queued = enqueue(material)
    done = await Crew(1).work_batch(1)
    assert (done.failed, done.retried) == (1, 0)
    assert words in done.errors[0]
    ended = job(queued.id)
    assert (ended.status, ended.attempts, ended.last_error) == ("failed", 1, done.errors[0])
    assert stored(material).status == "failed"
    assert errors_of(material) == [done.errors[0]]
    assert message_count() == 0


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"status": 500}, "status 500"),
        ({"status": 503}, "status 503"),
        ({"status": 302}, "status 302"),
        ({"key": "another"}, "SUPABASE_SERVICE_ROLE_KEY"),
        ({"status": 404, "body": {"error": "Bucket not found"}}, "no bucket"),
        ({"cut": 10}, "could not be reached"),
    ],
)
async def test_what_is_no_fault_of_the_file_is_tried_again(
    material: Material, bucket: StorageStub, script: dict[str, Any], words: str
) -> None:
    for name, value in script.items():
        setattr(bucket, name, value)
    queued = enqueue(material)
    done = await Crew(1).work_batch(1)
    assert (done.failed, done.retried) == (0, 1)
    assert words in done.errors[0]
    assert "127.0.0.1" not in done.errors[0]
    waiting = job(queued.id)
    assert (waiting.status, waiting.last_error, waiting.locked_at) == (
        "retry",
        done.errors[0],
        None,
    )
    assert stored(material).status == "processing"


async def test_retries_wait_longer_each_time_and_end_with_a_warning(
    material: Material, providers: Providers
) -> None:
    providers.always_embeddings(steps.error(400))
    queued = enqueue(material)
    crew, waits = Crew(1), []
    for attempt in range(1, 6):
        done = await crew.work_batch(1)
        assert job(queued.id).attempts == attempt
        assert (done.retried, done.failed) == ((1, 0) if attempt < 5 else (0, 1))
        waits.append(await _seconds_until_due() if attempt < 5 else 0)
    assert waits[:4] == sorted(waits[:4])
    assert 2 <= waits[0] <= 10
    assert waits[3] > 60
    (warning,) = errors_of(material)
    assert "not at fault" in warning
    assert "status 400" in warning
    ended = job(queued.id)
    assert (ended.status, ended.locked_at) == ("failed", None)
    assert "status 400" in (ended.last_error or "")
    assert stored(material).status == "failed"
    assert message_count() == 0
    pass_time(LATER)
    assert (await crew.work_batch(1)).processed == 0


async def _seconds_until_due() -> int:
    """Lets time go by until the job may be tried again; how long that took."""
    waited = 0
    while not _due_jobs():
        pass_time(1)
        waited += 1
    return waited


def _due_jobs() -> int:
    statement = (
        f"select count(*) as n from public.material_processing_jobs where {jobs._RETRY_IS_DUE}"
    )
    values = {"first_delay": jobs.FIRST_DELAY_S, "longest_delay": jobs.LONGEST_DELAY_S}
    row = superuser().execute(statement.encode(), values).fetchone()
    assert row is not None
    return int(row["n"])


async def test_a_retry_is_not_taken_before_its_time(
    material: Material, providers: Providers
) -> None:
    providers.script_embeddings(steps.error(400))
    enqueue(material)
    crew = Crew(1)
    assert (await crew.work_batch(1)).retried == 1
    superuser().execute("update pgmq.q_material_jobs set vt = now()")
    assert (await crew.work_batch(1)).processed == 0
    pass_time(10)
    assert (await crew.work_batch(1)).succeeded == 1
    assert message_count() == 0
    assert errors_of(material) == []


async def test_a_failed_reprocess_leaves_a_ready_material_ready(
    material: Material, bucket: StorageStub
) -> None:
    enqueue(material)
    await Crew(1).work_batch(1)
    before = [chunk.id for chunk in chunks(material)]
    for _ in range(2):
        bucket.files[material.storage_path] = b"rubbish"
        enqueue(material)
        assert (await Crew(1).work_batch(1)).failed == 1
        row = stored(material)
        assert row.status == "ready"
        (warning,) = row.metadata["warnings"]
        assert warning.startswith(AGAIN)
        assert "save it again" in warning
        assert [chunk.id for chunk in chunks(material)] == before
    bucket.files[material.storage_path] = MOTION
    enqueue(material)
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert errors_of(material) == []


async def test_unchanged_chunks_keep_their_embeddings(
    material: Material, bucket: StorageStub, providers: Providers
) -> None:
    enqueue(material)
    await Crew(1).work_batch(1)
    assert len(providers.embedded) == 1
    vectors = [chunk.embedding for chunk in chunks(material)]
    enqueue(material)
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert len(providers.embedded) == 1
    assert [chunk.embedding for chunk in chunks(material)] == vectors
    bucket.files[material.storage_path] = files.text_pdf(
        "Velocity is distance over time.", "Force changes momentum."
    )
    enqueue(material)
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert providers.embedded[-1].body["input"] == ["Force changes momentum."]
    assert {chunk.embedding_model for chunk in chunks(material)} == {"text-embedding-3-small"}


async def test_another_model_embeds_everything_anew(
    material: Material, providers: Providers
) -> None:
    enqueue(material)
    await Crew(1).work_batch(1)
    providers.configure("openai", embedding_model="text-embedding-3-large")
    enqueue(material)
    await Crew(1).work_batch(1)
    assert len(providers.embedded[-1].body["input"]) == 2
    assert {chunk.embedding_model for chunk in chunks(material)} == {"text-embedding-3-large"}


async def test_vectors_of_two_models_are_never_mixed(
    material: Material, bucket: StorageStub, providers: Providers
) -> None:
    enqueue(material)
    await Crew(1).work_batch(1)
    providers.configure("openai", "gemini")
    providers.openai.always_embeddings(steps.error(400))
    bucket.files[material.storage_path] = files.text_pdf(
        "Velocity is distance over time.", "Force changes momentum."
    )
    enqueue(material)
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert {chunk.embedding_provider for chunk in chunks(material)} == {"gemini"}


async def test_one_job_has_one_holder(material: Material) -> None:
    enqueue(material)
    taken = await asyncio.gather(*(take(1) for _ in range(8)))
    assert sum(len(one.claims) for one in taken) == 1


async def test_a_dead_workers_job_is_taken_over_when_its_lock_has_run_out(
    material: Material,
) -> None:
    queued = enqueue(material)
    dead = await take_one()
    lose_messages()
    assert (await take(1)).claims == ()
    pass_time(16 * 60)
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert job(queued.id).attempts == 2
    assert (await work(dead)).end is End.LOST
    assert job(queued.id).status == "completed"
    assert len(chunks(material)) == 2


async def test_a_worker_that_lost_its_job_stores_nothing(
    material: Material, providers: Providers
) -> None:
    queued = enqueue(material)
    claim = await take_one()

    def taken_over(_: Any) -> steps.Step:
        superuser().execute("update public.material_processing_jobs set attempts = attempts + 1")
        return steps.Step("vectors")

    providers.script_embeddings(taken_over)
    assert (await work(claim)).end is End.LOST
    assert (job(queued.id).status, job(queued.id).attempts) == ("processing", 2)
    assert stored(material).status == "processing"
    assert chunks(material) == []


async def test_it_renews_its_claim_while_it_works(material: Material) -> None:
    queued = enqueue(material)
    claim = await take_one()
    pass_time(600)
    before = job(queued.id).locked_at
    assert await jobs.renew(claim)
    after = job(queued.id).locked_at
    assert before is not None
    assert after is not None
    assert after > before


async def test_one_that_finds_its_claim_lost_is_cut_off(
    material: Material, bucket: StorageStub, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MATERIAL_JOB_LOCK_MINUTES = 0.002
    bucket.delay_s = 60
    enqueue(material)
    claim = await take_one()
    superuser().execute("update public.material_processing_jobs set attempts = attempts + 1")
    claim_then = Claim(claim.job_id, claim.material_id, claim.class_id, claim.attempt + 1)
    working = asyncio.create_task(work(claim_then))
    await asyncio.sleep(0.3)
    superuser().execute("update public.material_processing_jobs set attempts = attempts + 1")
    async with asyncio.timeout(20):
        assert (await working).end is End.LOST


@pytest.mark.parametrize("status", ["pending", "retry", "processing"])
async def test_the_sweep_finds_jobs_without_a_message(material: Material, status: str) -> None:
    factories.job(material, status=status, attempts=1)
    if status == "pending":
        assert (await take(1)).claims == ()
    pass_time(3700)
    assert (await Crew(1).work_batch(1)).succeeded == 1


async def test_one_that_is_cut_off_gives_its_job_back(
    material: Material, bucket: StorageStub
) -> None:
    bucket.drip_s = 0.05
    queued = enqueue(material)
    working = asyncio.create_task(Crew(1).work_batch(1))
    await until(lambda: bucket.server.received)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    given_back = job(queued.id)
    assert (given_back.status, given_back.attempts, given_back.locked_at) == ("retry", 0, None)
    bucket.drip_s = None
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert job(queued.id).attempts == 1


async def test_an_interruption_each_time_ends_it_and_does_not_blame_the_file(
    material: Material,
) -> None:
    queued = enqueue(material)
    for _ in range(5):
        await take_one()
        pass_time(16 * 60)
    done = await Crew(1).work_batch(1)
    assert done.failed == 1
    assert job(queued.id).status == "failed"
    (warning,) = errors_of(material)
    assert "not at fault" in warning
    assert "interrupted" in warning


async def test_it_lives_beside_the_platforms_worker(material: Material) -> None:
    platform = PlatformWorker(superuser())
    queued = enqueue(material)
    claim = await take_one()
    pass_time(301)  # the message comes back while we hold the job
    superuser().execute("update public.material_processing_jobs set locked_at = now()")
    assert platform.work(5) == 0
    assert message_count() == 0
    assert (await work(claim)).end is End.SUCCEEDED
    assert job(queued.id).status == "completed"
    enqueue(material)
    assert platform.work(5) == 1
    assert (await Crew(1).work_batch(5)).processed == 0
    assert [chunk.text for chunk in chunks(material)] == ["By the platform."]


async def test_a_job_whose_message_the_platform_deleted_is_not_lost(
    material: Material,
) -> None:
    enqueue(material)
    PlatformWorker(superuser()).work(5, processes=False)
    assert message_count() == 0
    pass_time(3700)
    assert (await Crew(1).work_batch(1)).succeeded == 1


async def test_messages_that_lead_nowhere_are_deleted(material: Material) -> None:
    for payload in (f'{{"job_id": "{uuid4()}"}}', "{}", "[]", "null", '{"job_id": 7}', '"text"'):
        superuser().execute("select pgmq.send('material_jobs', %s::jsonb)", [payload])
    assert (await Crew(1).work_batch(25)).processed == 0
    assert message_count() == 0


async def test_a_deleted_material_ends_its_job_quietly(
    material: Material, providers: Providers
) -> None:
    def delete(_: Any) -> steps.Step:
        superuser().execute("delete from public.materials where id = %s", [material.id])
        return steps.Step("vectors")

    providers.script_embeddings(delete)
    enqueue(material)
    done = await Crew(1).work_batch(1)
    assert done.processed == 1
    assert chunks(material) == []


async def test_settling_a_lost_claim_is_refused(material: Material) -> None:
    enqueue(material)
    claim = await take_one()
    superuser().execute("update public.material_processing_jobs set attempts = attempts + 1")
    with pytest.raises(ClaimLost):
        await jobs.retry_later(claim, "no")
    assert await jobs.release(claim) is False


async def test_one_file_that_hangs_does_not_hold_up_the_others(
    cast: Cast, material: Material, bucket: StorageStub
) -> None:
    fine = factories.material(cast.classroom, status="pending", metadata={"kind": "pdf"})
    bucket.files[fine.storage_path] = MOTION
    bucket.drip_s = 0.05
    enqueue(material)
    stop = asyncio.Event()
    working = asyncio.create_task(Crew(2).work_until(stop, 0.1))
    await until(lambda: bucket.server.received)
    bucket.drip_s = None
    second = enqueue(fine)
    await until(lambda: job(second.id).status == "completed")
    stop.set()
    await working
    assert stored(material).status in {"processing", "ready"}


async def test_in_local_mode_dispatch_has_it_processed_behind_the_request(
    api: Api, cast: Cast, material: Material, settings: Any
) -> None:
    settings.MATERIAL_WORKER_MODE = "local"
    body = {"class_id": str(material.classroom_id), "material_id": str(material.id)}
    answer = await api.post("/v1/materials/dispatch", body, user=cast.teacher)
    assert data_of(answer) == {"enqueued": True, "triggered": True}
    await until(lambda: stored(material).status == "ready")
    assert len(chunks(material)) == 2
    working = runtime().part(LocalWorker)._working
    assert working is not None
    await working  # looks into the queue once more, and might find the next test's job there


async def test_a_closing_service_gives_back_what_it_works(
    material: Material, bucket: StorageStub
) -> None:
    bucket.drip_s = 0.05
    queued = enqueue(material)
    local = LocalWorker()
    local.wake()
    await until(lambda: bucket.server.received)
    await local.close()
    assert (job(queued.id).status, job(queued.id).attempts) == ("retry", 0)


async def test_a_file_with_more_than_can_be_searched_says_so(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("materials.ingestion.MAX_CHARS", 39)
    enqueue(material)
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert sum(len(chunk.text) for chunk in chunks(material)) == 39
    (warning,) = errors_of(material)
    assert "the first 39 of 63 characters" in warning
    monkeypatch.undo()
    monkeypatch.setattr("materials.ingestion.MAX_CHUNKS", 1)
    enqueue(material)
    assert (await Crew(1).work_batch(1)).succeeded == 1
    assert len(chunks(material)) == 1
    assert "the first 1 of 2 passages" in errors_of(material)[0]
