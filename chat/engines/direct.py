"""The direct engine: one generation, read, checked and grounded."""

from chat.engines.base import Asking, EngineResult, Orchestration
from chat.engines.prompt import chat_prompt
from chat.engines.reading import SCHEMA, answer_reader
from stemcore.prompts import Prompt
from stemcore.providers import Call, Generation, generate_answer

NOTES = "One generation over the given context; no tools."


async def run(asking: Asking, call: Call) -> EngineResult:
    """The grounded answer to a message. Raises ProviderError when no usable one came."""
    prompt = chat_prompt(asking)
    read = answer_reader(prompt, asking.grounding.sources)
    answer, generation = await generate_answer(_generation(asking, prompt), call, read)
    orchestration = Orchestration(
        "direct_v1", asking.tool_mode, tool_catalog=asking.tool_catalog, notes=NOTES
    )
    return EngineResult(answer, generation, orchestration)


def _generation(asking: Asking, prompt: Prompt) -> Generation:
    return Generation(
        system=prompt.system,
        user=prompt.user,
        max_tokens=asking.max_tokens,
        answer_schema=SCHEMA,
        session_id=asking.session_key,
    )
