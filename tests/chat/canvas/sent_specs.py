"""What models send for a picture, and what is drawn of it; None is asked for again.

The held-out cases were written before the rules were tried on them, and never tuned on.
"""

from typing import Any

Spec = dict[str, Any]
Case = tuple[str, Any, Spec | None]
"""The type asked for, what came, and the fields of the spec that it becomes."""

HINT_TITLE = "Forces on a cart"
B, R, G = "#2563eb", "#dc2626", "#059669"


def rows(**values: float) -> list[Spec]:
    return [{"label": label, "value": value} for label, value in values.items()]


def chart(data: Any, **fields: Any) -> Spec:
    return {"type": "chart", "chartType": "bar", "title": "T", "data": data, **fields}


def diagram(definition: Any, **fields: Any) -> Spec:
    return {
        "type": "diagram", "diagramType": "flowchart", "definition": definition, "title": "T",
        **fields,
    }  # fmt: skip


def waves(*entries: Any, **fields: Any) -> Spec:
    return {"type": "wave", "title": "T", "waves": list(entries), **fields}


def wave(amplitude: Any = 1, frequency: Any = 1, color: Any = B, label: str = "w") -> Spec:
    return {"label": label, "amplitude": amplitude, "frequency": frequency, "color": color}


def vectors(*entries: Any, **fields: Any) -> Spec:
    return {"type": "vector", "title": "T", "vectors": list(entries), **fields}


def vector(magnitude: Any = 1, angle: Any = 0, color: Any = B, label: str = "v") -> Spec:
    return {"label": label, "magnitude": magnitude, "angleDeg": angle, "color": color}


AB = {"data": rows(a=1, b=2)}
THIRTEEN = [{"label": f"p{n}", "value": n} for n in range(13)]

