"""How every engine ends: an answer is read, guarded against leaks, and grounded."""

from collections.abc import Callable, Sequence

from chat.answer import ChatAnswer, ground
from stemcore.answers import answer_schema, read_answer
from stemcore.citations import Passage
from stemcore.prompts import Prompt
from stemcore.providers import UnusableAnswer

SCHEMA = answer_schema(ChatAnswer, "chat_answer")


def answer_reader(prompt: Prompt, sources: Sequence[Passage]) -> Callable[[str], ChatAnswer]:
    """What makes a grounded answer of a model's text; sources may still be added to the list.

    It raises UnusableAnswer for a text that is no chat answer or that repeats the instructions.
    """

    def read(text: str) -> ChatAnswer:
        answer = read_answer(text, ChatAnswer, "chat")
        rationales = [citation.rationale for citation in answer.citations]
        if prompt.leaks_into(answer.answer, *rationales):
            fault = "the answer must not repeat its instructions"
            raise UnusableAnswer([fault], f"Invalid chat JSON: {fault}")
        return ground(answer, sources)

    return read
