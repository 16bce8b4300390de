"""Gemini, through google-genai: generateContent and batchEmbedContents."""

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, ClassVar

import certifi
import msgspec
from google import genai
from google.genai import errors, types
from google.genai._api_client import GOOGLE_AI_API_DEFAULT_VERSION

from stemcore.answers import OrNone
from stemcore.http import http_session
from stemcore.providers.base import KeyedProvider
from stemcore.providers.capabilities import ModelFacts, model_facts
from stemcore.providers.dialect import Dialect
from stemcore.providers.errors import AttemptFailed, FailureKind
from stemcore.providers.faults import fault_in, fault_of
from stemcore.providers.gemini_contents import calls_in, contents, tools_field
from stemcore.providers.tools import ToolCall
from stemcore.providers.types import Generation, Reply, Usage, Vectors
from stemcore.providers.wire import (
    CamelModel,
    Count,
    Objects,
    Word,
    read_body,
    read_vectors,
    retry_after_seconds,
    said,
    unread_vectors,
)
from stemcore.settings import ProviderSettings

# Google's own SDKs leave the version out of the address, its documentation's addresses have it.
_VERSIONED = re.compile(r"(.+)/(v\d+\w*)")
_SECONDS = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")

REFUSED = frozenset(
    {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"}
)
UNFINISHED = frozenset(
    {"OTHER", "MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL"}
    | {"TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE", "NO_IMAGE"}
)
CUT = "MAX_TOKENS"
"""Why an answer ended (ai.google.dev, "FinishReason"). With any other word it is whole."""


class _Content(CamelModel):
    parts: Any = None


class _Candidate(CamelModel):
    content: Annotated[_Content | None, OrNone] = None
    finish_reason: Word = ""

    @property
    def parts(self) -> Any:
        return self.content.parts if self.content else None

    @property
    def text(self) -> str:
        return said(self.parts)


class _PromptFeedback(CamelModel):
    block_reason: Word = ""


class _UsageMetadata(CamelModel):
    prompt_token_count: Count = None
    candidates_token_count: Count = None
    thoughts_token_count: Count = None
    total_token_count: Count = None


class _Answer(CamelModel):
    candidates: Annotated[list[_Candidate], Objects] = []
    prompt_feedback: Annotated[_PromptFeedback | None, OrNone] = None
    usage_metadata: Annotated[_UsageMetadata | None, OrNone] = None


class _Vector(msgspec.Struct):
    values: msgspec.Raw


class _Vectors(msgspec.Struct):
    embeddings: list[_Vector]


HOME = "https://generativelanguage.googleapis.com/"


class Gemini(KeyedProvider):
    """generativelanguage.googleapis.com."""

    name: ClassVar[str] = "gemini"
    home = HOME

    def __init__(self, config: ProviderSettings) -> None:
        super().__init__(config)
        self._client = _client(config)
        self._dialect = Dialect(model_facts(self.name, config.model))

    async def generate(self, generation: Generation) -> Reply:
        async def ask(facts: ModelFacts) -> Reply:
            return await self._ask(generation, facts)

        return await self._dialect.speak(generation, ask)

    def _body(self, generation: Generation, facts: ModelFacts) -> dict[str, Any]:
        return {
            **contents(
                generation,
                self.author,
                takes_system=facts.takes_system,
                takes_tools=facts.takes_tools,
                signed=facts.signs_calls,
            ),
            **(tools_field(generation) if facts.takes_tools else {}),
            "generationConfig": _config(generation, facts),
        }

    async def _ask(self, generation: Generation, facts: ModelFacts) -> Reply:
        with self._failures():
            path = f"{_named(self.config.model)}:generateContent"
            body = read_body(await self._post(path, self._body(generation, facts)))
            answer = _Answer.model_validate(body)
        candidate = next(iter(answer.candidates), None)
        calls = calls_in(candidate.parts, generation) if candidate else ()
        if candidate is None or not (candidate.text or calls):
            self._raise_what_came_instead(answer, body)
        if candidate is None:
            raise self.failed(FailureKind.EMPTY, "sent no answer")
        return self._reply(candidate, answer.usage_metadata, calls)

    def _raise_what_came_instead(self, answer: _Answer, body: Any) -> None:
        fault = fault_in(body)
        if fault is not None:
            raise fault.failure(self.name)
        if answer.prompt_feedback is not None and answer.prompt_feedback.block_reason:
            raise self.failed(FailureKind.REFUSED, "refused the prompt")

    def _reply(
        self, candidate: _Candidate, metadata: _UsageMetadata | None, calls: tuple[ToolCall, ...]
    ) -> Reply:
        """Raises AttemptFailed for an answer that did not come to its end, however much came."""
        reason = candidate.finish_reason.upper()
        if reason in REFUSED:
            raise self.failed(FailureKind.REFUSED, "refused to answer")
        if reason in UNFINISHED:
            raise self.failed(FailureKind.UNFINISHED, f"did not finish its answer ({reason})")
        if not (candidate.text or calls):
            raise self.empty(reason, _usage(metadata), starved=reason == CUT)
        return Reply(candidate.text, _usage(metadata), reason == CUT, calls)

    async def _embed_batch(self, inputs: Sequence[str], dimension: int) -> Vectors:
        model = _named(self.config.embedding_model)
        sized = {"outputDimensionality": dimension} if dimension else {}
        requests = [
            {"model": model, "content": {"parts": [{"text": text}]}, **sized} for text in inputs
        ]
        with self._failures():
            content = await self._post(f"{model}:batchEmbedContents", {"requests": requests})
            found = self._vectors(content, len(inputs))
            vectors = await read_vectors(vector.values for vector in found.embeddings)
        return Vectors(vectors, None)

    async def _post(self, path: str, body: dict[str, object]) -> bytes:
        """The body of a 200's answer, by the low-level call of the SDK's own methods.

        It leaves out the SDK's models, which cost more than all the rest, and would swallow an
        error within a 200.
        """
        response = await self._client.aio._api_client.async_request("post", path, body)
        return (response.body or "").encode("utf-8", "replace")

    def _vectors(self, content: bytes, inputs: int) -> _Vectors:
        try:
            return unread_vectors(content, _Vectors, inputs)
        except ValueError:
            fault = fault_in(read_body(content))
            if fault is not None:
                raise fault.failure(self.name) from None
            raise

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """As for all, and what the SDK raises besides."""
        try:
            with super()._failures():
                yield
        except errors.APIError as error:
            raise self._status_failure(error) from None

    def _status_failure(self, error: errors.APIError) -> AttemptFailed:
        details = error.details if isinstance(error.details, Mapping) else {}
        fault = replace(fault_in(details) or fault_of(details), status=error.code)
        return fault.failure(self.name, _wait(error))


def _client(config: ProviderSettings) -> genai.Client:
    context = _tls_context()
    versioned = _VERSIONED.fullmatch(config.base_url)
    base_url, version = versioned.groups() if versioned else (config.base_url, "")
    options = types.HttpOptions(
        # Both given, else the SDK takes them from the environment.
        base_url=base_url or HOME,
        api_version=version or GOOGLE_AI_API_DEFAULT_VERSION,
        # One attempt. Without retry options the SDK still asks a second time after a broken
        # connection, having slept for up to ten seconds.
        retry_options=types.HttpRetryOptions(attempts=1),
        aiohttp_client=http_session("gemini"),
        client_args={"verify": context, "trust_env": False},
        # A redirect would carry the key header to another host.
        async_client_args={"ssl": context, "verify": context, "allow_redirects": False},
    )
    return genai.Client(vertexai=False, api_key=config.api_key, http_options=options)


@cache
def _tls_context() -> ssl.SSLContext:
    """One for the process: the SDK would build four for each client, 20 ms of CPU each."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _named(model: str) -> str:
    """The resource name of a model."""
    return model if "/" in model else f"models/{model}"


def _config(generation: Generation, facts: ModelFacts) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if facts.tokens_field:
        config["maxOutputTokens"] = facts.tokens(generation.max_tokens)
    if facts.takes_temperature:
        config["temperature"] = generation.temperature
    schema = generation.answer_schema
    form = facts.format_for(schema, beside_tools=bool(generation.tools))
    if form != "plain":
        config["responseMimeType"] = "application/json"
    if schema is not None and form == "schema":
        config["responseJsonSchema"] = dict(schema.schema)
    return config


def _wait(error: errors.APIError) -> float | None:
    """Seconds to wait: Google puts them into the body (google.rpc.RetryInfo), not a header."""
    headers = getattr(error.response, "headers", None)
    found = retry_after_seconds(headers) if headers is not None else None
    if found is not None:
        return found
    match error.details:
        case {"error": {"details": [*details]}}:
            delays = [detail.get("retryDelay") for detail in details if isinstance(detail, dict)]
            waits = [_SECONDS.fullmatch(delay) for delay in delays if isinstance(delay, str)]
            return next((float(wait[1]) for wait in waits if wait), None)
    return None


def _usage(metadata: _UsageMetadata | None) -> Usage | None:
    """Thoughts are billed as output and count as completion tokens."""
    if metadata is None:
        return None
    written = metadata.candidates_token_count
    thought = metadata.thoughts_token_count
    completion = None if written is None and thought is None else (written or 0) + (thought or 0)
    return Usage(metadata.prompt_token_count, completion, metadata.total_token_count).known