TUNED: list[Case] = [
    # type and title
    ("chart", {"chartType": "bar", "data": rows(a=1, b=2)}, {"title": HINT_TITLE, **AB}),
    ("chart", chart(rows(a=1, b=2), title=None), {"title": HINT_TITLE, **AB}),
    ("chart", chart(rows(a=1, b=2), type="bar"), {"type": "chart", "chartType": "bar"}),
    ("chart", {"type": "pie chart", "data": rows(a=1, b=2)}, {"chartType": "pie", **AB}),
    ("chart", chart(rows(a=1, b=2), type="vector"), None),
    ("diagram", {"type": "flowchart", "definition": "flowchart TD\nA --> B"}, {"type": "diagram"}),
    ("chart", chart(rows(a=1, b=2), chartType="Column Chart"), {"chartType": "bar"}),
    ("chart", chart(rows(a=1, b=2), chartType="line graph"), {"chartType": "line"}),
    ("chart", chart(rows(a=1, b=2), chartType="doughnut"), {"chartType": "pie"}),
    ("chart", chart(rows(a=1, b=2), chartType="radar"), None),
    ("chart", chart(rows(a=1, b=2), title="x" * 300), {"title": "x" * 199 + "…"}),
    # points of charts
    ("chart", chart([*rows(a=1, b=2), {"label": "c", "value": None}]), AB),
    ("chart", chart([*rows(a=1, b=2), {"label": "c", "value": "many"}, "x", 3]), AB),
    ("chart", chart([*rows(a=1), {"label": "c", "value": "many"}]), None),
    ("chart", chart([{"label": "a", "value": "1,500 J"}, {"label": "b", "value": "2 J"}]),
     {"data": rows(a=1500, b=2)}),
    ("chart", chart([{"label": "a", "value": "1.5 km"}, {"label": "b", "value": "300 m"}]), None),
    ("chart", chart([{"label": "a", "value": "20 %"}, {"label": "b", "value": "−5"}]),
     {"data": rows(a=20, b=-5)}),
    ("chart", chart([{"name": "a", "y": 1}, {"name": "b", "y": 2}]), AB),
    ("chart", chart({"a": 1, "b": 2}), AB),
    ("chart", chart([["a", 1], ["b", 2]]), AB),
    ("chart", chart([1, 2], labels=["a", "b"]), AB),
    ("chart", chart({"labels": ["a", "b"], "datasets": [{"label": "s", "data": [1, 2]}]}), AB),
    ("chart", chart({"labels": ["a", "b"], "datasets": [{"data": [1, 2]}, {"data": [3, 4]}]}),
     None),
    ("chart", chart([{"x": 0, "y": 1}, {"x": 1, "y": 2}], chartType="scatter"),
     {"data": [{"label": "0", "value": 1}, {"label": "1", "value": 2}]}),
    ("chart", chart(THIRTEEN, chartType="line"),
     {"data": [THIRTEEN[n] for n in (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12)]}),
    ("chart", chart(THIRTEEN), {"data": THIRTEEN[:12]}),
    ("chart", chart([{"label": f"p{n}", "value": 1} for n in range(14)], chartType="pie"),
     {"data": [*({"label": f"p{n}", "value": 1} for n in range(11)), {"label": "…", "value": 3}]}),
    ("chart", chart(rows(a=1, b=-2), chartType="pie"), None),
    ("chart", chart(rows(a=1, b=2), xLabel={"label": "gait"}, yLabel=""),
     {"xLabel": "gait", "yLabel": ...}),
    ("chart", chart([]), None),
    # waves
    ("wave", waves(wave("1 V", "440 Hz"), wave("0.5 V", "880 Hz", R)),
     {"waves": [wave(1, 2.5), wave(0.5, 5, R)]}),
    ("wave", waves(wave(3, 1), wave(4, 2)), {"waves": [wave(1.5, 1), wave(2, 2)]}),
    ("wave", waves(wave(0.01), wave(0.02)), {"waves": [wave(0.1), wave(0.2)]}),
    ("wave", waves(wave(1, 1), wave(1, 1000)), None),
    ("wave", waves(wave(color=None), wave(color="red; background: url(x)"), wave(color="teal")),
     {"waves": [wave(), wave(color=R), wave(color="#008080")]}),
    ("wave", waves({"name": "w", "amp": 1, "freq": 1}), {"waves": [wave()]}),
    ("wave", waves({"frequency": 1}, {"frequency": 2}),
     {"waves": [wave(label="1"), wave(1, 2, R, "2")]}),
    ("wave", waves(wave(), wave(0), wave(1, 2)), {"waves": [wave(), wave(1, 2)]}),
    ("wave", waves(wave(), wave("", 2)), None),
    ("wave", waves(*[wave()] * 14), {"waves": [wave()] * 12}),
    # vectors
    ("vector", vectors(vector("10 N", "30°"), vector("25 N", 90, R)),
     {"vectors": [vector(2, 30), vector(5, 90, R)]}),
    ("vector", vectors(vector("1 kN"), vector("300 N")), None),
    ("vector", vectors(vector(2, "π/4")), {"vectors": [vector(2, 45)]}),
    ("vector", vectors(vector(2, "3.141592653589793 rad")), {"vectors": [vector(2, 180)]}),
    ("vector", vectors(vector(-2, 30)), {"vectors": [vector(2, 210)]}),
    ("vector", vectors({"label": "v", "x": 0, "y": 3}), {"vectors": [vector(3, 90)]}),
    ("vector", vectors({"label": "v", "components": [-3, 0]}), {"vectors": [vector(3, 180)]}),
    ("vector", vectors({"label": "v", "length": 1, "angle": -90, "color": "#f00"}),
     {"vectors": [vector(1, 270, "#ff0000")]}),
    ("vector", vectors(vector(), gridSize="big"), {"gridSize": ...}),
    ("vector", vectors(vector(0)), None),
    # diagrams
    ("diagram", diagram("flowchart TD\r\nA --> B"), {"definition": "flowchart TD\nA --> B"}),
    ("diagram", diagram("%% light\nflowchart TD\nA --> B\nstyle A fill:#f00"),
     {"definition": "flowchart TD\nA --> B"}),
    ("diagram", diagram("flowchart TD\nsubgraph One\nA --> B\nend\nclassDef x fill:red"),
     {"definition": "flowchart TD\nA --> B"}),
    ("diagram", diagram("graph LR\nA[F = m(a)] --> B"),
     {"definition": 'graph LR\nA["F = m(a)"] --> B'}),
    ("diagram", diagram(["flowchart TD", "A --> B"]), {"definition": "flowchart TD\nA --> B"}),
    ("diagram", diagram("flowchart TD\nA[/text] --> B"), None),
    ("diagram", diagram("flowchart TD\nA[ ] --> B"), None),
    ("diagram", {"mermaid": "flowchart TD\nA --> B"},
     {"type": "diagram", "diagramType": "flowchart", "title": HINT_TITLE}),
    ("diagram", diagram("flowchart TD\nA --> B", diagramType="Concept Map"),
     {"diagramType": "concept-map"}),
    ("diagram", diagram("sequenceDiagram\nA->>B: hi"), None),
]  # fmt: skip

