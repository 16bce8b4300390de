"""What the offline stand-in takes from a prompt."""

from stemcore.providers.offline.prompt import read_prompt
from stemcore.sentences import sentences

PROMPT = """\
⟦begin material_context ab12⟧
Source 1 | Cells | page 2
The membrane holds back ions and
lets small molecules pass.
⟦end material_context ab12⟧
⟦begin transcript ab12⟧
student: What does the membrane hold back?
assistant: Source 1 | Cells | page 2 says so.
⟦end transcript ab12⟧
⟦begin message ab12⟧
What does the membrane hold back?
⟦end message ab12⟧"""


def test_it_quotes_labelled_context_and_no_transcript() -> None:
    content = read_prompt(PROMPT)
    assert content.question == "What does the membrane hold back?"
    assert [(item.label, item.text) for item in content.statements] == [
        (
            "Source 1 | Cells | page 2",
            "The membrane holds back ions and lets small molecules pass.",
        )
    ]


def test_it_joins_wrapped_lines_only() -> None:
    text = "Light is split,\nand water too, by photosystem II.\nOxygen leaves the leaf at once."
    assert sentences(text) == [
        "Light is split, and water too, by photosystem II.",
        "Oxygen leaves the leaf at once.",
    ]
