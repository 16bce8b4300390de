"""A server that speaks the wire formats of all providers and does what a test scripts.

Runs in a thread of its own, on loopback, on a free port. Standing alone, for benchmarks:

    python -m tests.stubs.providers --port 9000 --delay-ms 2000
"""

import argparse
import asyncio
import contextlib
import json
import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web

from tests.stubs.server import BODY_LIMIT, ServerThread
from tests.stubs.steps import Reaction, Step
from tests.stubs.wire import GeminiWire, OpenAIWire, Wire, echo, hashed

PATHS = {"openrouter": "/openrouter/api/v1", "openai": "/openai/v1", "gemini": "/gemini"}


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    provider: str
    path: str
    query: str
    headers: dict[str, str]
    body: dict[str, Any]
    is_embedding: bool
    system: str = ""
    user: str = ""


class Script:
    """Reactions to requests of one kind: the scripted ones in order, then the default."""

    def __init__(self) -> None:
        self.steps: deque[Reaction] = deque()
        self.default: Reaction | None = None

    def next(self) -> Reaction | None:
        return self.steps.popleft() if self.steps else self.default


class Scripted:
    """What tests say about the reactions to come; generations and embeddings apart."""

    def __init__(self) -> None:
        self.generation = Script()
        self.embedding = Script()

    def script(self, *reactions: Reaction) -> None:
        """What the next generations meet, in this order."""
        self.generation.steps.extend(reactions)

    def script_embeddings(self, *reactions: Reaction) -> None:
        self.embedding.steps.extend(reactions)

    def always(self, reaction: Reaction | None) -> None:
        """What generations meet when nothing is scripted; None is an echo."""
        self.generation.default = reaction

    def always_embeddings(self, reaction: Reaction | None) -> None:
        """The same for embeddings; None is hashed words."""
        self.embedding.default = reaction

    def next_reaction(self, is_embedding: bool) -> Reaction | None:
        return (self.embedding if is_embedding else self.generation).next()

    def reset(self) -> None:
        self.generation, self.embedding = Script(), Script()


class StubProvider(Scripted):
    """One provider: its script, and what it saw."""

    def __init__(self, name: str, wire: Wire) -> None:
        super().__init__()
        self.name = name
        self.wire = wire
        self.base_url = ""
        self.received: list[Received] = []
        self.in_flight = 0
        self.most_in_flight = 0

    def reset(self) -> None:
        super().reset()
        self.received.clear()
        self.most_in_flight = self.in_flight


class ProviderStub(Scripted):
    """All providers in one server; its own script comes before those of the providers."""

    def __init__(
        self, delay_s: float = 0.0, embedding_delay_s: float = 0.0, *, record: bool = True
    ) -> None:
        super().__init__()
        self.openrouter = StubProvider("openrouter", OpenAIWire())
        self.openai = StubProvider("openai", OpenAIWire())
        self.gemini = StubProvider("gemini", GeminiWire())
        self.received: list[Received] = []
        self._echo = Step("echo", delay_s=delay_s)
        self._hashed = Step("vectors", delay_s=embedding_delay_s)
        self._record = record
        self._server = ServerThread()

    @property
    def each(self) -> tuple[StubProvider, StubProvider, StubProvider]:
        return self.openrouter, self.openai, self.gemini

    @property
    def prompts(self) -> list[Received]:
        """The generations that were asked for, in order."""
        return [request for request in self.received if not request.is_embedding]

    @property
    def embedded(self) -> list[Received]:
        """The embedding requests, in order."""
        return [request for request in self.received if request.is_embedding]

    def reset(self) -> None:
        """Forgets scripts and requests, also those that somebody who gave up has just sent."""
        self._server.settle()
        super().reset()
        self.received.clear()
        for provider in self.each:
            provider.reset()

    # The server ---------------------------------------------------------------------------------

    def start(self, port: int = 0) -> "ProviderStub":
        """Returns when the server listens."""
        app = web.Application(client_max_size=BODY_LIMIT)
        for provider in self.each:
            app.router.add_post(PATHS[provider.name] + "/{rest:.*}", self._handler(provider))
        self.port = self._server.start(app, port)
        for provider in self.each:
            provider.base_url = f"http://127.0.0.1:{self.port}{PATHS[provider.name]}"
        return self

    def stop(self) -> None:
        self._server.stop()

    def stand_alone(self, port: int = 0) -> None:
        """Serves as a process of its own: prints the port, and returns when it is ended."""
        self.start(port)
        print(self.port, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()
        self.stop()

    def _handler(self, provider: StubProvider) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            provider.in_flight += 1
            provider.most_in_flight = max(provider.most_in_flight, provider.in_flight)
            try:
                return await self._react(provider, request)
            finally:
                provider.in_flight -= 1

        return handle

    async def _react(self, provider: StubProvider, request: web.Request) -> web.StreamResponse:
        received = self._receive(provider, request, await request.json())
        step = (
            self.next_reaction(received.is_embedding)
            or provider.next_reaction(received.is_embedding)
            or (self._hashed if received.is_embedding else self._echo)
        )
        if not isinstance(step, Step):
            step = await asyncio.to_thread(step, received)
        await asyncio.sleep(step.delay_s)
        if step.mode == "hang":
            await asyncio.sleep(3600)
        if step.mode == "disconnect":
            assert request.transport is not None
            request.transport.abort()
        if step.mode == "drip":
            return await _drip(request, step)
        return _respond(provider.wire, received, step)

    def _receive(
        self, provider: StubProvider, request: web.Request, body: dict[str, Any]
    ) -> Received:
        is_embedding = provider.wire.is_embedding(request.path)
        system, user = ("", "") if is_embedding else provider.wire.prompt(body)
        received = Received(
            provider.name,
            request.path,
            request.query_string,
            {name.lower(): value for name, value in request.headers.items()},
            body,
            is_embedding,
            system,
            user,
        )
        if self._record:
            provider.received.append(received)
            self.received.append(received)
        return received


def _respond(wire: Wire, received: Received, step: Step) -> web.Response:
    body = received.body
    if step.mode == "raw":
        # An error that repeats all that must not reach a caller or a log.
        leak = f"{received.headers.get('authorization')} {received.headers} {received.user}"
        content = step.body or json.dumps(wire.error(step, leak)).encode()
        headers = {"Content-Type": "application/json", **step.headers}
        return web.Response(status=step.status, body=content, headers=headers)
    if received.is_embedding:
        found = step.vectors
        if found is None:
            found = [hashed(text, wire.dimension(body)) for text in wire.inputs(body)]
        answer = wire.embeddings(step, found, body)
    else:
        if step.mode == "echo":
            step = replace(step, text=echo(received.user, wire.wants_json(body)))
        answer = wire.answer(step, body)
    return web.Response(body=json.dumps(answer).encode(), content_type="application/json")


async def _drip(request: web.Request, step: Step) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" ")
            await asyncio.sleep(step.interval_s)
    return response


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description="Stub of the AI providers.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay-ms", type=float, default=0, help="time of a generation")
    parser.add_argument("--embedding-delay-ms", type=float, default=0)
    options = parser.parse_args()
    delays = options.delay_ms / 1000, options.embedding_delay_ms / 1000
    ProviderStub(*delays, record=False).stand_alone(options.port)


if __name__ == "__main__":
    main()
