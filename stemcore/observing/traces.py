"""Traces in OpenTelemetry's form, sent by OTLP: request → unit of database work, and → attempt.

Attempts have the names of the GenAI conventions
(https://opentelemetry.io/docs/specs/semconv/gen-ai/), requests those of HTTP. No prompt, answer,
body, address or exception's text goes into a span.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from stemcore.context import request_id

if TYPE_CHECKING:
    from stemcore.api.request import ApiRequest
    from stemcore.database.runs import Run
    from stemcore.models import ProviderCall

SEND_S = 3.0
"""Time of one sending; a process that ends waits no longer for its last one."""

OPERATIONS = {"generation": "chat", "embedding": "embeddings"}
PROVIDERS = {"gemini": "gcp.gemini"}
"""Where the convention's name of a provider is not ours."""


class Traces:
    """The observer that makes spans."""

    def __init__(self, url: str) -> None:
        # A collector that is away would fill the log.
        logging.getLogger("opentelemetry").setLevel(logging.ERROR)
        self._provider = TracerProvider(resource=Resource.create({"service.name": "stem-backend"}))
        exporter = OTLPSpanExporter(endpoint=url, timeout=SEND_S)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("stemcore")
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request(self, request: "ApiRequest") -> Iterator[None]:
        parent = self._propagator.extract(request.headers)
        method = str(request.method)
        with self._span(method, SpanKind.SERVER, context=parent) as span:
            span.set_attributes(
                {"http.request.method": method, "stem.request_id": request_id.get()}
            )
            try:
                yield
            finally:
                _describe_answer(span, request)

    def unit(self, name: str, run: "Run") -> AbstractContextManager[None]:
        if not get_current_span().get_span_context().is_valid:
            return nullcontext()  # upkeep, which belongs to no request
        return self._unit(name, run)

    @contextmanager
    def _unit(self, name: str, run: "Run") -> Iterator[None]:
        with self._span(name, SpanKind.CLIENT) as span:
            span.set_attributes({"db.system.name": "postgresql", "stem.lane": run.lane.name})
            try:
                yield
            except BaseException as error:
                _fail(span, type(error).__qualname__)
                raise
            finally:
                if run.started:
                    span.set_attribute("stem.wait_ms", round((run.started - run.began) * 1000, 1))

    @contextmanager
    def attempt(self, row: "ProviderCall") -> Iterator[None]:
        operation = OPERATIONS[row.kind]
        with self._span(f"{operation} {row.model}", SpanKind.CLIENT) as span:
            span.set_attributes(
                {
                    "gen_ai.operation.name": operation,
                    "gen_ai.provider.name": PROVIDERS.get(row.provider, row.provider),
                    "gen_ai.request.model": row.model,
                    "stem.purpose": row.purpose,
                    "stem.attempt": row.attempt,
                }
            )
            try:
                yield
            finally:
                _describe_attempt(span, row)

    def _span(self, name: str, kind: SpanKind, **given: Any) -> AbstractContextManager[Span]:
        # An exception's text may repeat what somebody wrote, so it is not recorded.
        return self._tracer.start_as_current_span(
            name, kind=kind, record_exception=False, set_status_on_exception=False, **given
        )

    def circuit(self, provider: str, kind: str, is_open: bool) -> None:
        """Not a part of a trace."""

    def settle(self) -> None:
        """Spans are sent by their own thread."""

    async def close(self) -> None:
        await asyncio.to_thread(self._provider.shutdown)


def _describe_answer(span: Span, request: "ApiRequest") -> None:
    match, answer = request.resolver_match, request.answer
    if match is not None:
        span.update_name(f"{request.method} /{match.route}")
        span.set_attribute("http.route", f"/{match.route}")
    if answer is None:
        _fail(span, "client_gone")
        return
    span.set_attribute("http.response.status_code", answer.status_code)
    if answer.exception:
        # A refusal is the caller's error, not the server's.
        _fail(span, answer.data["code"], is_ours=answer.status_code >= 500)


def _describe_attempt(span: Span, row: "ProviderCall") -> None:
    if row.prompt_tokens is not None:
        span.set_attribute("gen_ai.usage.input_tokens", row.prompt_tokens)
    if row.completion_tokens is not None:
        span.set_attribute("gen_ai.usage.output_tokens", row.completion_tokens)
    if row.http_status is not None:
        span.set_attribute("http.response.status_code", row.http_status)
    if row.error_kind:
        _fail(span, str(row.error_kind))


def _fail(span: Span, what: str, *, is_ours: bool = True) -> None:
    span.set_attribute("error.type", what)
    if is_ours:
        span.set_status(StatusCode.ERROR)
