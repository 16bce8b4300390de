"""POST /v1/materials/dispatch."""

import json
from typing import Any
from uuid import uuid4

import pytest

from materials.models import Material, MaterialProcessingJob
from stemcore.embedded.platform import LOGIN
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import fingerprint, superuser
from tests.stubs.supabase import AuthStub, WorkerFunctionStub

ROUTE = "/v1/materials/dispatch"


@pytest.fixture
def material(cast: Cast) -> Material:
    return factories.material(cast.classroom, status="pending")


def body(material: Material, **more: Any) -> dict[str, Any]:
    return {"class_id": str(material.classroom_id), "material_id": str(material.id), **more}


def messages() -> list[dict[str, Any]]:
    rows = superuser().execute("SELECT message FROM pgmq.q_material_jobs ORDER BY msg_id")
    return [row["message"] for row in rows.fetchall()]


def jobs(material: Material) -> list[MaterialProcessingJob]:
    return factories.rows(MaterialProcessingJob, material=material)


async def test_it_queues_a_job_and_wakes_the_worker(
    api: Api, cast: Cast, material: Material, worker_function: WorkerFunctionStub
) -> None:
    answer = await api.post(ROUTE, body(material), user=cast.teacher)
    assert data_of(answer) == {"enqueued": True, "triggered": True}
    (job,) = jobs(material)
    assert (job.status, job.attempts) == ("pending", 0)
    (message,) = messages()
    assert message["job_id"] == str(job.id)
    (call,) = worker_function.server.received
    assert json.loads(call.body) == {"batchSize": 3}


@pytest.mark.parametrize("who", ["assistant", "guest_one"])
async def test_it_lets_every_teacher_of_the_class(
    api: Api, cast: Cast, who: str, worker_function: WorkerFunctionStub
) -> None:
    classroom = cast.sandbox_classroom_one if who == "guest_one" else cast.classroom
    material = factories.material(classroom)
    answer = await api.post(ROUTE, body(material), user=getattr(cast, who))
    assert data_of(answer)["enqueued"] is True


async def test_it_acts_with_the_claims_of_the_token(
    api: Api, cast: Cast, material: Material, auth_stub: AuthStub
) -> None:
    token = auth_stub.sign_in(cast.teacher.id)
    answer = await api.post(ROUTE, body(material, trigger_worker=False), token=token)
    assert data_of(answer) == {"enqueued": True, "triggered": False}


async def test_it_wakes_nobody_when_told_so(
    api: Api, cast: Cast, material: Material, worker_function: WorkerFunctionStub
) -> None:
    answer = await api.post(ROUTE, body(material, trigger_worker=False), user=cast.teacher)
    assert data_of(answer) == {"enqueued": True, "triggered": False}
    assert worker_function.server.received == []
    assert len(messages()) == 1


async def test_null_wakes_the_worker_as_nothing_does(
    api: Api, cast: Cast, material: Material, worker_function: WorkerFunctionStub
) -> None:
    answer = await api.post(ROUTE, body(material, trigger_worker=None), user=cast.teacher)
    assert data_of(answer)["triggered"] is True


@pytest.mark.parametrize(
    "script",
    [
        {"status": 500},
        {"status": 401},
        {"status": 302},
        {"raw": b"<html>"},
        {"answer": {"processed": "many"}},
        {"delay_s": 60.0},
        {"token": "another"},
    ],
)
async def test_a_worker_that_fails_does_not_fail_what_is_queued(
    api: Api,
    cast: Cast,
    material: Material,
    worker_function: WorkerFunctionStub,
    monkeypatch: pytest.MonkeyPatch,
    script: dict[str, Any],
) -> None:
    monkeypatch.setattr("materials.edge.WAKE_TIMEOUT_S", 0.3)
    for name, value in script.items():
        setattr(worker_function, name, value)
    answer = await api.post(ROUTE, body(material), user=cast.teacher)
    assert data_of(answer) == {"enqueued": True, "triggered": False}
    assert len(messages()) == 1


@pytest.mark.parametrize("unset", ["MATERIAL_WORKER_TOKEN", "MATERIAL_WORKER_FUNCTION_URL"])
async def test_a_worker_that_is_not_configured_is_not_woken(
    api: Api,
    cast: Cast,
    material: Material,
    worker_function: WorkerFunctionStub,
    settings: Any,
    unset: str,
) -> None:
    setattr(settings, unset, "")
    answer = await api.post(ROUTE, body(material), user=cast.teacher)
    assert data_of(answer)["triggered"] is False


