"""The direct engine: one generation, read, checked and grounded."""

from chat.engines.base import EngineRequest, EngineResult, Orchestration
from chat.engines.prompt import chat_prompt
from chat.engines.reading import SCHEMA, answer_reader
from stemcore.prompts import Prompt
from stemcore.providers import Call, Generation, generate_answer

NOTES = "One generation over the given context; no tools."


async def run(request: EngineRequest, call: Call) -> EngineResult:
    """The grounded answer to a message. Raises ProviderError when no usable one came."""
    prompt = chat_prompt(request)
    read = answer_reader(prompt, request.grounding.sources)
    answer, generation = await generate_answer(_generation(request, prompt), call, read)
    orchestration = Orchestration(
        "direct_v1", request.tool_mode, tool_catalog=request.tool_catalog, notes=NOTES
    )
    return EngineResult(answer, generation, orchestration)


def _generation(request: EngineRequest, prompt: Prompt) -> Generation:
    return Generation(
        system=prompt.system,
        user=prompt.user,
        max_tokens=request.max_tokens,
        answer_schema=SCHEMA,
        session_id=request.session_key,
    )
