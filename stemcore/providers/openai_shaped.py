"""OpenAI, and OpenRouter which speaks the same: chat completions and embeddings.

The SDK knows where requests go and which headers they carry, and makes them once for each path.
The rest of it, its request and response models and its HTTP client, costs four times what the
exchange itself does, and would hide how a body is wrong; ours read the few fields that count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Any, ClassVar

import aiohttp
import httpx2
import msgspec
import openai
from openai._models import FinalRequestOptions
from pydantic import BeforeValidator, TypeAdapter

from stemcore.answers import OrNone
from stemcore.http import exchange, http_session
from stemcore.providers.base import KeyedProvider
from stemcore.providers.capabilities import ModelFacts, model_facts
from stemcore.providers.chat_messages import calls_in, messages, thoughts_in, tools_field
from stemcore.providers.dialect import Dialect
from stemcore.providers.errors import AttemptFailed, FailureKind
from stemcore.providers.faults import fault_in, fault_of, is_error
from stemcore.providers.schemas import strict_schema
from stemcore.providers.tools import ToolCall
from stemcore.providers.types import AnswerSchema, Generation, Reply, Usage, Vectors
from stemcore.providers.wire import (
    Count,
    Objects,
    WireModel,
    Word,
    body_bytes,
    glance,
    read_body,
    read_vectors,
    retry_after_seconds,
    said,
    unread_vectors,
)
from stemcore.settings import ProviderSettings

SESSION_ID_LENGTH = 256

CHAT, EMBEDDINGS = "/chat/completions", "/embeddings"

_Address = tuple[str, Mapping[str, str]]
_OF_ONE_REQUEST = frozenset({"host", "content-length"})

REFUSED = frozenset(
    {"content_filter", "content_filtered", "safety", "recitation", "blocklist", "refusal", "spii"}
    | {"prohibited_content", "sensitive", "guardrail_intervened"}
)
UNFINISHED = frozenset(
    {"error", "abort", "aborted", "cancelled", "canceled", "timeout", "network_error", "other"}
    | {"malformed_function_call", "malformed_response", "unexpected_tool_call"}
    | {"insufficient_system_resource"}
)
CUT = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})
"""Why an answer ended, by the words of OpenAI and, through OpenRouter, of other vendors. With any
other word, or none, it is whole."""


class _Usage(WireModel):
    prompt_tokens: Count = None
    completion_tokens: Count = None
    total_tokens: Count = None


class _Message(WireModel):
    model_config = {"extra": "allow"}

    content: Any = None
    refusal: Any = None

    @property
    def rest(self) -> dict[str, Any]:
        """Its other fields: calls and thoughts."""
        return self.model_extra or {}


def _message(value: Any) -> Any:
    """Some servers put the text where the message belongs."""
    return value if isinstance(value, dict) else {"content": value}


class _Choice(WireModel):
    message: Annotated[_Message, BeforeValidator(_message)] = _Message()
    text: Any = None
    finish_reason: Word = ""
    native_finish_reason: Word = ""
    error: Any = None

    @property
    def content(self) -> str:
        return said(self.message.content) or said(self.text)

    @property
    def reasons(self) -> frozenset[str]:
        return frozenset({self.finish_reason.lower(), self.native_finish_reason.lower()})


class _Completion(WireModel):
    choices: Annotated[list[_Choice], Objects] = []
    usage: Annotated[_Usage | None, OrNone] = None
    error: Any = None


_NULL = msgspec.Raw(b"null")
_usage_seen, _index_seen = TypeAdapter(_Usage | None), TypeAdapter(int | None)


class _Embedding(msgspec.Struct):
    embedding: msgspec.Raw
    index: msgspec.Raw = _NULL


class _Embeddings(msgspec.Struct):
    data: list[_Embedding]
    usage: msgspec.Raw = _NULL


HOME = "https://api.openai.com/v1"


class OpenAIShaped(KeyedProvider):
    """A provider with OpenAI's wire format."""

    home = HOME

    def __init__(self, config: ProviderSettings) -> None:
        super().__init__(config)
        self._session = http_session(self.name)
        self._addresses = _addresses(config, self._headers())
        self._dialect = Dialect(model_facts(self.name, config.model))

    def _headers(self) -> dict[str, str]:
        return {}

    def _extras(self, generation: Generation) -> dict[str, Any]:
        """Fields of the request body that only this provider knows."""
        return {}

    async def generate(self, generation: Generation) -> Reply:
        async def ask(facts: ModelFacts) -> Reply:
            return await self._complete(generation, self._body(generation, facts))

        return await self._dialect.speak(generation, ask)

    def _body(self, generation: Generation, facts: ModelFacts) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.config.model,
            "messages": messages(
                generation,
                self.author,
                takes_system=facts.takes_system,
                takes_tools=facts.takes_tools,
            ),
        }
        if facts.takes_tools:
            body |= tools_field(generation)
        if facts.tokens_field:
            body[facts.tokens_field] = facts.tokens(generation.max_tokens)
        if facts.takes_temperature:
            body["temperature"] = generation.temperature
        schema = generation.answer_schema
        form = facts.format_for(schema, beside_tools=bool(generation.tools))
        if schema is not None and form != "plain":
            body["response_format"] = (
                _schema_format(schema) if form == "schema" else {"type": "json_object"}
            )
        return body | self._extras(generation)

    async def _complete(self, generation: Generation, body: Mapping[str, Any]) -> Reply:
        with self._failures():
            found = read_body(await self._post(CHAT, body))
            completion = _Completion.model_validate(found)
        choice = _first(completion.choices)
        calls = calls_in(choice.message.rest, generation) if choice else ()
        if choice is None or not (choice.content or calls):
            self._raise_fault_in(found)
        if choice is None:
            raise self.failed(FailureKind.EMPTY, "sent no answer")
        self._check_end(choice)
        return self._reply(choice, completion, calls)

    def _raise_fault_in(self, body: Any) -> None:
        """OpenRouter answers 200 and puts the error of the model's host into the body."""
        fault = fault_in(body)
        if fault is not None:
            raise fault.failure(self.name)

    def _check_end(self, choice: _Choice) -> None:
        """Raises AttemptFailed for an answer that did not come to its end, however much came."""
        if is_error(choice.error):
            raise fault_of(choice.error).failure(self.name)
        if choice.reasons & REFUSED:
            raise self.failed(FailureKind.REFUSED, "refused to answer")
        if "error" in choice.reasons:
            raise self.failed(FailureKind.SERVER, "broke its answer off")
        if choice.reasons & UNFINISHED:
            raise self.failed(FailureKind.UNFINISHED, "did not finish its answer")

    def _reply(
        self, choice: _Choice, completion: _Completion, calls: tuple[ToolCall, ...]
    ) -> Reply:
        text, cut = choice.content, bool(choice.reasons & CUT)
        if text or calls:
            if is_error(completion.error) and not choice.finish_reason:
                raise fault_of(completion.error).failure(self.name)
            kept = thoughts_in(choice.message.rest) if calls else {}
            return Reply(text, _usage(completion.usage), cut, calls, kept)
        refusal = choice.message.refusal
        if isinstance(refusal, str) and refusal.strip():
            raise self.failed(FailureKind.REFUSED, "refused to answer")
        raise self.empty(choice.finish_reason, _usage(completion.usage), starved=cut)

    async def _embed_batch(self, inputs: Sequence[str], dimension: int) -> Vectors:
        body: dict[str, Any] = {
            "model": self.config.embedding_model,
            "input": list(inputs),
            "encoding_format": "float",
        }
        if dimension:
            body["dimensions"] = dimension
        with self._failures():
            found = self._embeddings(await self._post(EMBEDDINGS, body), len(inputs))
            vectors = await read_vectors(self._in_order(found.data))
        return Vectors(vectors, _usage(glance(found.usage, _usage_seen)))

    def _embeddings(self, content: bytes, inputs: int) -> _Embeddings:
        try:
            return unread_vectors(content, _Embeddings, inputs)
        except ValueError:
            self._raise_fault_in(read_body(content))
            raise

    def _in_order(self, data: list[_Embedding]) -> list[msgspec.Raw]:
        """The vectors by their index; a server that sends no index at all sends them in order."""
        by_index = {glance(item.index, _index_seen): item.embedding for item in data}
        if set(by_index) == {None}:
            return [item.embedding for item in data]
        if set(by_index) != set(range(len(data))):
            raise self.failed(FailureKind.MALFORMED, "numbered its embeddings wrongly")
        return [by_index[index] for index in range(len(data))]

    async def _post(self, path: str, body: Mapping[str, Any]) -> bytes:
        """The body of a 200's answer. Raises AttemptFailed for another status."""
        url, headers = self._addresses[path]
        response, answer = await exchange(self._session, "POST", url, headers, body_bytes(body))
        if not response.ok or response.status >= 300:
            raise self._status_failure(response, answer)
        return answer

    def _status_failure(self, response: aiohttp.ClientResponse, answer: bytes) -> AttemptFailed:
        try:
            body = read_body(answer)
        except ValueError:
            body = None
        fault = fault_in(body) or fault_of(body if isinstance(body, Mapping) else {})
        fault = replace(fault, status=response.status)
        return fault.failure(self.name, retry_after_seconds(response.headers))


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