@pytest.mark.parametrize("who", ["student", "outsider", "stranger", "guest_one"])
async def test_it_refuses_who_does_not_teach_the_class(
    api: Api, cast: Cast, material: Material, who: str
) -> None:
    before = fingerprint()
    answer = await api.post(ROUTE, body(material), user=getattr(cast, who))
    error_of(answer, 403, "forbidden")
    assert fingerprint() == before


async def test_it_refuses_a_class_that_is_not_there(
    api: Api, cast: Cast, material: Material
) -> None:
    told = body(material, class_id=str(uuid4()))
    error_of(await api.post(ROUTE, told, user=cast.teacher), 403, "forbidden")


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_it_knows_only_materials_of_the_class(
    api: Api, cast: Cast, material: Material, elsewhere: bool
) -> None:
    other = factories.material(cast.other_classroom).id if elsewhere else uuid4()
    before = fingerprint()
    answer = await api.post(ROUTE, body(material, material_id=str(other)), user=cast.teacher)
    error_of(answer, 404, "material_not_found")
    assert fingerprint() == before


async def test_it_refuses_a_body_that_speaks_for_another(
    api: Api, cast: Cast, material: Material
) -> None:
    before = fingerprint()
    sent = body(material, user_id=str(cast.student.id))
    error_of(await api.post(ROUTE, sent, user=cast.teacher), 403, "user_id_mismatch")
    assert fingerprint() == before
    sent = body(material, user_id=str(cast.teacher.id).upper())
    data_of(await api.post(ROUTE, sent, user=cast.teacher))


@pytest.mark.parametrize("field", ["class_id", "material_id"])
@pytest.mark.parametrize("value", [None, "", "no-uuid", 7])
async def test_it_names_the_field_that_does_not_fit(
    api: Api, cast: Cast, material: Material, field: str, value: Any
) -> None:
    answer = await api.post(ROUTE, body(material, **{field: value}), user=cast.teacher)
    assert field in error_of(answer, 422, "validation_error")["message"]


@pytest.mark.parametrize(
    ("harm", "mend"),
    [
        (
            "ALTER FUNCTION public.enqueue_material_job RENAME TO gone",
            "ALTER FUNCTION public.gone RENAME TO enqueue_material_job",
        ),
        # The code of a refusal, though the teacher is one.
        (
            "REVOKE EXECUTE ON FUNCTION public.enqueue_material_job FROM authenticated, public",
            "GRANT EXECUTE ON FUNCTION public.enqueue_material_job TO authenticated, public",
        ),
        (f"REVOKE authenticated FROM {LOGIN}", f"GRANT authenticated TO {LOGIN}"),
        (
            "ALTER TABLE pgmq.q_material_jobs RENAME TO away",
            "ALTER TABLE pgmq.away RENAME TO q_material_jobs",
        ),
    ],
)
async def test_trouble_of_ours_is_never_a_refusal(
    api: Api, cast: Cast, material: Material, harm: str, mend: str
) -> None:
    superuser().execute(harm.encode())
    try:
        answer = await api.post(ROUTE, body(material), user=cast.teacher)
    finally:
        superuser().execute(mend.encode())
    error_of(answer, 502, "dispatch_error")
    assert jobs(material) == []


async def test_again_it_reuses_the_job_in_flight(
    api: Api, cast: Cast, material: Material, worker_function: WorkerFunctionStub
) -> None:
    for _ in range(2):
        data_of(await api.post(ROUTE, body(material), user=cast.teacher))
    (job,) = jobs(material)
    assert {message["job_id"] for message in messages()} == {str(job.id)}


async def test_it_revives_a_material_whose_job_failed(
    api: Api, cast: Cast, material: Material, worker_function: WorkerFunctionStub
) -> None:
    failed = factories.job(material, status="failed", attempts=5, last_error="No.")
    data_of(await api.post(ROUTE, body(material), user=cast.teacher))
    new = next(job for job in jobs(material) if job.id != failed.id)
    assert (new.status, new.attempts) == ("pending", 0)


async def test_a_crowd_is_never_throttled(
    api: Api, cast: Cast, material: Material, worker_function: WorkerFunctionStub, settings: Any
) -> None:
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "1/h")
    for _ in range(4):
        data_of(await api.post(ROUTE, body(material), user=cast.teacher))
