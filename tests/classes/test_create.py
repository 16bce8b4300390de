"""POST /v1/classes/create"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest

from classes.models import Classroom, Enrollment
from stemcore.supabase.tokens import PlatformUser
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.database import Superuser, fingerprint, superuser

ROUTE = "/v1/classes/create"


@contextmanager
def failing_enrollments() -> Iterator[None]:
    """The platform refuses enrollments for as long as the block runs."""
    superuser().execute("ALTER TABLE enrollments ADD CONSTRAINT refused CHECK (false) NOT VALID")
    try:
        yield
    finally:
        superuser().execute("ALTER TABLE enrollments DROP CONSTRAINT refused")


def body(user: PlatformUser, **changes: Any) -> dict[str, Any]:
    fields = {"user_id": str(user.id), "title": "Waves", "join_code": "WAVE-1"}
    return {**fields, **changes}


async def test_it_creates_a_class_with_its_teacher(api: Api, cast: Cast) -> None:
    sent = body(cast.stranger, subject=" Physics ", level="Grade 10", description="Sound, light.")
    class_id = UUID(data_of(await api.post(ROUTE, sent, user=cast.stranger))["class_id"])
    made = factories.row(Classroom, id=class_id)
    assert (made.owner_id, made.title, made.subject, made.level, made.description) == (
        cast.stranger.id,
        "Waves",
        "Physics",
        "Grade 10",
        "Sound, light.",
    )
    assert (made.join_code, made.archived, made.sandbox_id) == ("WAVE-1", False, None)
    enrolled = factories.row(Enrollment, classroom=class_id)
    assert (enrolled.user_id, enrolled.role) == (cast.stranger.id, "teacher")


async def test_it_takes_nulls_and_blanks_as_absent(api: Api, cast: Cast) -> None:
    sent = body(cast.teacher, subject=None, level="", description="  ", ai_provider="x", archived=1)
    class_id = data_of(await api.post(ROUTE, sent, user=cast.teacher))["class_id"]
    made = factories.row(Classroom, id=UUID(class_id))
    assert (made.subject, made.level, made.description) == (None, None, None)
    assert (made.ai_provider, made.archived) == ("openrouter", False)


async def test_it_keeps_any_text_storable(api: Api, cast: Cast) -> None:
    content = (
        b'{"user_id": "%s", "title": "cut \\ud83d", "join_code": "N\\u0000UL"}'
        % str(cast.teacher.id).encode()
    )
    class_id = data_of(await api.post(ROUTE, content=content, user=cast.teacher))["class_id"]
    made = factories.row(Classroom, id=UUID(class_id))
    assert (made.title, made.join_code) == ("cut \ufffd", "NUL")


@pytest.mark.parametrize("who", ["student", "guest_one", "guest_two"])
async def test_it_refuses_other_accounts(api: Api, cast: Cast, who: str) -> None:
    user, before = getattr(cast, who), fingerprint()
    response = await api.post(ROUTE, body(user), user=user)
    error_of(response, 403, "forbidden_account_type")
    assert fingerprint() == before


async def test_it_needs_a_profile(api: Api, database: Superuser) -> None:
    newcomer, before = factories.user(None), fingerprint()
    error_of(await api.post(ROUTE, body(newcomer), user=newcomer), 400, "profile_missing")
    assert fingerprint() == before


@pytest.mark.parametrize("code", ["wave-1", "WAVE-1", " Wave-1 "])
async def test_it_refuses_a_taken_code_in_any_letter_case(api: Api, cast: Cast, code: str) -> None:
    factories.classroom(cast.stranger, join_code="Wave-1")
    before = fingerprint()
    response = await api.post(ROUTE, body(cast.teacher, join_code=code), user=cast.teacher)
    error_of(response, 409, "join_code_conflict")
    assert fingerprint() == before


@pytest.mark.parametrize("code", ["W%", "WAVE__", "_____", "%"])
async def test_it_takes_wildcards_literally(api: Api, cast: Cast, code: str) -> None:
    factories.classroom(cast.stranger, join_code="WAVE1")
    data_of(await api.post(ROUTE, body(cast.teacher, join_code=code), user=cast.teacher))


async def test_it_gives_a_code_to_one_of_many_at_once(api: Api, cast: Cast) -> None:
    codes = ["once", "ONCE", "Once", "oNCE"] * 3
    answers = await asyncio.gather(
        *(api.post(ROUTE, body(cast.teacher, join_code=c), user=cast.teacher) for c in codes)
    )
    assert sorted(a.status_code for a in answers) == [200] + [409] * 11
    assert sum(c.join_code.lower() == "once" for c in factories.rows(Classroom)) == 1


async def test_it_leaves_no_class_without_its_teacher(api: Api, cast: Cast) -> None:
    cast_rows = fingerprint()
    with failing_enrollments():
        response = await api.post(ROUTE, body(cast.teacher), user=cast.teacher)
    error_of(response, 502, "class_create_error")
    assert fingerprint() == cast_rows


async def test_it_says_when_the_owner_is_unknown_to_the_platform(api: Api, cast: Cast) -> None:
    nobody = PlatformUser(uuid4())
    error_of(await api.post(ROUTE, body(nobody), user=nobody), 400, "profile_missing")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": " \u200b"}, "title"),
        ({"join_code": "\u2060"}, "join_code"),
        ({"title": 7}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"join_code": ""}, "join_code"),
        ({"join_code": " "}, "join_code"),
        ({"join_code": "x" * 65}, "join_code"),
        ({"user_id": "me"}, "user_id"),
        ({"subject": ["Physics"]}, "subject"),
    ],
)
async def test_it_names_the_field_that_does_not_fit(
    api: Api, cast: Cast, changes: dict[str, Any], field: str
) -> None:
    before = fingerprint()
    response = await api.post(ROUTE, body(cast.teacher, **changes), user=cast.teacher)
    error = error_of(response, 422, "validation_error")
    assert [fault["field"] for fault in error["details"]] == [field]
    assert field in error["message"]
    assert fingerprint() == before
