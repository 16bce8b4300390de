"""Acting as the service or as a user leaves nothing behind."""

from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from classes.models import Classroom
from stemcore.supabase.acting import as_service, as_user
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("database")


def state() -> tuple[str, str, UUID | None]:
    """The role, the claims and the user of the next statement on this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user::text,"
            " coalesce(current_setting('request.jwt.claims', true), ''), auth.uid()"
        )
        role, claims, user_id = cursor.fetchone()
        return role, claims, user_id


NOBODY = ("stem_backend", "", None)


def test_it_acts_as_the_service() -> None:
    with as_service():
        assert state()[:2] == ("stem_backend", '{"role": "service_role"}')


def test_it_acts_as_a_user() -> None:
    user_id = uuid4()
    with as_user(user_id):
        role, _, acting = state()
    assert (role, acting) == ("authenticated", user_id)


def test_it_passes_more_claims_but_never_another_user() -> None:
    user_id = uuid4()
    with as_user(user_id, is_anonymous=True, sub=str(uuid4()), role="service_role"):
        role, claims, acting = state()
    assert (role, acting) == ("authenticated", user_id)
    assert '"is_anonymous": true' in claims


@pytest.mark.parametrize("acting", [as_service, lambda: as_user(uuid4())])
def test_it_leaves_nothing_on_the_connection(acting) -> None:  # type: ignore[no-untyped-def]
    with acting():
        pass
    assert state() == NOBODY


@pytest.mark.parametrize("acting", [as_service, lambda: as_user(uuid4())])
def test_it_leaves_nothing_in_the_surrounding_transaction(acting) -> None:  # type: ignore[no-untyped-def]
    with transaction.atomic():
        with acting():
            pass
        assert state() == NOBODY


def test_it_leaves_nothing_after_a_failure_inside() -> None:
    with transaction.atomic():
        with pytest.raises(RuntimeError), as_user(uuid4()):
            raise RuntimeError
        assert state() == NOBODY
    with pytest.raises(ProgrammingError), as_service(), connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column")
    assert state() == NOBODY


def test_it_returns_to_the_outer_actor() -> None:
    user_id = uuid4()
    with as_user(user_id):
        with as_service():
            assert '"service_role"' in state()[1]
        assert state()[0] == "authenticated"
        assert state()[2] == user_id


def test_it_sees_with_the_users_rights(cast: Cast) -> None:
    def visible(user_id: UUID) -> set[UUID]:
        with as_user(user_id):
            return set(Classroom.objects.values_list("id", flat=True))

    assert visible(cast.student.id) == {cast.classroom.id}
    assert visible(cast.stranger.id) == {cast.other_classroom.id}
    assert visible(cast.outsider.id) == set()
    assert visible(cast.guest_one.id) == {cast.sandbox_classroom_one.id}


def test_a_user_reaches_nothing_of_ours() -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied for schema stem"),
        as_user(uuid4()),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM stem.auth_user")
