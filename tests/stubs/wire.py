"""The three wire formats, as the providers document them and the SDKs read them."""

import json
import re
from hashlib import sha256
from typing import Any

from tests.stubs.steps import Step

Json = dict[str, Any]

ECHO_LENGTH = 200
FENCE = re.compile("⟦[^⟧]*⟧")


def hashed(text: str, dimension: int) -> list[float]:
    """A vector that only depends on the text's words."""
    vector = [0.0] * dimension
    for word in text.lower().split():
        vector[int.from_bytes(sha256(word.encode()).digest()[:4], "big") % dimension] += 1.0
    length = sum(value * value for value in vector) ** 0.5
    return [value / length for value in vector] if length else [1.0, *vector[1:]]


def echo(user: str, as_json: bool) -> str:
    """The default answer: the end of the prompt, as a chat answer where JSON is asked for."""
    # An answer that repeats the marks of a prompt's fences counts as a leak of the instructions.
    text = f"Echo: {FENCE.sub('', user)[-ECHO_LENGTH:]}"
    if not as_json:
        return text
    return json.dumps({"answer": text, "safety": "ok", "citations": []})


class OpenAIWire:
    """POST …/chat/completions and …/embeddings."""

    @staticmethod
    def is_embedding(path: str) -> bool:
        return path.endswith("/embeddings")

    @staticmethod
    def prompt(body: Json) -> tuple[str, str]:
        texts = {message["role"]: message["content"] for message in body["messages"]}
        return texts.get("system", ""), texts.get("user", "")

    @staticmethod
    def wants_json(body: Json) -> bool:
        return "response_format" in body

    @staticmethod
    def inputs(body: Json) -> list[str]:
        found = body["input"]
        return [found] if isinstance(found, str) else found

    @staticmethod
    def dimension(body: Json) -> int:
        return int(body.get("dimensions", 1536))

    @staticmethod
    def answer(step: Step, body: Json) -> Json:
        message: Json = {"role": "assistant", "content": step.text}
        if step.calls:
            message["tool_calls"] = [openai_call(n, *call) for n, call in enumerate(step.calls)]
        return {
            "id": "chatcmpl-stub",
            "object": "chat.completion",
            "created": 1,
            "model": f"{body['model']}-served",
            "choices": [{"index": 0, "message": message, "finish_reason": step.finish_reason}],
            **({"usage": openai_usage(step.usage)} if step.usage else {}),
        }

    @staticmethod
    def embeddings(step: Step, vectors: list[list[float]], body: Json) -> Json:
        data = [
            {"object": "embedding", "index": index, "embedding": vector}
            for index, vector in enumerate(vectors)
        ]
        sent = data if step.order is None else [data[index] for index in step.order]
        return {
            "object": "list",
            "model": body["model"],
            "data": sent,
            **({"usage": {"prompt_tokens": 5, "total_tokens": 5}} if step.usage else {}),
        }

    @staticmethod
    def error(step: Step, leak: str) -> Json:
        return {"error": {"message": leak, "type": step.text, "param": None, "code": step.text}}


def openai_call(number: int, name: str, args: Any, fields: Json | None = None) -> Json:
    """A call with its arguments as a text; given as a text they are sent as they are."""
    arguments = args if isinstance(args, str) else json.dumps(args)
    made = {"id": f"call_{number}", "type": "function"}
    return {**made, "function": {"name": name, "arguments": arguments}, **(fields or {})}


def gemini_call(name: str, args: Any, fields: Json | None = None) -> Json:
    return {"functionCall": {"name": name, "args": args}, **(fields or {})}


def openai_usage(usage: tuple[int, int, int]) -> Json:
    return dict(zip(("prompt_tokens", "completion_tokens", "total_tokens"), usage, strict=True))


class GeminiWire:
    """POST …/models/<model>:generateContent and :batchEmbedContents."""

    @staticmethod
    def is_embedding(path: str) -> bool:
        return path.endswith("mbedContents")

    @staticmethod
    def prompt(body: Json) -> tuple[str, str]:
        def text(content: Json) -> str:
            return "".join(part["text"] for part in content["parts"])

        system = body.get("systemInstruction")
        return text(system) if system else "", text(body["contents"][0])

    @staticmethod
    def wants_json(body: Json) -> bool:
        wanted: str | None = body.get("generationConfig", {}).get("responseMimeType")
        return wanted == "application/json"

    @staticmethod
    def inputs(body: Json) -> list[str]:
        return ["".join(p["text"] for p in r["content"]["parts"]) for r in body["requests"]]

    @staticmethod
    def dimension(body: Json) -> int:
        return int(body["requests"][0].get("outputDimensionality", 3072))

    @staticmethod
    def answer(step: Step, body: Json) -> Json:
        parts: list[Json] = [] if step.text is None else [{"text": step.text}]
        parts += [gemini_call(*call) for call in step.calls]
        reason = "STOP" if step.finish_reason == "tool_calls" else step.finish_reason.upper()
        metadata = ("promptTokenCount", "candidatesTokenCount", "totalTokenCount")
        return {
            "candidates": [
                {
                    "index": 0,
                    "content": {"role": "model", "parts": parts},
                    "finishReason": reason,
                }
            ],
            "modelVersion": "stub",
            **(
                {"usageMetadata": dict(zip(metadata, step.usage, strict=True))}
                if step.usage
                else {}
            ),
        }

    @staticmethod
    def embeddings(step: Step, vectors: list[list[float]], body: Json) -> Json:
        return {"embeddings": [{"values": vector} for vector in vectors]}

    @staticmethod
    def error(step: Step, leak: str) -> Json:
        return {
            "error": {"code": step.status, "message": leak, "status": (step.text or "").upper()}
        }


Wire = OpenAIWire | GeminiWire
