"""The typed canvas specs: what each kind of picture may hold."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from chat.canvas.mermaid import check_definition
from stemcore.answers import Answer, CaseFolded, Statement

MAX_POINTS = 12
TITLE_CHARS = 200
LABEL_CHARS = 80

CanvasType = Literal["chart", "diagram", "wave", "vector"]

_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_FENCE = re.compile(r"\A```(?:mermaid)?\s*\n(.*?)\n?```\Z", re.DOTALL)


def _number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _hex_color(value: str) -> str:
    found = _HEX.fullmatch(value)
    if found is None:
        raise ValueError("must be a color such as #3b82f6")
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _turned(value: float) -> float:
    """An angle within one turn; 360 stays 360."""
    return value if 0 <= value <= 360 else value % 360


def _text_or_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Title = Annotated[str, Field(min_length=1, max_length=TITLE_CHARS)]
Label = Annotated[str, Field(min_length=1, max_length=LABEL_CHARS)]
AxisLabel = Annotated[
    Annotated[str, Field(max_length=LABEL_CHARS)] | None, BeforeValidator(_text_or_none)
]
Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
HexColor = Annotated[str, AfterValidator(_hex_color)]
Points = Field(min_length=1, max_length=MAX_POINTS)


class Spec(Answer):
    """Base of the specs. Optional fields that are absent are left out of the answer."""

    def as_data(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude_none=True)


class DataPoint(Spec):
    label: Label
    value: Number


class ChartSpec(Spec):
    """Bars, a line, a pie or points, at most twelve."""

    type: Annotated[Literal["chart"], CaseFolded]
    chart_type: Annotated[Literal["bar", "line", "pie", "scatter"], CaseFolded]
    title: Title
    data: Annotated[list[DataPoint], Points]
    x_label: AxisLabel = None
    y_label: AxisLabel = None

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        values = [point.value for point in self.data]
        if self.chart_type == "pie" and (min(values) < 0 or sum(values) <= 0):
            raise ValueError("data: the values of a pie must not be negative, nor all zero")
        return self


class DiagramSpec(Spec):
    """A flowchart or a concept map as a Mermaid definition."""

    type: Annotated[Literal["diagram"], CaseFolded]
    diagram_type: Annotated[Literal["flowchart", "concept-map"], CaseFolded]
    definition: Statement
    title: Title

    @field_validator("definition")
    @classmethod
    def _only_nodes_and_arrows(cls, value: str) -> str:
        fenced = _FENCE.match(value)
        definition = (fenced[1] if fenced else value).strip()
        check_definition(definition)
        return definition


class Wave(Spec):
    label: Label
    amplitude: Annotated[Number, Field(ge=0.1, le=2)]
    frequency: Annotated[Number, Field(ge=0.1, le=5)]
    color: HexColor


class WaveSpec(Spec):
    """Sine waves over each other."""

    type: Annotated[Literal["wave"], CaseFolded]
    title: Title
    waves: Annotated[list[Wave], Points]


class Vector(Spec):
    """An arrow from the origin; degrees counter-clockwise from the x axis."""

    label: Label
    magnitude: Annotated[Number, Field(ge=0.5, le=5)]
    angle_deg: Annotated[Number, AfterValidator(_turned)]
    color: HexColor


class VectorSpec(Spec):
    """Vectors in the plane."""

    type: Annotated[Literal["vector"], CaseFolded]
    title: Title
    vectors: Annotated[list[Vector], Points]
    grid_size: Annotated[Number, Field(gt=0, le=100)] | None = None


SPECS: dict[CanvasType, type[Spec]] = {
    "chart": ChartSpec,
    "diagram": DiagramSpec,
    "wave": WaveSpec,
    "vector": VectorSpec,
}
