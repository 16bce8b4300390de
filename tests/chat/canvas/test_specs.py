"""The four canvas specs: ranges, colours, optional fields."""

import json
from typing import Any

import pytest

from chat.canvas.specs import ChartSpec, DiagramSpec, Spec, VectorSpec, WaveSpec
from stemcore.answers import UnusableAnswer, read_answer
from tests.learning.samples import CHART, DIAGRAM, VECTOR, WAVE


def read(model: type[Spec], payload: dict[str, Any]) -> dict[str, Any]:
    return read_answer(json.dumps(payload), model, "canvas").model_dump(by_alias=True)


def wave(**changes: Any) -> dict[str, Any]:
    return {**WAVE, "waves": [{**WAVE["waves"][0], **changes}]}


def vector(**changes: Any) -> dict[str, Any]:
    return {**VECTOR, "vectors": [{**VECTOR["vectors"][0], **changes}]}


def points(*values: object) -> dict[str, Any]:
    return {**CHART, "data": [{"label": f"p{n}", "value": v} for n, v in enumerate(values)]}


SAMPLES: list[tuple[type[Spec], dict[str, Any]]] = [
    (ChartSpec, CHART),
    (DiagramSpec, DIAGRAM),
    (WaveSpec, WAVE),
    (VectorSpec, VECTOR),
]


@pytest.mark.parametrize(("model", "payload"), SAMPLES)
def test_it_reads_a_valid_spec_unchanged(model: type[Spec], payload: dict[str, Any]) -> None:
    assert read(model, payload) == payload


@pytest.mark.parametrize(("model", "payload"), SAMPLES)
def test_it_leaves_out_what_is_absent(model: type[Spec], payload: dict[str, Any]) -> None:
    optional = dict.fromkeys(("xLabel", "yLabel", "gridSize"))
    assert None not in read(model, {**payload, **optional}).values()
    assert not optional.keys() & read(model, {**payload, **optional})


@pytest.mark.parametrize(("model", "payload"), SAMPLES)
def test_it_refuses_another_type(model: type[Spec], payload: dict[str, Any]) -> None:
    with pytest.raises(UnusableAnswer, match="Invalid canvas JSON: type: must be"):
        read(model, {**payload, "type": "hologram"})


@pytest.mark.parametrize(
    ("color", "drawn"), [("#ABC", "#aabbcc"), ("#3B82F6", "#3b82f6"), ("3b82f6", "#3b82f6")]
)
def test_it_brings_colors_to_six_digits(color: str, drawn: str) -> None:
    assert read(WaveSpec, wave(color=color))["waves"][0]["color"] == drawn


@pytest.mark.parametrize(("angle", "drawn"), [(-90, 270), (450, 90), (360, 360), ("45", 45)])
def test_it_turns_angles_into_one_turn(angle: object, drawn: float) -> None:
    assert read(VectorSpec, vector(angleDeg=angle))["vectors"][0]["angleDeg"] == drawn


@pytest.mark.parametrize(
    ("model", "payload"),
    [
        (WaveSpec, wave(frequency=0)),
        (WaveSpec, wave(amplitude=True)),
        (WaveSpec, {**WAVE, "waves": []}),
        (VectorSpec, vector(angleDeg=None)),
        (ChartSpec, points(float("inf"))),
        (ChartSpec, points(float("nan"))),
        (ChartSpec, points("many")),
        (ChartSpec, points()),
        (ChartSpec, {**points(1, -1), "chartType": "pie"}),
        (ChartSpec, {**points(0, 0), "chartType": "pie"}),
        (ChartSpec, {**CHART, "chartType": "radar"}),
        (DiagramSpec, {**DIAGRAM, "diagramType": "sequence"}),
        (DiagramSpec, {**DIAGRAM, "definition": "flowchart TD\nclick A href"}),
        (WaveSpec, wave(amplitude=0)),
        (VectorSpec, vector(magnitude=0)),
    ],
)
def test_it_refuses_what_cannot_be_drawn(model: type[Spec], payload: dict[str, Any]) -> None:
    with pytest.raises(UnusableAnswer, match="Invalid canvas JSON"):
        read(model, payload)


def test_it_takes_a_definition_out_of_its_code_fence() -> None:
    fenced = f"```mermaid\n{DIAGRAM['definition']}\n```"
    assert read(DiagramSpec, {**DIAGRAM, "definition": fenced}) == DIAGRAM
