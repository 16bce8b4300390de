"""Whatever a provider sends, a caller gets an answer or a ProviderError, never our 500."""

import gzip
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore import http
from stemcore.providers import ProviderError, gateway
from stemcore.providers.faults import fault_in, fault_of
from stemcore.providers.wire import read_body, retry_after_seconds, text_of
from stemcore.runtime import run
from tests.client import Api
from tests.properties import tries
from tests.stemcore.providers.calls import ask, embed_texts, log_rows
from tests.stubs import steps
from tests.wire.bombs import KEYS, NUMBERS, OBJECTS, TEXTS

DEEP = b"[" * 100_000


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "RETRY_PAUSE_S", 0.01)


NESTED = {
    "brackets": DEEP,
    "objects": b'{"a":' * 100_000,
    "within the content": b'{"choices": [{"message": {"content": ' + DEEP,
    "within the usage": b'{"choices": [{"message": {"content": "x"}}], "usage": ' + DEEP,
    "within the candidates": b'{"candidates": [{"content": {"parts": ' + DEEP,
    "closed": b'{"data": ' + DEEP + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("status", [200, 429, 500])
@pytest.mark.parametrize("name", ["openai", "gemini"])
@pytest.mark.parametrize("case", NESTED)
async def test_it_moves_on_from_nested_brackets(
    providers: Any, name: str, case: str, status: int
) -> None:
    getattr(providers, name).always(steps.raw(NESTED[case], status))
    assert (await ask(default_provider=name)).provider == "openrouter"
    kinds = {200: "malformed", 429: "rate_limited", 500: "server_error"}
    *failed, _ = await log_rows()
    assert {row.error_kind for row in failed} == {kinds[status]}


@pytest.mark.parametrize("name", ["openai", "gemini"])
async def test_it_moves_on_from_nested_brackets_in_embeddings(providers: Any, name: str) -> None:
    getattr(providers, name).always_embeddings(steps.raw(NESTED["closed"]))
    assert (await embed_texts("text", default_provider=name)).provider == "openrouter"


BOMBS = {"numbers": NUMBERS, "objects": OBJECTS, "texts": TEXTS, "keys": KEYS}


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("name", ["openai", "gemini"])
@pytest.mark.parametrize("case", BOMBS)
async def test_it_reads_no_body_of_countless_values(
    providers: Any, name: str, case: str, status: int
) -> None:
    good = (
        b'{"choices": [{"message": {"content": "x"}}],'
        b' "candidates": [{"content": {"parts": [{"text": "x"}]}}], "more": %b}' % BOMBS[case]
    )
    getattr(providers, name).always(steps.raw(good, status))
    assert (await ask(default_provider=name)).provider == "openrouter"


async def test_commas_and_brackets_in_a_text_are_no_values(providers: Any) -> None:
    text = 'f([1, 2, 3]), "then" {x}, ' * 20_000
    body = json.dumps({"choices": [{"message": {"content": text}}]}).encode()
    providers.openai.script(steps.raw(body))
    assert (await ask(default_provider="openai")).content == text


@pytest.mark.parametrize(
    "item",
    [
        b"[%b]" % b",".join([b'{"embedding": [1], "values": [1]}'] * 100_000),
        b'[{"embedding": %b, "values": %b}]' % (NUMBERS, NUMBERS),
        b'[{"embedding": [1], "values": [1]}], "more": %b' % OBJECTS,
    ],
    ids=["vectors", "numbers", "objects"],
)
@pytest.mark.parametrize("name", ["openai", "gemini"])
async def test_it_reads_no_countless_embeddings(providers: Any, name: str, item: bytes) -> None:
    getattr(providers, name).always_embeddings(
        steps.raw(b'{"data": %b, "embeddings": %b}' % (item, item))
    )
    assert (await embed_texts("text", default_provider=name)).provider == "openrouter"


DATES = [
    "Wed, 21 Oct 99999999999 07:28:00 GMT",
    "Wed, 21 Oct 2026 99:99:99 GMT",
    "Wed, 32 Oct 2026 07:28:00 +9999",
    "Wed, 21 Oct 0000 07:28:00 GMT",
    "Wed, 21 Oct 2026 07:28:00 -99999999",
    "9" * 400,
    "1e308",
    "٣",
    "\t,;:",
]


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("name", ["openai", "gemini"])
async def test_it_bears_impossible_retry_after_headers(
    providers: Any, name: str, date: str
) -> None:
    header = date if date.isascii() else "%D9%A3"
    getattr(providers, name).always(steps.error(429, retry_after=header))
    assert (await ask(default_provider=name)).provider == "openrouter"
    assert (await log_rows())[0].error_kind == "rate_limited"


SMALL = st.integers(0, 99)
ZONES = st.sampled_from(["GMT", "+9999", "-0000", "-99999999", "X", ""])
MOMENTS = st.builds(
    "Wed, {} Oct {} {}:{}:{} {}".format, SMALL, st.integers(0, 10**12), SMALL, SMALL, SMALL, ZONES
)


@given(st.text() | MOMENTS)
@tries(40)
def test_it_reads_any_retry_after(value: str) -> None:
    seconds = retry_after_seconds({"retry-after": value})
    assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize("name", ["openai", "gemini"])
@pytest.mark.parametrize("packed", [False, True])
async def test_it_reads_no_more_than_the_limit(
    providers: Any, name: str, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "BODY_LIMIT", 100_000)
    body = json.dumps({"choices": [{"message": {"content": "x" * 200_000}}]}).encode()
    step = steps.Step("raw", body=gzip.compress(body) if packed else body)
    if packed:
        step.headers["Content-Encoding"] = "gzip"
    step.headers["Content-Type"] = "application/json"
    getattr(providers, name).always(step)
    assert (await ask(default_provider=name)).provider == "openrouter"
    failed, _ = await log_rows()
    assert failed.error_kind == "malformed"


@pytest.mark.parametrize("name", ["openai", "gemini"])
async def test_it_reads_a_packed_body(providers: Any, name: str) -> None:
    whole = {"openai": {"choices": [{"message": {"content": "packed"}}]}}
    gemini = {"candidates": [{"content": {"parts": [{"text": "packed"}]}}]}
    body = gzip.compress(json.dumps(whole.get(name, gemini)).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    providers.configure(name)
    providers.script(steps.Step("raw", body=body, headers=headers))
    assert (await ask()).content == "packed"


async def test_it_answers_with_the_contracts_error_at_the_wire(api: Api, providers: Any) -> None:
    providers.always(steps.error(429, retry_after=DATES[0]))
    response = await api.post("/v1/llm/generate", {"system": "s", "user": "u"})
    assert response.status_code == 502
    assert response.json()["error"]["code"] == "provider_error"
    providers.always(steps.raw(DEEP))
    response = await api.post("/v1/llm/generate", {"system": "s", "user": "u"})
    assert response.status_code == 502


# Anything ---------------------------------------------------------------------------------------

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = """
    choices message content text finish_reason error code status type usage candidates parts
    finishReason usageMetadata promptFeedback blockReason data embedding index values embeddings
    prompt_tokens totalTokenCount details retryDelay param
"""
KEYS = st.text(max_size=3) | st.sampled_from(NAMES.split())
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
STATUSES = st.sampled_from([200, 200, 200, 201, 204, 301, 400, 404, 418, 422, 429, 500, 503, 599])
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Content-Type", "X-Odd", "retry-after-ms"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    max_size=3,
)
BODIES = JSON.map(lambda value: json.dumps(value).encode()) | st.binary(min_size=1, max_size=40)


@given(st.lists(st.tuples(BODIES, STATUSES, HEADERS), min_size=12, max_size=12))
@tries(8)
def test_it_bears_anything(providers: Any, sent: list[tuple[bytes, int, dict[str, str]]]) -> None:
    providers.stub.reset()
    reactions = [
        steps.Step("raw", status=status, body=body, headers=headers)
        for body, status, headers in sent
    ]
    providers.script(*reactions[:6])
    providers.script_embeddings(*reactions[6:])

    async def ask_all() -> None:
        for name in ("openrouter", "openai", "gemini"):
            for question in (ask, embed_texts):
                asked = ("text",) if question is embed_texts else ()
                with suppress(ProviderError):
                    await question(*asked, default_provider=name, provider_order=(name,))
        for row in await log_rows():
            assert row.error_kind != "unreadable", (row.provider, sent)

    run(ask_all())


@given(JSON)
def test_it_understands_any_error(value: Any) -> None:
    fault = fault_of(value)
    assert 400 <= fault.status <= 599
    found = fault_in(value)
    assert found is None or 400 <= found.status <= 599


@given(JSON)
def test_it_takes_any_content_as_a_text(value: Any) -> None:
    assert isinstance(text_of(value), str)


@given(st.binary(max_size=200))
def test_it_reads_any_body_as_json_or_not_at_all(body: bytes) -> None:
    with suppress(ValueError):
        read_body(body)
