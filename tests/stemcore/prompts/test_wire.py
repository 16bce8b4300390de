"""What a provider gets of a prompt's values: each as it is, whatever template it stands in."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.template import Engine
from django.template.base import VariableNode
from hypothesis import given
from hypothesis import strategies as st

from stemcore.prompts import PromptTemplate, Untrusted, fenced_text
from stemcore.providers import Generation, generate
from tests.properties import tries
from tests.stemcore.providers.calls import call

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Subject:
    """A template of the project and the names of the values that it shows."""

    template: PromptTemplate
    names: frozenset[str]

    @classmethod
    def of(cls, user_half: Path) -> "Subject":
        version = user_half.suffixes[0].removeprefix(".v")
        halves = user_half.parent.glob(f"*.v{version}.txt")
        source = Engine().from_string("".join(half.read_text() for half in halves))
        shown = source.nodelist.get_nodes_by_type(VariableNode)
        names = {str(node.filter_expression.var) for node in shown} - {"data_rule"}
        return cls(PromptTemplate(user_half.parent, int(version)), frozenset(names))

    def __str__(self) -> str:
        return self.template.name


# Found and read here and now, since no test may wait for a file.
SUBJECTS = [
    Subject.of(path)
    for path in sorted(ROOT.glob("[!.]*/**/prompts/*/user.v*.txt"))
    if path.relative_to(ROOT).parts[0] != "tests"
]
SPIKY = [
    "x < 3 && f'(x)",
    "Newton's & Euler's notes",
    'a "b" <b>c</b> &lt; &amp; &#x27;',
    "    def f(x):\n\n\n\n        return x\n\n\n    # end",
    "{{ data_rule }} {% if x %} {# y #}",
    "1,500 — 2.5 × 10⁶ “µ” 😀 e\u0301",
]


def test_it_finds_the_templates() -> None:
    folders = {subject.template.folder.name for subject in SUBJECTS}
    assert folders >= {"answer", "canvas", "quiz", "flashcards", "blueprint"}


async def texts_received(providers: Any, subject: Subject, text: str) -> tuple[set[str], str]:
    """What arrived between the fences when each value is `text`, and the whole user half."""
    prompt = subject.template.render(**dict.fromkeys(subject.names, Untrusted(text)))
    await generate(Generation(prompt.system, prompt.user), call())
    received = providers.received[-1]
    assert received.system == prompt.system
    fence = rf"⟦begin (\w+) {prompt.mark}⟧\n(.*?)\n⟦end \1 {prompt.mark}⟧"
    found = re.findall(fence, received.user, re.DOTALL)
    assert {name for name, _ in found} <= subject.names
    return {inside for _, inside in found}, received.user


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
@pytest.mark.parametrize("text", SPIKY)
async def test_a_provider_gets_each_text_as_it_was_written(
    providers: Any, subject: Subject, text: str
) -> None:
    texts, _ = await texts_received(providers, subject, text)
    assert texts == {text}


@pytest.mark.parametrize("subject", SUBJECTS, ids=str)
@given(text=st.text(max_size=80) | st.text(alphabet="<>&'\"\n \t{}%#;ltamp", max_size=80))
@tries(10)
async def test_a_provider_gets_any_text_but_for_what_fences_and_cleaning_do(
    providers: Any, subject: Subject, text: str
) -> None:
    texts, user = await texts_received(providers, subject, text)
    assert texts == ({fenced_text(text)} if fenced_text(text) else set())
    assert texts or "⟦" not in user


@given(
    text=st.text(
        alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=80
    )
)
def test_trusted_text_stays_as_it_is_too(text: str) -> None:
    prompt = PromptTemplate(Path(__file__).parent / "fenced", version=1).render(
        material=f"|{text}|"
    )
    assert prompt.user.endswith(f"|{text}|")
