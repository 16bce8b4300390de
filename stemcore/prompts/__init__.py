"""Prompts: versioned template files, rendered with untrusted text inside fences.

A feature keeps its prompt in one folder of its app, one file for each half and version::

    chat/prompts/answer/system.v1.txt
    chat/prompts/answer/user.v1.txt

and renders it with keyword values::

    ANSWER = PromptTemplate(Path(__file__).parent / "prompts" / "answer", version=1)
    prompt = ANSWER.render(mode="practice", question=Untrusted(message), materials=Untrusted(text))
    prompt.system, prompt.user

The files are Django templates without HTML escaping. Text that other people wrote goes in as
`Untrusted`: `{{ materials }}` then becomes a fenced block that carries the name of the variable,
or nothing when the text is blank, so `{% if materials %}` works. A system half includes
`{{ data_rule }}`, which tells the model what the fences of this one request look like.
"""

from stemcore.prompts.templates import Prompt, PromptTemplate, PromptValue
from stemcore.prompts.untrusted import Untrusted, fenced_text, is_blank, trimmed, visible_text

__all__ = [
    "Prompt",
    "PromptTemplate",
    "PromptValue",
    "Untrusted",
    "fenced_text",
    "is_blank",
    "trimmed",
    "visible_text",
]
