"""What a server takes, learned from what it refuses.

A table of model names knows little: deployments have names of their own, and servers that speak
like OpenAI know a part of it. So a refusal that speaks of a parameter changes what this model is
sent from then on, and the request is put again at once.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import reduce

from stemcore.providers.capabilities import THINKING_ROOM, ModelFacts
from stemcore.providers.errors import AttemptFailed
from stemcore.providers.faults import Fault
from stemcore.providers.types import Generation, Reply, Usage, sum_of

REFUSALS = frozenset({400, 404, 422})
"""Statuses by which servers say that they do not take a parameter."""

MOST_LESSONS = 6
"""A request is put again so many times at most."""

MOST_ROOM = 16_384
_LEAST_TOKENS = 256
_OTHER_FIELD = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


class Dialect:
    """How one model of one server is asked: the table's facts, as its refusals corrected them."""

    def __init__(self, facts: ModelFacts) -> None:
        self.facts = facts
        self._table = facts

    def forget(self) -> None:
        """Unlearns every lesson, as for a server that is another one now."""
        self.facts = self._table

    async def speak(
        self, generation: Generation, ask: Callable[[ModelFacts], Awaitable[Reply]]
    ) -> Reply:
        """What `ask` answers, asked again for each lesson that a refusal teaches.

        Raises AttemptFailed.
        """
        facts = first = self.facts
        spent: list[Usage | None] = []
        for _ in range(MOST_LESSONS):
            try:
                reply = await ask(facts)
            except AttemptFailed as failure:
                corrected = self._corrected(facts, first, failure, generation)
                if corrected is None:
                    raise
                facts = corrected
                if failure.starved:
                    spent.append(failure.usage)
            else:
                if facts is not first:
                    # Only an answer proves a lesson: an error's words may be a prompt's, repeated.
                    self.facts = facts
                return replace(reply, usage=reduce(sum_of, spent, reply.usage))
        return await ask(facts)

    def _corrected(
        self,
        facts: ModelFacts,
        first: ModelFacts,
        failure: AttemptFailed,
        generation: Generation,
    ) -> ModelFacts | None:
        """The facts after a failure, or None when it teaches nothing."""
        if failure.starved:
            return _with_room(facts, first)
        fault = failure.fault
        if fault is None or fault.status not in REFUSALS or fault.hopeless:
            return None
        return (
            _without_temperature(facts, fault)
            or _other_tokens(facts, fault, generation.max_tokens, self._table.tokens_field)
            or _without_system(facts, fault)
            or _without_tools(facts, fault, generation)
            or _plainer(facts, fault, generation)
            or _without_anything(facts, fault, generation)
        )


def _with_room(facts: ModelFacts, first: ModelFacts) -> ModelFacts | None:
    """More room for thoughts, once a request."""
    room = min(max(THINKING_ROOM, first.thinking_room * 2), MOST_ROOM)
    return replace(facts, thinking_room=room) if room > facts.thinking_room else None


def _without_temperature(facts: ModelFacts, fault: Fault) -> ModelFacts | None:
    if "temperature" not in fault.named or not facts.takes_temperature:
        return None
    return replace(facts, takes_temperature=False)


def _other_tokens(
    facts: ModelFacts, fault: Fault, wanted: int, first_field: str
) -> ModelFacts | None:
    """Fewer tokens when they were too many, else the field's other name, else no field."""
    if "tokens" not in fault.named or not facts.tokens_field:
        return None
    asked = facts.tokens(wanted)
    if fault.too_large:
        fitting = [limit for limit in fault.numbers if _LEAST_TOKENS <= limit < asked]
        most = max(fitting, default=asked // 2)
        return replace(facts, most_tokens=most) if most >= _LEAST_TOKENS else None
    other = _OTHER_FIELD[facts.tokens_field]
    return replace(facts, tokens_field="" if other == first_field else other)


def _without_system(facts: ModelFacts, fault: Fault) -> ModelFacts | None:
    if "system" not in fault.named or not facts.takes_system:
        return None
    return replace(facts, takes_system=False)


def _without_tools(facts: ModelFacts, fault: Fault, generation: Generation) -> ModelFacts | None:
    """Tools without a form of answer when the refusal minds both, else no tools."""
    if "tools" not in fault.named or not generation.tools or not facts.takes_tools:
        return None
    form = facts.format_for(generation.answer_schema, beside_tools=True)
    if "format" in fault.named and form != "plain":
        return replace(facts, formats_beside_tools=False)
    return replace(facts, takes_tools=False)


def _without_anything(facts: ModelFacts, fault: Fault, generation: Generation) -> ModelFacts | None:
    """No tools, when a refusal that names nothing came with a form of answer and without."""
    if fault.named or not generation.tools or not facts.takes_tools:
        return None
    return replace(facts, takes_tools=False)


def _plainer(facts: ModelFacts, fault: Fault, generation: Generation) -> ModelFacts | None:
    """A plainer form of answer, when the refusal minds the form or came only with one."""
    schema = generation.answer_schema
    form = facts.format_for(schema, beside_tools=bool(generation.tools))
    if schema is None or form == "plain" or (fault.named and "format" not in fault.named):
        return None
    if form == "object":
        return replace(facts, format="plain")
    if fault.named and not fault.one_schema:
        return replace(facts, format="object")
    return replace(facts, refused_schemas=facts.refused_schemas | {schema.name})