HELD_OUT: list[Case] = [
    ("chart", {"chart": chart(rows(a=1, b=2))}, AB),
    ("chart", chart({"values": [1, 2], "labels": ["a", "b"]}), AB),
    ("chart", chart([{"category": "a", "count": "1"}, {"category": "b", "count": "2"}]), AB),
    ("chart", {"type": "chart", "chartType": "bar", "x": ["a", "b"], "y": [1, 2]}, AB),
    ("chart", chart([{"label": "a", "value": "1"}, {"label": "b", "value": 2.0}]), AB),
    ("chart", chart([{"label": "a", "value": "5 %"}, {"label": "b", "value": "95 %"}],
                    chartType="PIE"), {"data": rows(a=5, b=95), "chartType": "pie"}),
    ("chart", chart([{"label": "a", "value": 1}, {"label": "", "value": 3},
                     {"label": "b", "value": 2}]), AB),
    ("chart", chart([{"label": n, "value": n * n} for n in range(23)], chartType="scatter"),
     {"data": [{"label": str(n), "value": n * n} for n in range(0, 23, 2)]}),
    ("chart", chart([{"label": "a", "value": "3 or 4"}]), None),
    ("chart", chart("a: 1, b: 2"), None),
    ("chart", {"title": "T", "chart_type": "bar", "data": rows(a=1, b=2), "x_label": "t / s"},
     {"xLabel": "t / s", **AB}),
    ("wave", waves(wave(color="rgb(220, 38, 38)")), {"waves": [wave(color=R)]}),
    ("wave", waves(wave(color="#2563EB80")), {"waves": [wave()]}),
    ("wave", waves(wave("2 cm", 1), wave("8 cm", 1)), {"waves": [wave(0.5), wave(2)]}),
    ("wave", {"type": "waves", "waves": [wave()]}, {"type": "wave", "title": HINT_TITLE}),
    ("wave", waves(wave(), wave(1, 2), {"label": "sum"}), {"waves": [wave(), wave(1, 2)]}),
    ("wave", {"waves": wave()}, {"waves": [wave()]}),
    ("wave", waves(wave(1, "5e14 Hz"), wave(1, "7.5e14 Hz")),
     {"waves": [wave(1, 3.333), wave(1, 5)]}),
    ("vector", vectors(vector(0.2, 10), vector(0.1, 20)),
     {"vectors": [vector(1, 10), vector(0.5, 20)]}),
    ("vector", vectors(vector(9.81, 270), vector(4.905, 90)),
     {"vectors": [vector(5, 270), vector(2.5, 90)]}),
    ("vector", vectors(vector(1, "45 degrees")), {"vectors": [vector(1, 45)]}),
    ("vector", vectors(vector(1, "-π/2")), {"vectors": [vector(1, 270)]}),
    ("vector", vectors({"name": "v", "magnitude": 1, "direction": 30, "colour": "green"}),
     {"vectors": [vector(1, 30, "#008000")]}),
    ("vector", vectors({"label": "v", "dx": 3, "dy": 4}), {"vectors": [vector(5, 53.13)]}),
    ("vector", vectors(vector(1, "up")), None),
    ("diagram", diagram("```mermaid\ngraph TD\n  A[Start]-->B{ok?}\n```"),
     {"definition": 'graph TD\nA[Start] --> B{"ok?"}'}),
    ("diagram", diagram('flowchart TD\nA["Sun"] -- "heats" --> B["Sea"]:::blue\nlinkStyle 0 x:y'),
     {"definition": "flowchart TD\nA[Sun] -->|heats| B[Sea]"}),
    ("diagram", diagram("graph TD;A-->B;B-->C;click A callback;"),
     {"definition": "graph TD\nA --> B\nB --> C"}),
    ("diagram", diagram("flowchart LR\nA((H<sub>2</sub>O)) --> B"),
     {"definition": 'flowchart LR\nA(("H₂O")) --> B'}),
    ("diagram", diagram("mindmap\n  root((x))"), None),
    ("diagram", diagram("flowchart TD\nA --> B", type="concept-map", diagramType="concept map"),
     {"type": "diagram", "diagramType": "concept-map"}),
]  # fmt: skip
