"""Traces as a collector receives them over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from stemcore import observing
from stemcore.runtime import runtime
from tests.cast import Cast
from tests.client import Api, data_of, error_of
from tests.provider_fixtures import Providers
from tests.stubs import steps
from tests.stubs.server import StubServer

GENERATE = "/v1/llm/generate"
PROMPT = {"system": "You are a tutor.", "user": "Why are leaves green?"}
ANSWER = "Because of chlorophyll."


@dataclass
class Collector:
    """Takes OTLP over HTTP, unless it is `gone`; `end` has the service send all it has."""

    raw: list[bytes] = field(default_factory=list)
    gone: bool = False

    def __post_init__(self) -> None:
        self.server = StubServer({("POST", "/v1/traces"): self._take})

    async def _take(self, request: web.Request) -> web.Response:
        if self.gone:
            assert request.transport is not None
            request.transport.abort()
        else:
            self.raw.append(await request.read())
        return web.Response(body=b"", content_type="application/x-protobuf")

    async def end(self) -> list[Span]:
        await runtime().parts.pop(observing.Watching).close()
        return [
            span
            for body in self.raw
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture
async def collector(settings: Any, open_clients: None) -> AsyncIterator[Collector]:
    made = Collector()
    with made.server:
        settings.OTLP_TRACES_URL = f"{made.server.url}/v1/traces"
        settings.METRICS_TOKEN = "beside-the-traces-there-are-metrics"
        observing.start()
        yield made
        if watching := runtime().parts.pop(observing.Watching, None):
            await watching.close()


def attributes(span: Span) -> dict[str, Any]:
    return {
        one.key: getattr(one.value, str(one.value.WhichOneof("value"))) for one in span.attributes
    }


async def test_a_request_holds_its_attempts_by_their_conventional_names(
    api: Api, providers: Providers, collector: Collector
) -> None:
    providers.openrouter.script(steps.error(401))
    providers.openai.script(steps.answer(ANSWER, usage=(11, 7, 18)))
    data_of(await api.post(GENERATE, PROMPT, headers={"x-request-id": "a-request"}))
    spans = await collector.end()
    first, second, request = spans
    assert request.name == f"POST {GENERATE}"
    assert request.kind == Span.SPAN_KIND_SERVER
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.route": GENERATE,
        "http.response.status_code": 200,
        "stem.request_id": "a-request",
    }
    assert {first.parent_span_id, second.parent_span_id} == {request.span_id}
    assert {span.trace_id for span in spans} == {request.trace_id}
    assert (first.name, first.status.code) == ("chat openai/gpt-4o-mini", Status.STATUS_CODE_ERROR)
    assert attributes(first) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openrouter",
        "gen_ai.request.model": "openai/gpt-4o-mini",
        "stem.purpose": "llm_generate",
        "stem.attempt": 1,
        "http.response.status_code": 401,
        "error.type": "access",
    }
    assert second.name == "chat gpt-4o-mini"
    assert attributes(second)["gen_ai.usage.input_tokens"] == 11
    assert attributes(second)["gen_ai.usage.output_tokens"] == 7
    assert second.status.code == Status.STATUS_CODE_UNSET


async def test_units_stand_under_their_request_and_a_callers_trace_goes_on(
    api: Api, cast: Cast, collector: Collector
) -> None:
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    body = {"class_id": str(cast.classroom.id), "user_id": str(cast.student.id)}
    response = await api.post(
        "/v1/chat/workspace/sessions/list",
        body,
        user=cast.student,
        headers={"traceparent": f"00-{trace}-{parent}-01"},
    )
    data_of(response)
    *units, request = await collector.end()
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (trace, parent)
    assert units
    for unit in units:
        assert unit.parent_span_id == request.span_id
        assert attributes(unit)["db.system.name"] == "postgresql"
        assert attributes(unit)["stem.lane"] == "short"


async def test_an_error_is_told_by_its_code_and_metrics_count_beside(
    api: Api, database: Any, collector: Collector
) -> None:
    error_of(await api.post(GENERATE, PROMPT, key="another"), 401, "unauthorized")
    metrics = await api.get(
        "/metrics", headers={"authorization": "Bearer beside-the-traces-there-are-metrics"}
    )
    (request,) = await collector.end()
    assert 'stem_request_errors_total{code="unauthorized",route="v1/llm/generate"}' in metrics.text
    assert attributes(request)["error.type"] == "unauthorized"
    assert request.status.code == Status.STATUS_CODE_UNSET


async def test_nothing_that_anybody_wrote_is_sent(
    api: Api, providers: Providers, collector: Collector
) -> None:
    providers.openrouter.script(steps.error(400), steps.malformed())
    providers.openai.script(steps.answer(ANSWER))
    await api.post(f"{GENERATE}?word=secretword", PROMPT)
    spans = await collector.end()
    sent = b"".join(collector.raw)
    assert len(spans) >= 3
    for words in ("leaves", "tutor", "chlorophyll", "secretword", "sk-secret", "127.0.0.1"):
        assert words.encode() not in sent


async def test_a_collector_that_is_away_costs_no_request(
    api: Api, providers: Providers, collector: Collector
) -> None:
    collector.gone = True
    data_of(await api.post(GENERATE, PROMPT))
    assert await collector.end() == []
