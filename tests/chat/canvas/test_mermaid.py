"""What a diagram may hold: nodes and arrows, and nothing that runs, links or styles."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.canvas.looks import NotMermaid
from chat.canvas.mermaid import drawable

TWO = "flowchart TD\nA --> B"


@pytest.mark.parametrize(
    "definition",
    [
        TWO,
        "graph LR; A[Light] --> B[Water]; B --> C",
        'flowchart TD\n  A["Light (visible), > 400 nm"] -->|excites| B["x < 5 & y"]',
        "flowchart LR\nA & B --> C",
        "flowchart TB\nA((start)) --> B{decide}\nB -.-> D[[sub]]",
        "flowchart\nA ==> B",
        "graph RL\nfirst_node --- second-node",
        "flowchart TD\nA{{hex}} --> D[(store)]\nA <--> B",
        "flowchart TD\nA1",
        "flowchart TD\nA[/input/] --> B[\\output\\] --> C(((stop)))",
        'flowchart TD\nA["end"] --> B["水 → H₂O"]',
    ],
)
def test_it_leaves_a_plain_flowchart_as_it_is(definition: str) -> None:
    assert drawable(definition) == definition


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        ("A -- leads to --> B", "A -->|leads to| B"),
        ("A == a-b ==> B", 'A ==>|"a-b"| B'),
        ("A -. no .-> B", "A -.->|no| B"),
        ("A-->B-->C", "A --> B --> C"),
        ("A[ Light ]", "A[Light]"),
        ("A[F (N)]", 'A["F (N)"]'),
        ("A[F = m(a)] --> B{x > 0?}", 'A["F = m(a)"] --> B{"x > 0?"}'),
        ("A(f(x)) -->|y' = 2| B", 'A("f(x)") -->|"y\' = 2"| B'),
        ("A[end]", 'A["end"]'),
        ("A[50 %]", 'A["50 %"]'),
        ('A[" a "]', "A[a]"),
        ("A[a]b]", 'A["a]b"]'),
    ],
)
def test_it_writes_anew_what_mermaid_might_not_read(statement: str, written: str) -> None:
    assert drawable(f"flowchart TD\n{statement}") == f"flowchart TD\n{written}"


@pytest.mark.parametrize(
    "looks",
    [
        "%% a comment",
        "%%{init: {'securityLevel': 'loose'}}%%",
        "style A fill:#f00,stroke:#333",
        "classDef red fill:#f00;",
        "class A red",
        "linkStyle 0 stroke:#f00",
        'click A "https://evil.example" _blank',
        'click A href "javascript:alert(1)"',
        "click A callback",
        "direction LR",
        "subgraph one [Cycle]",
        "end",
        "accTitle: A diagram",
        "<script>alert(1)</script>",
    ],
)
def test_it_leaves_out_what_is_only_looks_or_does_something(looks: str) -> None:
    assert drawable(f"flowchart TD\n{looks}\nA --> B") == TWO
    assert drawable(f"flowchart TD\r\nA --> B\r\n{looks}\r\n") == TWO


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ('A["<b>bold</b>"]', "A[bold]"),
        ('A["H<sub>2</sub>O"]', 'A["H₂O"]'),
        ('A["10<sup>-3</sup> m"]', 'A["10⁻³ m"]'),
        ('A["e<sup>kt</sup>"]', 'A["e^kt"]'),
        ("A[one<br/>two]", "A[one two]"),
        ('A["x &lt; 5 &amp; y"]', 'A["x < 5 & y"]'),
        ('A["a #quot;b#quot;"]', "A[\"a 'b'\"]"),
        ('A["x<y"]', 'A["x< y"]'),
        ('A["<img src=x onerror=alert(1)>cell"]', "A[cell]"),
        ('A["&lt;img src=x onerror=alert(1)&gt;cell"]', "A[cell]"),
        ('A["text"]:::red', "A[text]"),
        ('A["`**bold** text`"]', 'A["**bold** text"]'),
        ("A[fa:fa-car car]", "A[car]"),
    ],
)
def test_it_shows_a_label_without_its_looks(label: str, shown: str) -> None:
    assert drawable(f"flowchart TD\n{label} --> B") == f"flowchart TD\n{shown} --> B"


@pytest.mark.parametrize(
    "statement",
    [
        "A@{ shape: icon }", "A -->", "--> A", "A[open", "A B C", "A --> click", "A --> end",
        'A["a" "b"]', "A[/text]", "A[text/]", "A[\\text]", "A[ ]", 'A[""]', "A[<b></b>]",
        "subgraph S\nA\nend\nS --> B", "A -->|a|b| B", 'A["x; y"]',
    ],
)  # fmt: skip
def test_it_refuses_everything_else(statement: str) -> None:
    with pytest.raises(NotMermaid):
        drawable(f"{TWO}\n{statement}\n")


@pytest.mark.parametrize(
    ("definition", "drawn"),
    [
        ("A --> B", TWO),
        ("Flowchart td\nA --> B", TWO),
        ("mermaid\nflowchart TD\nA --> B", TWO),
        ("flowchart TD A --> B", TWO),
        ("flowchart TD;\nA --> B;", "flowchart TD;\nA --> B;"),
        ("flowchart TD ;\nA --> B", TWO),
        ("flowchart TD\\nA --> B", TWO),
        ("```mermaid\nflowchart TD\nA --> B\n```", TWO),
        ("Here it is:\n```\nflowchart TD\nA --> B\n```\nDone.", TWO),
        ("---\nconfig:\n  theme: dark\n---\nflowchart TD\nA --> B", TWO),
        ("%%{init: {}}%%\nflowchart TD\nA --> B", TWO),
    ],
)
def test_it_reads_headers_in_many_forms(definition: str, drawn: str) -> None:
    assert drawable(definition) == drawn


@pytest.mark.parametrize(
    "definition",
    [
        "", "A", "sequenceDiagram\nA->>B: hi", "mindmap\n root", "flowchart TD", "flowchart XX\nA",
        "stateDiagram-v2\nA --> B", "flowchart TD\n" + "A --> B\n" * 1000, "x" * 50_000,
    ],
)  # fmt: skip
def test_it_refuses_other_diagrams(definition: str) -> None:
    with pytest.raises(NotMermaid):
        drawable(definition)


def test_it_counts_twenty_nodes_and_no_more() -> None:
    drawable("flowchart TD\n" + "\n".join(f"A --> B{n}" for n in range(19)))
    with pytest.raises(NotMermaid, match="at most 20 nodes"):
        drawable("flowchart TD\n" + "\n".join(f"A --> B{n}" for n in range(20)))


PIECES = st.sampled_from(
    [
        *'Ab[](){}"|&; \nx<>`',
        *("-->", "--", "==>", "-.->", "%%", "%%{", "}%%", ":::c", "subgraph ", "end", "fa:fa-x "),
        *("<b>", "</b>", "<img src=x onerror=a()>", "&lt;", "#lt;", "#60;", "&amp;lt;", "script"),
        *("click ", "href ", "style ", "javascript:"),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_comes_nothing_is_drawn_that_runs_links_or_styles(text: str) -> None:
    with suppress(NotMermaid):
        drawn = drawable(f"flowchart TD\n{text}")
        assert drawable(drawn) == drawn
        assert not re.search(r"<[A-Za-z/!?]|`|&lt;|%%\{|javascript:|:::", drawn)
        statements = re.split(r"[;\n]", drawn)
        assert not any(re.match(r"\s*(?:click|href|style|subgraph|end)\b", s) for s in statements)
