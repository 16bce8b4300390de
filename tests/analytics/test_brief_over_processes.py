"""The brief over two server processes: one generation, and a take-over after a crash."""

import asyncio
import json
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from stemcore.embedded.server import ServerHandle
from tests import factories
from tests.analytics.processes import servers
from tests.analytics.school import BRIEF, body, stored_brief, until, work
from tests.cast import Cast
from tests.chat.gates import Gate
from tests.client import Api, data_of
from tests.provider_fixtures import Providers
from tests.stubs.steps import answer, slow

PATH = "/v1/analytics/class-teaching-brief"
REQUESTS = 50


@pytest.fixture
def stale(cast: Cast) -> Cast:
    """A class whose brief was made yesterday."""
    work(cast)
    then = datetime.now(UTC) - timedelta(days=1)
    old = {**BRIEF, "misconceptions": [], "students_to_watch": [], "next_step": "Of yesterday."}
    factories.teaching_brief(cast.classroom, payload=old, generated_at=then, updated_at=then)
    return cast


@pytest.mark.proof
async def test_one_process_makes_it_and_another_takes_over_from_the_dead(
    stale: Cast, providers: Providers, database_server: ServerHandle
) -> None:
    gate = Gate(answer(json.dumps(BRIEF)))
    providers.openai.always(gate)
    with servers(2, database_server, providers) as running:
        (first, one), (_, other) = running
        async with (
            httpx.AsyncClient(base_url=one, timeout=60, trust_env=False) as at_one,
            httpx.AsyncClient(base_url=other, timeout=60, trust_env=False) as at_other,
        ):
            sides = [Api(at_one), Api(at_other)]

            async def ask(number: int = 0) -> Any:
                return data_of(await sides[number % 2].post(PATH, body(stale)))

            asking = [asyncio.create_task(ask(number)) for number in range(REQUESTS)]
            try:
                await until(lambda: sum(one.done() for one in asking) == REQUESTS - 1)
            finally:
                gate.opened.set()
                reports = await asyncio.gather(*asking)
            assert len(providers.prompts) == 1
            waited = [report for report in reports if report["status"] == "generating"]
            assert len(waited) == REQUESTS - 1
            assert {report["payload"]["next_step"] for report in waited} == {"Of yesterday."}
            (made,) = [report for report in reports if report["status"] == "ready"]
            assert made["payload"]["next_step"] == BRIEF["next_step"]

            then = datetime.now(UTC) - timedelta(days=1)
            factories.update(stored_brief(stale), generated_at=then, updated_at=then)
            providers.openai.always(slow(60))
            dying = asyncio.create_task(ask(0))
            await until(lambda: len(providers.prompts) == 2)
            first.send_signal(signal.SIGKILL)
            with pytest.raises(httpx.HTTPError):
                await dying
            providers.openai.always(answer(json.dumps(BRIEF)))
            assert (await ask(1))["status"] == "generating"
            assert len(providers.prompts) == 2
            then = datetime.now(UTC) - timedelta(minutes=5, seconds=1)
            factories.update(stored_brief(stale), updated_at=then)
            taken_over = await ask(1)
            assert (taken_over["status"], taken_over["is_stale"]) == ("ready", False)
            assert len(providers.prompts) == 3
