"""A chat prompt from its parts, within the budget."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from chat.budget import (
    ASSIGNMENT_TOKENS,
    BLUEPRINT_TOKENS,
    FRAME_TOKENS,
    MATERIAL_TOKENS,
    MEMORY_TOKENS,
    MESSAGE_TOKENS,
    PROMPT_TOKENS,
    TURN_TOKENS,
)
from chat.lines import clip, cut_middle
from stemcore.prompts import Prompt, PromptTemplate, Untrusted, fenced_text
from stemcore.text import CHARS_PER_TOKEN, cut_lines, estimate_tokens

ANSWER = PromptTemplate(Path(__file__).parent / "prompts" / "answer", version=1)
TITLE_CHARS = 200


class Said(Protocol):
    """A line of a transcript."""

    @property
    def author(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class PromptParts:
    """What a chat prompt is made of. The texts are untrusted; the transcript is oldest first."""

    audience: Literal["student", "teacher"]
    class_title: str
    message: str
    blueprint: str = ""
    material: str = ""
    memory: str = ""
    assignment: str = ""
    transcript: Sequence[Said] = field(default=())


def chat_prompt(parts: PromptParts) -> Prompt:
    """The rendered prompt, never more than `PROMPT_TOKENS` estimated tokens.

    Each part is cut to its own share; the transcript takes what is left, and loses turns from
    its front.
    """
    texts = {
        "class_title": clip(parts.class_title, TITLE_CHARS),
        "blueprint_context": cut_lines(fenced_text(parts.blueprint), BLUEPRINT_TOKENS),
        "material_context": cut_lines(fenced_text(parts.material), MATERIAL_TOKENS),
        "memory_context": cut_lines(fenced_text(parts.memory), MEMORY_TOKENS),
        "assignment_instructions": cut_middle(fenced_text(parts.assignment), ASSIGNMENT_TOKENS),
        "message": cut_middle(fenced_text(parts.message), MESSAGE_TOKENS),
    }
    used = FRAME_TOKENS + sum(estimate_tokens(text) for text in texts.values())
    texts["transcript"] = _transcript(parts.transcript, PROMPT_TOKENS - used)
    fenced = {name: Untrusted(text) for name, text in texts.items()}
    return ANSWER.render(teacher=parts.audience == "teacher", **fenced)


def _transcript(turns: Sequence[Said], tokens: int) -> str:
    """The newest turns that fit, as lines, oldest first."""
    left = tokens * CHARS_PER_TOKEN
    lines: list[str] = []
    for turn in reversed(turns):
        line = _turn_line(turn)
        left -= len(line) + 1
        if left < 0:
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def _turn_line(turn: Said) -> str:
    """One turn. Its further lines are indented, so that no text can pass for another turn."""
    text = cut_middle(fenced_text(turn.text), TURN_TOKENS)
    return f"{turn.author}: " + text.replace("\n", "\n  ")
