"""What models and hosts really send: odd is not broken, and unfinished is not done.

Each case is a whole body of a 200. It is served rightly, or the attempt has failed and the next
provider is asked; a transient failure is tried once more with the same provider.
"""

import json
from typing import Any

import pytest

from stemcore.providers import Usage, gateway
from tests.stemcore.providers.calls import ask, embed_texts, log_rows
from tests.stubs import steps

TEXT = "Blue light is scattered most."
HALF = "Blue light is scat"
KNOWN = Usage(11, 7, 18)
USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
THOUGHTS = "The pupil wants to know about Rayleigh."


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "RETRY_PAUSE_S", 0.01)


def completion(content: Any = TEXT, reason: Any = "stop", **changes: Any) -> dict[str, Any]:
    """A chat completion; `changes` are fields of the body, or of the choice and its message."""
    message = {"role": "assistant", "content": content, **changes.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": reason, **changes.pop("choice", {})}
    return {"id": "gen-1", "choices": [choice], "usage": USAGE, **changes}


SERVED: dict[str, tuple[Any, Usage | None]] = {
    "no usage": (completion(usage=None), None),
    "usage as a list": (completion(usage=[]), None),
    "usage as a text": (completion(usage="n/a"), None),
    "usage as a number": (completion(usage=12), None),
    "usage of floats": (
        completion(usage={"prompt_tokens": 11.0, "completion_tokens": 7.0, "total_tokens": 18.5}),
        Usage(11, 7, None),
    ),
    "usage of digits": (
        completion(usage={"prompt_tokens": "11", "completion_tokens": "x"}),
        Usage(11, None, None),
    ),
    "usage of nulls": (completion(usage=dict.fromkeys(USAGE)), None),
    "usage of booleans and objects": (
        completion(usage={"prompt_tokens": True, "completion_tokens": {"of": 3}}),
        None,
    ),
    "refusal false": (completion(message={"refusal": False}), KNOWN),
    "refusal empty": (completion(message={"refusal": ""}), KNOWN),
    "error empty": (completion(error=""), KNOWN),
    "error null": (completion(error=None), KNOWN),
    "error an empty object": (completion(error={}), KNOWN),
    "error that says no error": (completion(error={"code": 0, "message": ""}), KNOWN),
    "error of a choice null": (completion(choice={"error": None}), KNOWN),
    "error beside an answer that ended": (completion(error={"message": "late log line"}), KNOWN),
    "a second choice without message": (
        {**completion(), "choices": [*completion()["choices"], {"index": 1}]},
        KNOWN,
    ),
    "a null before the choice": (
        {**completion(), "choices": [None, *completion()["choices"]]},
        KNOWN,
    ),
    "a choice without text before it": (
        {**completion(), "choices": [{"message": {"content": ""}}, *completion()["choices"]]},
        KNOWN,
    ),
    "no finish reason": (completion(reason=None), KNOWN),
    "a number as finish reason": (completion(reason=7), KNOWN),
    "a vendor's word for the end": (completion(reason="eos_token"), KNOWN),
    "the end of tools that were not asked for": (completion(reason="tool_calls"), KNOWN),
    "null tool calls and functions": (
        completion(message={"tool_calls": None, "function_call": None, "audio": None}),
        KNOWN,
    ),
    "content in parts": (completion([{"type": "text", "text": TEXT}]), KNOWN),
    "content in mixed parts": (
        completion(["Blue light ", None, 7, {"type": "image_url"}, {"text": "is scattered most."}]),
        KNOWN,
    ),
    "content with thoughts among its parts": (
        completion(
            [
                {"type": "thinking", "thinking": [{"type": "text", "text": THOUGHTS}]},
                {"type": "reasoning", "text": THOUGHTS},
                {"type": "text", "text": TEXT},
            ]
        ),
        KNOWN,
    ),
    "content as an object": (completion({"type": "text", "text": TEXT}), KNOWN),
    "content as an object in an object": (completion({"text": {"value": TEXT}}), KNOWN),
    "message as a text": ({**completion(), "choices": [{"message": TEXT}]}, KNOWN),
    "a text in place of the message": ({**completion(), "choices": [{"text": TEXT}]}, KNOWN),
    "thoughts beside the content": (
        completion(message={"reasoning": THOUGHTS, "reasoning_content": THOUGHTS}),
        KNOWN,
    ),
    "the body in a list": ([completion()], KNOWN),
    "a number of a thousand digits": (completion(created=10**1000), KNOWN),
    "not a number": (completion(score=float("nan")), KNOWN),
}


@pytest.mark.parametrize("case", SERVED)
async def test_it_serves_what_is_only_odd(providers: Any, case: str) -> None:
    body, usage = SERVED[case]
    providers.configure("openai")
    providers.script(steps.raw(json.dumps(body).encode()))
    result = await ask()
    assert (result.content, result.usage) == (TEXT, usage)
    assert len(providers.received) == 1


async def test_it_serves_an_object_that_the_server_has_read_already(providers: Any) -> None:
    providers.configure("openai")
    providers.script(steps.raw(json.dumps(completion({"answer": "≤ 3"})).encode()))
    assert json.loads((await ask()).content) == {"answer": "≤ 3"}


@pytest.mark.parametrize("name", ["openrouter", "openai", "gemini"])
async def test_it_reads_past_a_byte_order_mark(providers: Any, name: str) -> None:
    body = gemini() if name == "gemini" else completion()
    providers.configure(name)
    providers.script(steps.raw(b"\xef\xbb\xbf" + json.dumps(body).encode()))
    assert (await ask()).content == TEXT


FAILED: dict[str, tuple[Any, str]] = {
    "error as finish reason": (completion(HALF, "error"), "server_error"),
    "error of the choice": (
        completion(HALF, "error", choice={"error": {"code": 502, "message": "upstream"}}),
        "server_error",
    ),
    "error of the choice beside stop": (
        completion(HALF, choice={"error": {"code": 429}}),
        "rate_limited",
    ),
    "content filter": (completion(HALF, "content_filter"), "refused"),
    "content filter in capitals": (completion(HALF, "CONTENT_FILTER"), "refused"),
    "the vendor's own word for it": (
        completion(HALF, "stop", choice={"native_finish_reason": "RECITATION"}),
        "refused",
    ),
    "a broken function call": (
        completion(HALF, "stop", choice={"native_finish_reason": "MALFORMED_FUNCTION_CALL"}),
        "unfinished",
    ),
    "a host without resources": (completion(HALF, "insufficient_system_resource"), "unfinished"),
    "half a text and an error": (
        completion(HALF, None, error={"code": 503, "message": "gone"}),
        "server_error",
    ),
    "error beside null choices": (
        {"id": None, "choices": None, "error": {"code": 429}},
        "rate_limited",
    ),
    "error with a code as text": ({"error": {"code": "429", "message": "slow"}}, "rate_limited"),
    "error with a code as word": ({"error": {"code": "rate_limit_exceeded"}}, "rate_limited"),
    "error as a text": ({"error": "Rate limit reached, try later"}, "rate_limited"),
    "error as a text with a status": ({"error": "upstream said 503"}, "server_error"),
    "error with a type": (
        {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
        "server_error",
    ),
    "errors in a list": ({"errors": [{"status": 500, "message": "x"}]}, "server_error"),
    "an error as the body": (
        {"object": "error", "message": "model is loading", "code": 503},
        "server_error",
    ),
    "a detail": ({"detail": "Too Many Requests"}, "rate_limited"),
    "an error in a list": ([{"error": {"code": 500}}], "server_error"),
    "an error about the key": ({"error": {"message": "Incorrect API key provided"}}, "access"),
    "an error about credit": ({"error": {"code": "insufficient_quota"}}, "access"),
    "an error about the request": ({"error": {"code": 400, "message": "bad"}}, "rejected"),
    "error true": ({"error": True}, "server_error"),
    "nothing but thoughts": (completion("", message={"reasoning_content": THOUGHTS}), "empty"),
    "thoughts in parts only": (completion([{"type": "thinking", "text": THOUGHTS}]), "empty"),
    "a refusal": (completion(None, message={"refusal": "I cannot."}), "refused"),
    "content null": (completion(None), "empty"),
    "content a number": (completion(7), "empty"),
    "message null": ({**completion(), "choices": [{"message": None}]}, "empty"),
    "choices of nulls": ({**completion(), "choices": [None]}, "empty"),
    "choices an object": ({**completion(), "choices": {"0": 1}}, "malformed"),
    "a number": (7, "malformed"),
    "null": (None, "malformed"),
}


@pytest.mark.parametrize("case", FAILED)
async def test_it_fails_over_from_what_is_not_done(providers: Any, case: str) -> None:
    body, error_kind = FAILED[case]
    providers.openrouter.always(steps.raw(json.dumps(body).encode()))
    result = await ask()
    assert result.provider == "openai"
    *failed, ok = await log_rows()
    assert {row.error_kind for row in failed} == {error_kind}
    again = error_kind in ("server_error", "rate_limited")
    assert (len(failed), ok.status) == (2 if again else 1, "ok")


# Gemini -----------------------------------------------------------------------------------------

METADATA = {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18}


def gemini(parts: Any = (TEXT,), reason: Any = "STOP", **changes: Any) -> dict[str, Any]:
    found = [{"text": part} if isinstance(part, str) else part for part in parts]
    candidate = {"content": {"role": "model", "parts": found}, "finishReason": reason}
    return {"candidates": [candidate], "usageMetadata": METADATA, **changes}


GEMINI_SERVED: dict[str, tuple[Any, Usage | None]] = {
    "metadata as a list": (gemini(usageMetadata=[]), None),
    "metadata as a text": (gemini(usageMetadata="n/a"), None),
    "metadata of floats": (gemini(usageMetadata={"promptTokenCount": 11.0}), Usage(11, None, None)),
    "nulls among the parts": (gemini([None, "Blue light ", None, "is scattered most."]), KNOWN),
    "thoughts among the parts": (gemini([{"text": THOUGHTS, "thought": True}, TEXT]), KNOWN),
    "a part that is no text": (gemini([{"inlineData": {}}, {"text": None}, TEXT]), KNOWN),
    "thought null": (gemini([{"text": TEXT, "thought": None}]), KNOWN),
    "a null candidate": ({**gemini(), "candidates": [None, *gemini()["candidates"]]}, KNOWN),
    "feedback as a text": (gemini(promptFeedback="fine"), KNOWN),
    "no finish reason": (gemini(reason=None), KNOWN),
    "an unspecified reason": (gemini(reason="FINISH_REASON_UNSPECIFIED"), KNOWN),
    "a number as reason": (gemini(reason=1), KNOWN),
    "the body in a list": ([gemini()], KNOWN),
    "cut, asked for as text": (gemini(reason="MAX_TOKENS"), KNOWN),
}


@pytest.mark.parametrize("case", GEMINI_SERVED)
async def test_it_serves_what_gemini_sends_oddly(providers: Any, case: str) -> None:
    body, usage = GEMINI_SERVED[case]
    providers.configure("gemini")
    providers.script(steps.raw(json.dumps(body).encode()))
    result = await ask()
    assert (result.content, result.usage) == (TEXT, usage)


GEMINI_FAILED: dict[str, tuple[Any, str]] = {
    **{
        reason: (gemini([HALF], reason), "refused")
        for reason in ("SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII")
    },
    **{
        reason: (gemini([HALF], reason), "unfinished")
        for reason in ("MALFORMED_FUNCTION_CALL", "OTHER", "UNEXPECTED_TOOL_CALL")
    },
    "content null": ({"candidates": [{"content": None, "finishReason": "STOP"}]}, "empty"),
    "parts null": ({"candidates": [{"content": {"parts": None}}]}, "empty"),
    "candidates null": ({"candidates": None, "error": {"code": 429}}, "rate_limited"),
    "an error": ({"error": {"code": 503, "status": "UNAVAILABLE"}}, "server_error"),
    "an error as a text": ({"error": "The model is overloaded."}, "server_error"),
    "an error in a list": ([{"error": {"code": 500, "status": "INTERNAL"}}], "server_error"),
    "a blocked prompt": ({"promptFeedback": {"blockReason": "OTHER"}}, "refused"),
    "a number": (7, "malformed"),
}


@pytest.mark.parametrize("case", GEMINI_FAILED)
async def test_it_fails_over_from_what_gemini_has_not_done(providers: Any, case: str) -> None:
    body, error_kind = GEMINI_FAILED[case]
    providers.gemini.always(steps.raw(json.dumps(body).encode()))
    assert (await ask(default_provider="gemini")).provider == "openrouter"
    *failed, ok = await log_rows()
    assert {row.error_kind for row in failed} == {error_kind}
    assert ok.status == "ok"


# Embeddings -------------------------------------------------------------------------------------

EMBEDDINGS_FAILED = {
    "an error": ({"error": {"code": 429, "message": "slow down"}}, "rate_limited", 2),
    "an error as a text": ({"error": "overloaded"}, "server_error", 2),
    "an error beside null data": ({"data": None, "error": {"code": "401"}}, "access", 1),
    "nothing": ({}, "malformed", 1),
    "null": (None, "malformed", 1),
}


@pytest.mark.parametrize("case", EMBEDDINGS_FAILED)
@pytest.mark.parametrize("name", ["openai", "gemini"])
async def test_it_classifies_errors_in_embeddings(providers: Any, name: str, case: str) -> None:
    body, error_kind, attempts = EMBEDDINGS_FAILED[case]
    getattr(providers, name).always_embeddings(steps.raw(json.dumps(body).encode()))
    result = await embed_texts("text", default_provider=name)
    assert result.provider == "openrouter"
    *failed, ok = await log_rows()
    assert [row.error_kind for row in failed] == [error_kind] * attempts
    assert ok.status == "ok"


@pytest.mark.parametrize("usage", [None, [], "n/a", {"prompt_tokens": 5.0}])
async def test_it_serves_embeddings_whose_usage_is_odd(providers: Any, usage: Any) -> None:
    providers.configure("openai")
    body = {"data": [{"embedding": [0.5, 1], "index": "0"}], "usage": usage}
    providers.script_embeddings(steps.raw(b"\xef\xbb\xbf" + json.dumps(body).encode()))
    result = await embed_texts("text")
    assert result.embeddings == [[0.5, 1.0]]
    assert result.usage == (Usage(5, None, None) if isinstance(usage, dict) else None)
