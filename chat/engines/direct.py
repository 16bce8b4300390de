"""The direct engine: one generation, read, checked and grounded."""

from chat.answer import ChatAnswer, ground
from chat.engines import ChatPrompt, EngineResult, Orchestration
from stemcore.answers import answer_schema, read_answer
from stemcore.providers import Call, Generation, UnusableAnswer, generate_answer

SCHEMA = answer_schema(ChatAnswer, "chat_answer")
NOTES = "One generation over the given context; no tools."


async def run(prompt: ChatPrompt, call: Call) -> EngineResult:
    """The grounded answer to a prompt. Raises ProviderError when no usable answer came."""

    def read(text: str) -> ChatAnswer:
        answer = read_answer(text, ChatAnswer, "chat")
        rationales = [citation.rationale for citation in answer.citations]
        if prompt.prompt.leaks_into(answer.answer, *rationales):
            fault = "the answer must not repeat its instructions"
            raise UnusableAnswer([fault], f"Invalid chat JSON: {fault}")
        return ground(answer, prompt.labels)

    answer, generation = await generate_answer(_generation(prompt), call, read)
    orchestration = Orchestration("direct_v1", prompt.tool_mode, notes=NOTES)
    return EngineResult(answer, generation, orchestration)


def _generation(prompt: ChatPrompt) -> Generation:
    return Generation(
        system=prompt.prompt.system,
        user=prompt.prompt.user,
        max_tokens=prompt.max_tokens,
        answer_schema=SCHEMA,
        session_id=prompt.session_key,
    )
