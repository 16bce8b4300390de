"""Metrics: what is counted and under which names, who may read it, and that nothing is when off."""

import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from stemcore import observing
from stemcore.embedded.server import ServerHandle
from stemcore.observing.folder import FOLDER, make_folder, shared_folder
from stemcore.providers.breaker import THRESHOLD
from stemcore.runtime import runtime
from tests import factories
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.processes import ROOT
from tests.provider_fixtures import Providers
from tests.service import service
from tests.stubs import steps

TOKEN = "metrics-token-of-the-tests-0123"
BEARER = {"authorization": f"Bearer {TOKEN}"}
GENERATE = "/v1/llm/generate"
ROUTE = "v1/llm/generate"
PROMPT = {"system": "You are a tutor.", "user": "Why are leaves green?"}

NAME = re.compile(r"stem_[a-z_]+")
SUFFIX = re.compile(r"_(?:bucket|count)$")

Numbers = dict[tuple[str, tuple[str, ...]], float]


def numbers(text: str) -> Numbers:
    """Samples by their name and their labels' values, in the order of the alphabet."""
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
async def watched(settings: Any, database: Any) -> AsyncIterator[None]:
    settings.METRICS_TOKEN = TOKEN
    observing.start()
    yield
    watching = runtime().parts.pop(observing.Watching)
    await watching.close()


async def scraped(api: Api) -> Numbers:
    response = await api.get("/metrics", headers=BEARER)
    assert response.status_code == 200
    return numbers(response.text)


Grown = Callable[..., Any]


@pytest.fixture
async def grown(api: Api, watched: None) -> Grown:
    """What a number has grown by since the test began; the process's other tests counted, too."""
    before = await scraped(api)

    async def grown(name: str, *labels: str) -> float:
        after, key = await scraped(api), (name, tuple(sorted(labels)))
        return after.get(key, 0.0) - before.get(key, 0.0)

    return grown


async def test_a_request_is_counted_by_its_route_and_status(
    api: Api, grown: Grown, providers: Providers
) -> None:
    data_of(await api.post(GENERATE, PROMPT))
    error_of(await api.post(GENERATE, {"system": 3}), 422, "validation_error")
    error_of(await api.post(GENERATE, PROMPT, key="another"), 401, "unauthorized")
    error_of(await api.post("/v1/somebody's/words", PROMPT), 404, "not_found")
    for route, status in [(ROUTE, "200"), (ROUTE, "422"), (ROUTE, "401"), ("none", "404")]:
        assert await grown("stem_request_seconds_count", route, status) == 1
    assert await grown("stem_request_errors_total", ROUTE, "validation_error") == 1
    assert (await scraped(api))["stem_requests_in_flight", ()] == 0


async def test_attempts_and_tokens_are_counted_by_provider_purpose_and_outcome(
    api: Api, grown: Grown, providers: Providers
) -> None:
    providers.openrouter.script(steps.error(401))
    providers.openai.script(steps.answer("Because.", usage=(11, 7, 18)))
    data_of(await api.post(GENERATE, PROMPT))
    attempts, tokens = "stem_provider_attempts_total", "stem_provider_tokens_total"
    assert await grown(attempts, "openrouter", "llm_generate", "access") == 1
    assert await grown(attempts, "openai", "llm_generate", "ok") == 1
    assert await grown(tokens, "openai", "llm_generate", "prompt") == 11
    assert await grown(tokens, "openai", "llm_generate", "completion") == 7
    assert await grown("stem_provider_attempt_seconds_count", "openai", "generation") == 1


async def test_a_circuit_is_open_until_an_attempt_succeeds(
    api: Api, grown: Grown, providers: Providers
) -> None:
    providers.configure("openai")
    circuit = "stem_provider_circuit_open", ("generation", "openai")
    providers.openai.always(steps.error(401))
    for _ in range(THRESHOLD):
        await api.post(GENERATE, PROMPT)
    assert (await scraped(api))[circuit] == 1
    providers.openai.always(None)
    data_of(await api.post(GENERATE, PROMPT))  # the only provider is asked all the same
    assert (await scraped(api))[circuit] == 0


