"""OpenAI, and OpenRouter which speaks the same: chat completions and embeddings.

Requests go through the SDK's low-level `post`, which keeps its authentication, addressing and
error types, and leaves out its response models: they cost half of a call's CPU time, and ours
read the few fields that count.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, ClassVar

import aiohttp
import httpx2
import openai
from httpx_aiohttp.httpx2 import AiohttpTransport
from pydantic import FiniteFloat, ValidationError

from stemcore.http import http_session
from stemcore.providers.base import KeyedProvider
from stemcore.providers.capabilities import model_facts
from stemcore.providers.errors import AttemptFailed, FailureKind, code_word, status_failure
from stemcore.providers.schemas import strict_schema
from stemcore.providers.types import AnswerSchema, Generation, Reply, Usage, Vectors
from stemcore.providers.wire import CleanText, Count, WireModel, read_body, retry_after_seconds
from stemcore.settings import ProviderSettings

SCHEMA_REFUSED = frozenset({400, 404, 422})
"""Statuses by which servers say that they do not know JSON schemas, or not this one."""

SESSION_ID_LENGTH = 256


class _Usage(WireModel):
    prompt_tokens: Count = None
    completion_tokens: Count = None
    total_tokens: Count = None


class _Part(WireModel):
    text: CleanText = ""


class _Message(WireModel):
    content: CleanText | list[_Part] | None = None
    refusal: CleanText | None = None


class _Choice(WireModel):
    message: _Message
    finish_reason: str | None = None


class _Fault(WireModel):
    code: int | str | None = None


class _Completion(WireModel):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: _Fault | None = None


class _Embedding(WireModel):
    embedding: list[FiniteFloat]
    index: int | None = None


class _Embeddings(WireModel):
    data: list[_Embedding]
    usage: _Usage | None = None


class OpenAIShaped(KeyedProvider):
    """A provider with OpenAI's wire format."""

    def __init__(self, config: ProviderSettings) -> None:
        super().__init__(config)
        self._client = _client(self.name, config, self._headers())
        self._refused_schemas: set[str] = set()

    def _headers(self) -> dict[str, str]:
        return {}

    def _extras(self, generation: Generation) -> dict[str, Any]:
        """Fields of the request body that only this provider knows."""
        return {}

    async def generate(self, generation: Generation) -> Reply:
        body = self._body(generation)
        schema = generation.answer_schema
        if schema is None:
            return await self._complete(body)
        if schema.name not in self._refused_schemas:
            try:
                return await self._complete({**body, "response_format": _schema_format(schema)})
            except AttemptFailed as failure:
                if failure.http_status not in SCHEMA_REFUSED:
                    raise
        reply = await self._complete({**body, "response_format": {"type": "json_object"}})
        # Only an answer proves that the schema was the trouble.
        self._refused_schemas.add(schema.name)
        return reply

    def _body(self, generation: Generation) -> dict[str, Any]:
        facts = model_facts(self.name, self.config.model)
        body: dict[str, Any] = {
            "model": self.config.model,
            "messages": [
                {"role": "system", "content": generation.system},
                {"role": "user", "content": generation.user},
            ],
            facts.tokens_field: generation.max_tokens + facts.thinking_room,
        }
        if facts.takes_temperature:
            body["temperature"] = generation.temperature
        return body | self._extras(generation)

    async def _complete(self, body: Mapping[str, Any]) -> Reply:
        with self._failures():
            response = await self._post("/chat/completions", body)
            completion = _Completion.model_validate(read_body(response.content))
        return self._reply(completion)

    def _reply(self, completion: _Completion) -> Reply:
        if completion.error is not None and not completion.choices:
            raise self._error_in_body(completion.error)
        if not completion.choices:
            raise self.failed(FailureKind.EMPTY, "sent no answer")
        choice = completion.choices[0]
        content = choice.message.content or ""
        text = content if isinstance(content, str) else "".join(part.text for part in content)
        if text.strip():
            return Reply(text, _usage(completion.usage))
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise self.failed(FailureKind.REFUSED, "refused to answer")
        reason = code_word(choice.finish_reason)
        raise self.failed(
            FailureKind.EMPTY, f"sent an empty answer{f' ({reason})' if reason else ''}"
        )

    def _error_in_body(self, fault: _Fault) -> AttemptFailed:
        """OpenRouter answers 200 and puts the error of the model's host into the body."""
        status = fault.code if isinstance(fault.code, int) and fault.code >= 400 else 502
        return status_failure(self.name, status, fault.code)

    async def _embed_batch(self, inputs: Sequence[str], dimension: int) -> Vectors:
        body: dict[str, Any] = {
            "model": self.config.embedding_model,
            "input": list(inputs),
            "encoding_format": "float",
        }
        if dimension:
            body["dimensions"] = dimension
        with self._failures():
            response = await self._post("/embeddings", body)
            found = _Embeddings.model_validate_json(response.content)
        return Vectors(self._in_order(found.data), _usage(found.usage))

    def _in_order(self, data: list[_Embedding]) -> list[list[float]]:
        """The vectors by their index; a server that sends no index at all sends them in order."""
        if all(item.index is None for item in data):
            return [item.embedding for item in data]
        by_index = {item.index: item.embedding for item in data}
        if set(by_index) != set(range(len(data))):
            raise self.failed(FailureKind.MALFORMED, "numbered its embeddings wrongly")
        return [by_index[index] for index in range(len(data))]

    async def _post(self, path: str, body: Mapping[str, Any]) -> httpx2.Response:
        return await self._client.post(
            path,
            cast_to=httpx2.Response,
            body=body,
            options={"security": {"bearer_auth": True}},
        )

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Turns what the SDK and its transport raise into our one failure.

        No cause is chained: its text may carry the prompt, the key or the address.
        """
        try:
            yield
        except openai.APIStatusError as error:
            wait = retry_after_seconds(error.response.headers)
            code = error.code or error.type
            raise status_failure(self.name, error.status_code, code, wait) from None
        except (openai.OpenAIError, aiohttp.ClientError, OSError):
            # The SDK's timeout error too: without a timeout of our own it means that the
            # connection broke, which the transport reports as a timeout.
            raise self.failed(FailureKind.CONNECTION, "could not be reached") from None
        except (ValidationError, ValueError):
            raise self.failed(FailureKind.MALFORMED, "sent a malformed answer") from None


class OpenAI(OpenAIShaped):
    """api.openai.com, or any server that speaks like it."""

    name: ClassVar[str] = "openai"


class OpenRouter(OpenAIShaped):
    """openrouter.ai, which wants to know the app and takes a session and prompt transforms."""

    name: ClassVar[str] = "openrouter"

    def _headers(self) -> dict[str, str]:
        named = {"HTTP-Referer": self.config.site_url, "X-Title": self.config.app_name}
        # Header values are ASCII; an app's name need not be.
        return {
            name: value.encode("ascii", "replace").decode()
            for name, value in named.items()
            if value
        }

    def _extras(self, generation: Generation) -> dict[str, Any]:
        extras: dict[str, Any] = {}
        if generation.session_id:
            extras["session_id"] = generation.session_id[:SESSION_ID_LENGTH]
        if generation.transforms:
            extras["transforms"] = list(generation.transforms)
        return extras


def _client(name: str, config: ProviderSettings, headers: Mapping[str, str]) -> openai.AsyncOpenAI:
    # `verify` would build a TLS context that the given session never uses.
    transport = AiohttpTransport(verify=False, client=http_session(name))
    client = openai.AsyncOpenAI(
        api_key=config.api_key,
        base_url=config.base_url or "https://api.openai.com/v1",
        max_retries=0,
        timeout=None,
        default_headers=headers,
        http_client=httpx2.AsyncClient(
            transport=transport,
            trust_env=False,
            timeout=None,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        ),
    )
    # The SDK takes these from the environment, and would send them to OpenRouter as well.
    client.organization = client.project = None
    return client


def _schema_format(schema: AnswerSchema) -> dict[str, Any]:
    strict = strict_schema(schema.schema)
    described = {
        "name": schema.name,
        "schema": schema.schema if strict is None else strict,
        "strict": strict is not None,
    }
    return {"type": "json_schema", "json_schema": described}


def _usage(usage: _Usage | None) -> Usage | None:
    if usage is None:
        return None
    found = Usage(usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
    return None if found == Usage(None, None, None) else found
