"""One request in the graph's hands: what it asks, may still use, has used and has found."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from time import monotonic
from typing import Any, Final

from chat.answer import ChatAnswer
from chat.engines.base import CallRecord, EngineRequest, ResultRecord
from chat.engines.prompt import chat_prompt
from chat.engines.reading import SCHEMA, answer_reader
from chat.lines import clip
from chat.memory.places import Place
from stemcore.citations import Passage
from stemcore.prompts import Prompt, Untrusted
from stemcore.providers import (
    Call,
    Generation,
    GenerationResult,
    Tool,
    ToolCall,
    ToolRound,
    generate_step,
    sum_of,
)

MOST_ROUNDS: Final = 6
KEPT_ANSWERS: Final = 3
"""Answers of models kept for the end: the graph's own, one to mend it, one of the direct engine."""

SHOWN_CHARS: Final = 500
SHOWN_ARGS: Final = 20
_ESCAPE: Final = re.compile(r"\\(?:u[0-9a-f]{4}|.)")


@dataclass
class Work:
    """`sources` may be cited; what tools find is added to them. `call` ends before the request
    does, so that another engine can answer still."""

    request: EngineRequest
    call: Call
    tools: tuple[Tool, ...]
    notes: tuple[str, ...] = ()
    results: list[GenerationResult] = field(default_factory=list)
    records: list[CallRecord | ResultRecord] = field(default_factory=list)
    answer: ChatAnswer | None = None
    longest_s: float = 0.0

    def __post_init__(self) -> None:
        self.sources: list[Passage] = list(self.request.grounding.sources)

    @cached_property
    def place(self) -> Place:
        """Where what it remembers is kept."""
        asker = self.request.asker
        session = self.request.session_key
        return Place(asker.class_id, asker.user_id, self.call.purpose, session)

    @cached_property
    def prompt(self) -> Prompt:
        """The prompt, with the notes that were recalled before it was first asked for."""
        notes = "\n".join(f"- {note}" for note in self.notes)
        return chat_prompt(self.request, notes=notes, tools=bool(self.tools))

    async def step(self, rounds: Sequence[ToolRound]) -> GenerationResult:
        """The model's next step: an answer, which is kept, or calls. Raises ProviderError."""
        request = self.request
        generation = Generation(
            system=self.prompt.system,
            user=self.prompt.user,
            max_tokens=request.max_tokens,
            answer_schema=SCHEMA,
            session_id=request.session_key,
            tools=self.tools,
            calls_open=self.may_call(len(rounds)),
            rounds=tuple(rounds),
        )
        began = monotonic()
        read = answer_reader(self.prompt, self.sources)
        self.answer, result = await generate_step(generation, self.call, read)
        self.longest_s = max(self.longest_s, monotonic() - began)
        self.results.append(result)
        return result

    def may_call(self, rounds: int) -> bool:
        """Whether the next step may ask for calls: then there must be enough left for one more."""
        if rounds >= (1 if self.request.tool_mode == "plan" else MOST_ROUNDS):
            return False
        budget = self.call.budget
        enough = budget is None or budget.left > KEPT_ANSWERS
        return enough and self.call.deadline.remaining() > 2 * self.longest_s

    def fenced(self, output: str) -> str:
        """A tool's output as the model gets it."""
        return self.prompt.fenced("tool_result", Untrusted(output)) or "(nothing)"

    def record_call(self, call: ToolCall) -> None:
        """Arguments are shown, so they may repeat the instructions as little as the answer."""
        args = {
            clip(name, SHOWN_CHARS): _shown(value)
            for name, value in list(call.args.items())[:SHOWN_ARGS]
        }
        if self.prompt.leaks_into(_ESCAPE.sub(" ", json.dumps(call.args, ensure_ascii=False))):
            args = {}
        self.records.append({"type": "tool_call", "id": call.id, "name": call.name, "args": args})

    def record_result(self, call: ToolCall, output: str) -> None:
        shown = output[:SHOWN_CHARS]
        self.records.append(
            {"type": "tool_result", "id": call.id, "name": call.name, "output": shown}
        )

    @property
    def spent(self) -> GenerationResult | None:
        """The last result, with the tokens and the time of all of them."""
        if not self.results:
            return None
        first, *others = [result.usage for result in self.results]
        return replace(
            self.results[-1],
            usage=reduce(sum_of, others, first),
            latency_ms=sum(result.latency_ms for result in self.results),
        )


def _shown(value: Any) -> Any:
    """A value of the arguments as it is shown: texts are cut, and so is what else is long."""
    if isinstance(value, str):
        return value[:SHOWN_CHARS]
    if value is None or isinstance(value, bool | float):
        return value
    text = str(value)
    return value if len(text) <= SHOWN_CHARS else text[:SHOWN_CHARS]
