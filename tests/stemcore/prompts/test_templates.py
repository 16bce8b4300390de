"""Prompt templates: fences, data rule, leak check."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemcore.prompts import Prompt, PromptTemplate, Untrusted


@pytest.fixture
def template(tmp_path: Path) -> PromptTemplate:
    folder = tmp_path / "physics" / "prompts" / "answer"
    folder.mkdir(parents=True)
    (folder / "system.v1.txt").write_text('Return {"answer": "…"}.\n\n{{ data_rule }}')
    (folder / "user.v1.txt").write_text(
        "{% if note %}Note:\n{{ note }}\n{% endif %}{{ count }} & <more>\n{{ material }}"
    )
    return PromptTemplate(folder, version=1)


def test_it_names_itself_by_app_feature_and_version(template: PromptTemplate) -> None:
    assert template.name == "physics/answer.v1"


def test_it_renders_both_halves_without_escaping(template: PromptTemplate) -> None:
    prompt = template.render(note="", count=3, material="plain")
    assert prompt.system.startswith('Return {"answer": "…"}.')
    assert prompt.user == "3 & <more>\nplain"


def test_it_fences_untrusted_text_with_the_mark_that_the_system_half_explains(
    template: PromptTemplate,
) -> None:
    prompt = template.render(note="", count=1, material=Untrusted("Force is mass times …"))
    begin, text, end = prompt.user.splitlines()[1:]
    assert (begin, text, end) == (
        f"⟦begin material {prompt.mark}⟧",
        "Force is mass times …",
        f"⟦end material {prompt.mark}⟧",
    )
    assert f"⟦begin NAME {prompt.mark}⟧" in prompt.system


def test_it_makes_a_new_mark_for_every_request(template: PromptTemplate) -> None:
    marks = {template.render(note="", count=1, material="").mark for _ in range(20)}
    assert len(marks) == 20


def test_it_leaves_out_blank_untrusted_text(template: PromptTemplate) -> None:
    prompt = template.render(note=Untrusted(" \u200b\n"), count=1, material=Untrusted(""))
    assert prompt.user == "1 & <more>"


def test_it_does_not_evaluate_template_syntax_of_values(template: PromptTemplate) -> None:
    prompt = template.render(note="{{ count }}", count=1, material=Untrusted("{% if note %}"))
    assert "{{ count }}" in prompt.user
    assert "{% if note %}" in prompt.user


def test_it_shows_a_value_that_was_forgotten(template: PromptTemplate) -> None:
    assert "{{ material is missing }}" in template.render(note="", count=1).user


@given(text=st.text(alphabet="⟦⟧end material\n0123456789abcdef\u200b", max_size=200))
def test_it_lets_no_text_close_or_forge_a_fence(text: str) -> None:
    folder = Path(__file__).parent / "fenced"
    prompt = PromptTemplate(folder, version=1).render(material=Untrusted(text))
    fences = [line for line in prompt.user.splitlines() if "⟦" in line or "⟧" in line]
    assert len(fences) in (0, 2)
    assert all(prompt.mark in line for line in fences)


def test_it_notices_a_copied_run_of_the_system_text() -> None:
    prompt = Prompt("You answer only from the material of one class and cite labels.", "Hi")
    copied = "Sure: YOU ANSWER only from\nthe material of one class, and cite labels!"
    assert prompt.leaks_into("Energy is conserved.", copied)
    assert not prompt.leaks_into("You answer only from memory, not from the material of one class.")


def test_it_notices_a_repeated_mark() -> None:
    assert Prompt("Be brief.", "Hi", "0123456789abcdef").leaks_into("… 0123456789abcdef …")
