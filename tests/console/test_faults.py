"""Pages while the database cuts, cancels and is silent: each is there, or a readable 503."""

import random
from collections import Counter
from collections.abc import Iterator
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import httpx
import psycopg
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from stemcore.embedded.server import ServerHandle
from tests.cast import make_cast
from tests.console.scene import set_scene
from tests.service import Service, service

STAFF = 6
ROUNDS = 3
AMONG = "FROM pg_stat_activity WHERE datname = %s AND usename = 'stem_backend'"
FAULTS = {
    "cut": f"SELECT pg_terminate_backend(pid) {AMONG}",
    "cancelled": f"SELECT pg_cancel_backend(pid) {AMONG} AND state = 'active'",
}


class Staff(Thread):
    """One who opens pages without a pause; `answers` are their status codes."""

    def __init__(self, url: str, session: str, pages: list[str], done: Event) -> None:
        super().__init__()
        self.answers: Counter[int] = Counter()
        self.unreadable: list[str] = []
        self._pages, self._done = pages, done
        self._client = httpx.Client(
            base_url=url, cookies={"sessionid": session}, timeout=60, trust_env=False
        )

    def run(self) -> None:
        source = random.Random(self.name)
        with self._client as client:
            while not self._done.is_set():
                answer = client.get(source.choice(self._pages))
                self.answers[answer.status_code] += 1
                if answer.status_code == 503 and "did not answer in time" not in answer.text:
                    self.unreadable.append(answer.text)


@pytest.fixture
def running(
    database_server: ServerHandle, filled_database: Any, worker_id: str, database: Any
) -> Iterator[Service]:
    with service(database_server, f"test_{worker_id}", {"SERVE": "console"}) as found:
        yield found


def _sessions() -> list[str]:
    found = []
    for number in range(STAFF):
        client = Client()
        client.force_login(get_user_model().objects.create_superuser(f"staff-{number}"))
        found.append(client.cookies["sessionid"].value)
    return found


@pytest.mark.proof
def test_each_page_comes_or_says_that_the_database_does_not_answer(
    running: Service, database_server: ServerHandle, worker_id: str
) -> None:
    pages = [*set_scene(make_cast()).values(), "/admin/stemcore/providercall/"]
    done = Event()
    staff = [Staff(running.url, session, pages, done) for session in _sessions()]
    for one in staff:
        one.start()
    try:
        _break(running, database_server, f"test_{worker_id}")
        answers = _answers(staff)
        before = answers[200]
        end = monotonic() + 60
        while answers[200] < before + STAFF and monotonic() < end:
            sleep(0.1)
            answers = _answers(staff)
    finally:
        done.set()
        for one in staff:
            one.join()
    assert answers[200] >= before + STAFF  # it has come back by itself
    assert set(answers) <= {200, 503}
    assert [text for one in staff for text in one.unreadable] == []


def _answers(staff: list[Staff]) -> Counter[int]:
    """All together; copied at once, since theirs go on growing."""
    return sum((one.answers.copy() for one in staff), Counter())


def _break(running: Service, server: ServerHandle, name: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as owner:
        for _ in range(ROUNDS):
            for statement in FAULTS.values():
                sleep(1)
                owner.execute(statement.encode(), [name])
            running.relay.hush()
    with psycopg.connect(server.url(name)) as owner:
        owner.execute("LOCK TABLE stem.django_session, stem.provider_calls")
        sleep(2)