async def test_units_are_counted_by_their_lane(api: Api, grown: Grown) -> None:
    data_of(await api.get("/readyz"))
    assert await grown("stem_lane_wait_seconds_count", "health") == 1
    assert await grown("stem_lane_run_seconds_count", "health") == 1


async def test_what_all_processes_share_is_read_of_the_database(
    api: Api, watched: None, cast: Cast
) -> None:
    material = factories.material(cast.classroom)
    factories.job(material, status="pending")
    factories.job(material, status="completed")
    found = await scraped(api)
    assert found["stem_database_up", ()] == 1
    assert found["stem_material_jobs", ("pending",)] == 1
    assert 0 <= found["stem_material_job_oldest_seconds", ("pending",)] < 600
    assert found["stem_guest_slots", ("taken",)] == 0
    assert found["stem_guest_slots", ("limit",)] == 20


async def test_the_page_and_the_dashboard_name_what_there_is(api: Api, watched: None) -> None:
    text = (await api.get("/metrics", headers=BEARER)).text
    known = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE stem_")}
    docs = ROOT / "docs"
    shown = set(NAME.findall((docs / "grafana-dashboard.json").read_text()))
    told = set(NAME.findall((docs / "observability.md").read_text()))
    assert {SUFFIX.sub("", name) for name in shown} == known
    assert {SUFFIX.sub("", name) for name in told} == known


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer "}, {"x-api-key": TOKEN}])
async def test_it_needs_the_token(api: Api, watched: None, headers: dict[str, str]) -> None:
    error_of(await api.get("/metrics", headers=headers), 401, "unauthorized")


async def test_it_is_read_and_not_written(api: Api, watched: None) -> None:
    error_of(await api.client.post("/metrics", headers=BEARER), 405, "method_not_allowed")


async def test_without_a_token_there_is_no_such_route(api: Api) -> None:
    for headers in ({}, {"authorization": "Bearer "}):
        error_of(await api.get("/metrics", headers=headers), 404, "not_found")


def test_a_folder_that_an_operator_names_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "numbers" / "of-both"))
    make_folder()
    make_folder()
    with shared_folder():
        assert os.environ[FOLDER] == str(tmp_path / "numbers" / "of-both")
    assert (tmp_path / "numbers" / "of-both").is_dir()


@pytest.mark.proof
def test_processes_on_one_port_tell_one_truth(database_server: ServerHandle, database: Any) -> None:
    name = database.info.dbname
    with service(database_server, name, {"METRICS_TOKEN": TOKEN}, workers=2) as running:
        parent = psutil.Process(running.process.pid)
        workers = serving(parent)
        folder = workers[0].environ()[FOLDER]
        asked = 40
        assert {get(f"{running.url}/healthz").status_code for _ in range(asked)} == {200}
        counted = asked + 1  # with the one that waited for the start
        wait_until(lambda: {healthz(running.url) for _ in range(10)} == {counted})
        workers[0].kill()
        wait_until(lambda: workers[0].pid not in {one.pid for one in serving(parent)})
        wait_until(lambda: len(serving(parent)) == 2)
        assert healthz(running.url) == counted
        assert f"_{workers[0].pid}.db" not in gauges(folder)
        assert gauges(folder).count(".db") >= 1
        assert numbers(get(f"{running.url}/metrics", **BEARER).text)["stem_database_up", ()] == 1
        running.relay.deafen()
        assert numbers(get(f"{running.url}/metrics", **BEARER).text)["stem_database_up", ()] == 0


def serving(parent: psutil.Process) -> list[psutil.Process]:
    """The processes that answer; Python's resource tracker is another child."""
    return [one for one in parent.children() if _serves(one)]


def _serves(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # a zombie, or taken away while it was looked at
        return False


def get(url: str, **headers: str) -> httpx.Response:
    """Over a connection of its own, which any of the processes may take."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        return client.get(url, headers=headers)


def healthz(url: str) -> float:
    """How many requests to `/healthz` whichever process answers says there were."""
    found = numbers(get(f"{url}/metrics", **BEARER).text)
    return found["stem_request_seconds_count", ("200", "healthz")]


def gauges(folder: str) -> str:
    return " ".join(file.name for file in Path(folder).glob("gauge_*"))


def wait_until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 120
    while not holds():
        assert monotonic() < end
        sleep(0.1)
