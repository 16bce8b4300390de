"""A chat prompt from a message and its grounding, within the budget."""

from collections.abc import Sequence
from pathlib import Path

from chat.budget import (
    ASSIGNMENT_TOKENS,
    BLUEPRINT_TOKENS,
    FRAME_TOKENS,
    MATERIAL_TOKENS,
    MEMORY_TOKENS,
    MESSAGE_TOKENS,
    NOTES_TOKENS,
    PROMPT_TOKENS,
    TURN_TOKENS,
)
from chat.engines.base import EngineRequest, TranscriptLine
from chat.lines import clip, cut_middle
from stemcore.prompts import Prompt, PromptTemplate, Untrusted, fenced_text
from stemcore.text import CHARS_PER_TOKEN, cut_lines, estimate_tokens

ANSWER = PromptTemplate(Path(__file__).parent.parent / "prompts" / "answer", version=2)
TITLE_CHARS = 200


def chat_prompt(request: EngineRequest, *, notes: str = "", tools: bool = False) -> Prompt:
    """The rendered prompt, never more than `PROMPT_TOKENS` estimated tokens.

    Each part is cut to its own share; the transcript takes what is left, and loses turns from
    its front. `notes` are what the user had remembered; `tools` says that some are on offer.
    """
    given = request.grounding
    texts = {
        "class_title": clip(request.asker.class_title, TITLE_CHARS),
        "blueprint_context": cut_lines(fenced_text(given.blueprint), BLUEPRINT_TOKENS),
        "material_context": cut_lines(fenced_text(given.material), MATERIAL_TOKENS),
        "memory_context": cut_lines(fenced_text(given.memory), MEMORY_TOKENS),
        "assignment_instructions": cut_middle(fenced_text(given.assignment), ASSIGNMENT_TOKENS),
        "notes": cut_lines(fenced_text(notes), NOTES_TOKENS),
        "message": cut_middle(fenced_text(request.message), MESSAGE_TOKENS),
    }
    used = FRAME_TOKENS + sum(estimate_tokens(text) for text in texts.values())
    texts["transcript"] = _transcript(given.transcript, PROMPT_TOKENS - used)
    fenced = {name: Untrusted(text) for name, text in texts.items()}
    return ANSWER.render(teacher=request.asker.is_teacher, tools=tools, **fenced)


def _transcript(turns: Sequence[TranscriptLine], tokens: int) -> str:
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


def _turn_line(turn: TranscriptLine) -> str:
    """One turn. Its further lines are indented, so that no text can pass for another turn."""
    text = cut_middle(fenced_text(turn.text), TURN_TOKENS)
    return f"{turn.author}: " + text.replace("\n", "\n  ")
