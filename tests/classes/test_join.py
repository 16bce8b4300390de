"""POST /v1/classes/join"""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from classes.models import Enrollment
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import Superuser, fingerprint

ROUTE = "/v1/classes/join"


def body(user: PlatformUser, code: Any) -> dict[str, Any]:
    return {"user_id": str(user.id), "join_code": code}


async def test_it_enrolls_a_student(api: Api, cast: Cast) -> None:
    code = cast.other_classroom.join_code
    answer = await api.post(ROUTE, body(cast.outsider, code), user=cast.outsider)
    assert data_of(answer) == {"class_id": str(cast.other_classroom.id)}
    enrolled = factories.row(Enrollment, user_id=cast.outsider.id)
    assert (enrolled.classroom_id, enrolled.role) == (cast.other_classroom.id, "student")


@pytest.mark.parametrize("code", ["ab-12", "AB-12", "  Ab-12\n", "\ufeffAb-\u00ad12\u200b "])
async def test_it_trims_and_ignores_letter_case(api: Api, cast: Cast, code: str) -> None:
    classroom = factories.classroom(cast.stranger, join_code="Ab-12")
    answer = await api.post(ROUTE, body(cast.outsider, code), user=cast.outsider)
    assert data_of(answer) == {"class_id": str(classroom.id)}


async def test_of_codes_that_differ_in_letter_case_the_very_one_counts(
    api: Api, cast: Cast
) -> None:
    older, younger = (
        factories.classroom(cast.stranger, join_code=code) for code in ("ab-12", "Ab-12")
    )
    for code, meant in (("Ab-12", younger), ("ab-12", older), ("AB-12", older)):
        answer = await api.post(ROUTE, body(cast.outsider, code), user=cast.outsider)
        assert data_of(answer) == {"class_id": str(meant.id)}


async def test_it_changes_nothing_the_second_time(api: Api, cast: Cast) -> None:
    before, sent = fingerprint(), body(cast.student, cast.classroom.join_code)
    answer = await api.post(ROUTE, sent, user=cast.student)
    assert data_of(answer) == {"class_id": str(cast.classroom.id)}
    assert fingerprint() == before


async def test_it_enrolls_once_of_many_at_once(api: Api, cast: Cast) -> None:
    sent = body(cast.outsider, cast.classroom.join_code)
    answers = await asyncio.gather(*(api.post(ROUTE, sent, user=cast.outsider) for _ in range(8)))
    assert {UUID(data_of(answer)["class_id"]) for answer in answers} == {cast.classroom.id}
    assert factories.count(Enrollment, user_id=cast.outsider.id) == 1


@pytest.mark.parametrize("code", ["NOPE", "%", "____", "MAT_", "'; --"])
async def test_it_knows_no_such_code(api: Api, cast: Cast, code: str) -> None:
    factories.classroom(cast.stranger, join_code="MATH")
    before = fingerprint()
    answer = await api.post(ROUTE, body(cast.outsider, code), user=cast.outsider)
    error_of(answer, 404, "class_not_found")
    assert fingerprint() == before


async def test_it_hides_archived_and_sandbox_classes(api: Api, cast: Cast) -> None:
    archived = factories.classroom(cast.teacher, join_code="OLD", archived=True)
    for classroom in (archived, cast.sandbox_classroom_one):
        sent = body(cast.outsider, classroom.join_code)
        error_of(await api.post(ROUTE, sent, user=cast.outsider), 404, "class_not_found")
    assert factories.count(Enrollment, user_id=cast.outsider.id) == 0


@pytest.mark.parametrize("who", ["teacher", "assistant", "stranger", "guest_one", "guest_two"])
async def test_it_refuses_other_accounts(api: Api, cast: Cast, who: str) -> None:
    user, before = getattr(cast, who), fingerprint()
    answer = await api.post(ROUTE, body(user, cast.classroom.join_code), user=user)
    error_of(answer, 403, "forbidden_account_type")
    assert fingerprint() == before


async def test_it_needs_a_profile(api: Api, database: Superuser) -> None:
    newcomer = factories.user(None)
    error_of(await api.post(ROUTE, body(newcomer, "ANY"), user=newcomer), 400, "profile_missing")


@pytest.mark.parametrize("code", [None, "", "   ", 7, ["X"], "x" * 65])
async def test_it_names_the_field_that_does_not_fit(api: Api, cast: Cast, code: Any) -> None:
    answer = await api.post(ROUTE, body(cast.outsider, code), user=cast.outsider)
    error = error_of(answer, 422, "validation_error")
    assert [fault["field"] for fault in error["details"]] == ["join_code"]
