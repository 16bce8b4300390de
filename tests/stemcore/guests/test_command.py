"""manage.py guests"""

from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from stemcore.models import GuestSandbox
from tests import factories
from tests.cast import Cast
from tests.database import fingerprint
from tests.stemcore.guests.embeddings import (
    admissions,
    admit,
    as_platform,
    in_flight,
    owe,
    stored,
    total_in_flight,
)


def guests(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("guests", *arguments, stdout=out)
    return out.getvalue()


def test_status_shows_caps_and_use(cast: Cast, settings: Any) -> None:
    settings.GUEST_LIMITS = {**settings.GUEST_LIMITS, "quiz": 0}
    factories.update(cast.sandbox_one, chat_messages_used=50, embedding_operations_used=3)
    factories.update(cast.sandbox_two, chat_messages_used=2)
    admit(cast.sandbox_one, 60)
    admit(cast.sandbox_one, 60, active=False, feature="chat")
    lines = [line.split() for line in guests("status").splitlines()]
    assert ["Active", "sandboxes", "2"] in lines
    assert ["In", "flight", "1", "of", "20", "slots"] in lines
    assert ["Waiting", "for", "a", "slot", "1"] in lines
    assert ["chat", "50", "52", "50", "1", "1", "sandboxes"] in lines
    assert ["embedding", "15", "3", "3", "1", "0", "sandboxes"] in lines
    assert lines[-4][:2] == ["quiz", "off"]


def test_status_says_what_is_off(cast: Cast) -> None:
    admit(cast.sandbox_one, -1)
    as_platform("UPDATE guest_session_quota SET active_requests = 7 RETURNING scope")
    found = guests("status")
    assert "Left to be swept    1" in found
    assert "The platform counts 7 in flight: run reconcile." in found


def test_reconcile_says_when_all_is_right(cast: Cast) -> None:
    guests("reconcile")  # the cast's sandboxes were never counted
    admit(cast.sandbox_one, 60)
    before = fingerprint()["stem.guest_admissions"]
    assert guests("reconcile") == "Everything was right already.\n"
    assert fingerprint()["stem.guest_admissions"] == before
    assert in_flight(cast.sandbox_one) == (1, 1, 1)


def test_reconcile_brings_counters_back_to_the_truth(cast: Cast) -> None:
    admit(cast.sandbox_one, 60)
    admit(cast.sandbox_two, -1)
    factories.update(cast.sandbox_one, active_ai_requests=4)
    as_platform("UPDATE guest_session_quota SET active_requests = 9 RETURNING scope")
    found = guests("reconcile").splitlines()
    assert "expired admissions: 1 → 0" in found
    assert f"in flight of sandbox {cast.sandbox_one.id}: 4 → 1" in found
    assert "platform's total of sessions: 0 → 2" in found
    assert in_flight(cast.sandbox_one) == (1, 1, 1)
    assert stored(cast.sandbox_two).active_ai_requests == 0
    assert guests("reconcile") == "Everything was right already.\n"


def test_what_is_owed_is_shown_and_counted(cast: Cast) -> None:
    owe(cast.sandbox_one)
    assert "Still to be counted 1" in guests("status")
    assert "uses still to be counted: 1 → 0" in guests("reconcile")
    assert stored(cast.sandbox_one).embedding_operations_used == 1
    assert in_flight(cast.sandbox_one) == (0, 0, 0)


def test_reconcile_counts_what_the_platform_has_lost(cast: Cast) -> None:
    admit(cast.sandbox_one, 60)
    factories.update(cast.sandbox_one, active_ai_requests=0)
    as_platform("UPDATE guest_session_quota SET active_requests = 0 RETURNING scope")
    guests("reconcile")
    assert in_flight(cast.sandbox_one) == (1, 1, 1)


def test_expire_ends_a_sandbox(cast: Cast) -> None:
    admit(cast.sandbox_one, 60)
    admit(cast.sandbox_two, 60)
    assert "has ended" in guests("expire", str(cast.sandbox_one.id))
    ended = stored(cast.sandbox_one)
    assert (ended.status, ended.active_ai_requests) == ("expired", 0)
    assert total_in_flight() == 1
    assert stored(cast.sandbox_two).status == "active"


def test_expire_refuses_what_is_not_active(cast: Cast) -> None:
    factories.update(cast.sandbox_one, status="discarded")
    before = fingerprint()
    for sandbox_id in (cast.sandbox_one.id, uuid4()):
        with pytest.raises(CommandError, match="no active sandbox"):
            guests("expire", str(sandbox_id))
    assert fingerprint() == before


@pytest.mark.parametrize("arguments", [(), ("expire",), ("expire", "x"), ("delete",)])
def test_it_refuses_what_it_does_not_know(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        guests(*arguments)


def test_it_says_when_the_database_refuses(cast: Cast, database: Any) -> None:
    database.execute("ALTER TABLE stem.guest_admissions RENAME TO elsewhere")
    try:
        with pytest.raises(CommandError, match="DATABASE_URL"):
            guests("status")
    finally:
        database.execute("ALTER TABLE stem.elsewhere RENAME TO guest_admissions")
    assert factories.count(GuestSandbox) == 2
    assert admissions() == []
