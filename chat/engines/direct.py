"""The direct engine: one generation, read, checked and grounded."""

from chat.answer import ChatAnswer, ground
from chat.engines.base import Asking, EngineResult, Orchestration
from chat.engines.prompt import chat_prompt
from stemcore.answers import answer_schema, read_answer
from stemcore.prompts import Prompt
from stemcore.providers import Call, Generation, UnusableAnswer, generate_answer

SCHEMA = answer_schema(ChatAnswer, "chat_answer")
NOTES = "One generation over the given context; no tools."


async def run(asking: Asking, call: Call) -> EngineResult:
    """The grounded answer to a message. Raises ProviderError when no usable one came."""
    prompt = chat_prompt(asking)

    def read(text: str) -> ChatAnswer:
        answer = read_answer(text, ChatAnswer, "chat")
        rationales = [citation.rationale for citation in answer.citations]
        if prompt.leaks_into(answer.answer, *rationales):
            fault = "the answer must not repeat its instructions"
            raise UnusableAnswer([fault], f"Invalid chat JSON: {fault}")
        return ground(answer, asking.grounding.sources)

    answer, generation = await generate_answer(_generation(asking, prompt), call, read)
    orchestration = Orchestration("direct_v1", asking.tool_mode, notes=NOTES)
    return EngineResult(answer, generation, orchestration)


def _generation(asking: Asking, prompt: Prompt) -> Generation:
    return Generation(
        system=prompt.system,
        user=prompt.user,
        max_tokens=asking.max_tokens,
        answer_schema=SCHEMA,
        session_id=asking.session_key,
    )