def _addresses(config: ProviderSettings, headers: Mapping[str, str]) -> dict[str, _Address]:
    """Where each kind of request goes, with the headers that the SDK gives it."""
    client = openai.AsyncOpenAI(
        api_key=config.api_key,
        base_url=config.base_url or HOME,
        # Nothing is sent by it; without one the SDK would build a TLS context.
        http_client=httpx2.AsyncClient(verify=False, trust_env=False),
    )
    # The SDK takes these from the environment, and would send them to OpenRouter as well.
    client.organization = client.project = client.admin_api_key = None
    client._custom_headers = headers
    return {path: _address(client, path) for path in (CHAT, EMBEDDINGS)}


def _address(client: openai.AsyncOpenAI, path: str) -> _Address:
    options = FinalRequestOptions(
        method="post", url=path, json_data={}, security={"bearer_auth": True}
    )
    request = client._build_request(options)
    headers = {
        name: value for name, value in request.headers.items() if name not in _OF_ONE_REQUEST
    }
    return str(request.url), headers


@lru_cache(maxsize=64)
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
    return Usage(usage.prompt_tokens, usage.completion_tokens, usage.total_tokens).known


def _first(choices: Sequence[_Choice]) -> _Choice | None:
    """The first choice with a text or a call, else the first."""
    full = (one for one in choices if one.content or one.message.rest.get("tool_calls"))
    return next(full, next(iter(choices), None))
