"""How every engine ends: an answer is read, guarded against leaks, and grounded."""

from collections.abc import Callable, Sequence

from chat.answer import ChatAnswer, ground
from stemcore.answers import answer_schema, read_answer, refuse_leak
from stemcore.citations import Passage
from stemcore.prompts import Prompt

LABEL = "chat"
SCHEMA = answer_schema(ChatAnswer, "chat_answer")


def answer_reader(prompt: Prompt, sources: Sequence[Passage]) -> Callable[[str], ChatAnswer]:
    """What makes a grounded answer of a model's text; sources may still be added to the list.

    It raises UnusableAnswer for a text that is no chat answer or that repeats the instructions.
    """

    def read(text: str) -> ChatAnswer:
        answer = read_answer(text, ChatAnswer, LABEL)
        rationales = [citation.rationale for citation in answer.citations]
        refuse_leak(prompt, [answer.answer, *rationales], LABEL)
        return ground(answer, sources)

    return read
