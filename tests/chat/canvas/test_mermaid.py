"""What a diagram may hold: nodes and arrows, and nothing that runs, links or styles."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.canvas.mermaid import NotMermaid, check_definition


@pytest.mark.parametrize(
    "definition",
    [
        "flowchart TD\nA --> B",
        "graph LR; A[Light] --> B[Water]; B --> C",
        'flowchart TD\n  A["Light (visible), > 400 nm"] -->|excites| B["x < 5 & y"]',
        "flowchart LR\nA & B --> C",
        "flowchart TB\nA((start)) --> B{decide}\nB -- yes --> C([end])\nB -.-> D[[sub]]",
        "flowchart\nA ==> B",
        "graph RL\nfirst_node --- second-node\n\n",
        "flowchart TD\nA{{hex}} -- leads to --> B[(store)]\nA <--> B",
        "flowchart TD\nA1",
    ],
)
def test_it_accepts_flowcharts(definition: str) -> None:
    check_definition(definition)


@pytest.mark.parametrize(
    "statement",
    [
        'click A "https://evil.example"',
        'click A href "javascript:alert(1)"',
        "click A callback",
        "A[<img src=x onerror=alert(1)>]",
        'A["<b>bold</b>"]',
        'A["<script>alert(1)</script>"]',
        'A["</div>"]',
        'A["text"]:::red',
        "style A fill:#f00",
        "classDef red fill:#f00",
        "class A red",
        "linkStyle 0 stroke:#f00",
        "%%{init: {'securityLevel': 'loose'}}%%",
        "%% a comment",
        "subgraph one",
        "end",
        "direction LR",
        "A@{ shape: icon }",
        'A["`**markdown**`"]',
        "A[F (N)]",
        "A -->",
        "--> A",
        "A[open",
        "A B C",
        "fa:fa-car A",
        "A --> click",
        'A["a" "b"]',
    ],
)
def test_it_refuses_everything_else(statement: str) -> None:
    with pytest.raises(NotMermaid):
        check_definition(f"flowchart TD\nA --> B\n{statement}\n")


@pytest.mark.parametrize(
    "definition",
    [
        "",
        "A --> B",
        "sequenceDiagram\nA->>B: hi",
        "mindmap\n root",
        "---\nconfig:\n  theme: dark\n---\nflowchart TD\nA",
        "%%{init: {}}%%\nflowchart TD\nA",
        "flowchart TD",
        "flowchart XX\nA",
        "flowchart TD\n" + "A --> B\n" * 1000,
    ],
)
def test_it_refuses_other_diagrams(definition: str) -> None:
    with pytest.raises(NotMermaid):
        check_definition(definition)


def test_it_counts_eight_nodes_and_no_ninth() -> None:
    check_definition("flowchart TD\n" + "\n".join(f"A --> B{n}" for n in range(7)))
    with pytest.raises(NotMermaid, match="at most 8 nodes"):
        check_definition("flowchart TD\n" + "\n".join(f"A --> B{n}" for n in range(8)))


@given(st.text(alphabet='AB-=.>|[](){}"<&;x \n', max_size=200))
def test_it_ends_for_any_text(text: str) -> None:
    with suppress(NotMermaid):
        check_definition(f"flowchart TD\n{text}")
