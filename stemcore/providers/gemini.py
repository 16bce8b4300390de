"""Gemini, through google-genai: generateContent and batchEmbedContents."""

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, ClassVar

import aiohttp
import certifi
from google import genai
from google.genai import errors, types
from pydantic import FiniteFloat, ValidationError

from stemcore.http import http_session
from stemcore.providers.base import KeyedProvider
from stemcore.providers.capabilities import model_facts
from stemcore.providers.errors import AttemptFailed, FailureKind, code_word, status_failure
from stemcore.providers.types import Generation, Reply, Usage, Vectors
from stemcore.providers.wire import CamelModel, CleanText, Count, read_body, retry_after_seconds
from stemcore.settings import ProviderSettings

_SECONDS = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s")


class _Part(CamelModel):
    text: CleanText = ""
    thought: bool = False


class _Content(CamelModel):
    parts: list[_Part] = []


class _Candidate(CamelModel):
    content: _Content = _Content()
    finish_reason: str | None = None


class _PromptFeedback(CamelModel):
    block_reason: str | None = None


class _UsageMetadata(CamelModel):
    prompt_token_count: Count = None
    candidates_token_count: Count = None
    thoughts_token_count: Count = None
    total_token_count: Count = None


class _Answer(CamelModel):
    candidates: list[_Candidate] = []
    prompt_feedback: _PromptFeedback | None = None
    usage_metadata: _UsageMetadata | None = None


class _Vector(CamelModel):
    values: list[FiniteFloat]


class _Vectors(CamelModel):
    embeddings: list[_Vector]


class Gemini(KeyedProvider):
    """generativelanguage.googleapis.com."""

    name: ClassVar[str] = "gemini"

    def __init__(self, config: ProviderSettings) -> None:
        super().__init__(config)
        self._client = _client(config)
        self._refused_schemas: set[str] = set()

    async def generate(self, generation: Generation) -> Reply:
        config = self._config(generation)
        schema = generation.answer_schema
        if schema is None:
            return await self._ask(generation, config)
        config["response_mime_type"] = "application/json"
        if schema.name not in self._refused_schemas:
            try:
                return await self._ask(
                    generation, {**config, "response_json_schema": dict(schema.schema)}
                )
            except AttemptFailed as failure:
                if failure.http_status != 400:
                    raise
        reply = await self._ask(generation, config)
        # Only an answer proves that the schema was the trouble.
        self._refused_schemas.add(schema.name)
        return reply

    def _config(self, generation: Generation) -> dict[str, Any]:
        facts = model_facts(self.name, self.config.model)
        config: dict[str, Any] = {
            "system_instruction": generation.system,
            "max_output_tokens": generation.max_tokens + facts.thinking_room,
            "automatic_function_calling": {"disable": True},
            # The body as text: our own models read it.
            "should_return_http_response": True,
        }
        if facts.takes_temperature:
            config["temperature"] = generation.temperature
        return config

    async def _ask(self, generation: Generation, config: Mapping[str, Any]) -> Reply:
        with self._failures():
            response = await self._client.aio.models.generate_content(
                model=self.config.model,
                contents=generation.user,
                config=types.GenerateContentConfig(**config),
            )
            answer = _Answer.model_validate(read_body(_body(response)))
        return self._reply(answer)

    def _reply(self, answer: _Answer) -> Reply:
        if not answer.candidates:
            feedback = answer.prompt_feedback
            if feedback is not None and feedback.block_reason:
                raise self.failed(FailureKind.REFUSED, "refused the prompt")
            raise self.failed(FailureKind.EMPTY, "sent no answer")
        candidate = answer.candidates[0]
        text = "".join(part.text for part in candidate.content.parts if not part.thought)
        if not text.strip():
            reason = code_word(candidate.finish_reason)
            raise self.failed(
                FailureKind.EMPTY, f"sent an empty answer{f' ({reason})' if reason else ''}"
            )
        return Reply(text, _usage(answer.usage_metadata))

    async def _embed_batch(self, inputs: Sequence[str], dimension: int) -> Vectors:
        # As contents, not as strings: newer models take a list of strings as the parts of one
        # document and answer with one embedding.
        contents: types.ContentListUnion = [
            types.Content(parts=[types.Part(text=text)]) for text in inputs
        ]
        with self._failures():
            response = await self._client.aio.models.embed_content(
                model=self.config.embedding_model,
                contents=contents,
                config=types.EmbedContentConfig(output_dimensionality=dimension or None),
            )
            found = _Vectors.model_validate(response.model_dump(include={"embeddings"}))
        return Vectors([vector.values for vector in found.embeddings], None)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turns what the SDK and its transport raise into our one failure.

        No cause is chained: its text may carry the prompt, the key or the address.
        """
        try:
            yield
        except errors.APIError as error:
            raise status_failure(self.name, error.code, error.status, _wait(error)) from None
        except (aiohttp.ClientError, OSError):
            raise self.failed(FailureKind.CONNECTION, "could not be reached") from None
        except (ValidationError, ValueError):
            raise self.failed(FailureKind.MALFORMED, "sent a malformed answer") from None


def _client(config: ProviderSettings) -> genai.Client:
    context = _tls_context()
    options = types.HttpOptions(
        base_url=config.base_url or None,
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


def _body(response: types.GenerateContentResponse) -> bytes:
    sent = response.sdk_http_response
    return ((sent.body if sent else None) or "").encode("utf-8", "replace")


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
    found = Usage(metadata.prompt_token_count, completion, metadata.total_token_count)
    return None if found == Usage(None, None, None) else found
