"""The typed canvas specs: what each kind of picture may hold, and how models write it."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from chat.canvas.colors import hex_color
from chat.canvas.mermaid import drawable
from chat.canvas.points import (
    MAX_POINTS,
    filled,
    in_degrees,
    kept_points,
    labelled_rows,
    polar,
    refuse_mixed_units,
    scaled,
    thinned,
)
from chat.lines import clip
from stemcore.answers import LEFT_OUT, Answer, CaseFolded, Number, OrNone, OtherNames, Statement
from stemcore.answers.names import by_field
from stemcore.answers.numbers import number_in

TITLE_CHARS = 200
LABEL_CHARS = 80
AMPLITUDES, FREQUENCIES, MAGNITUDES = (0.1, 2.0), (0.1, 5.0), (0.5, 5.0)
REST = "…"
"""Label of the smallest shares of a pie together."""

CanvasType = Literal["chart", "diagram", "wave", "vector"]

_NO_LETTER = re.compile(r"[\W_]+")
_KIND = re.compile(r"(?:chart|graph|plot|diagram)s?\Z")


def _clipped(chars: int) -> BeforeValidator:
    return BeforeValidator(lambda value: clip(value, chars) if isinstance(value, str) else value)


def _text_or_blank(value: object) -> object:
    return str(value) if isinstance(value, str | int | float) else ""


def _text_or_none(value: object) -> object:
    """An axis by its text, also where that stands in an object of its own."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("label", "title", "text", "name") if key in value), "")
    return value if isinstance(value, str) and value.strip() else None


def _hex(value: object) -> str:
    color = hex_color(value)
    if color is None:
        raise ValueError("must be a color such as #3b82f6")
    return color


def _word_of(words: Mapping[str, str]) -> BeforeValidator:
    """Brings a word with its other names to the one of the contract."""

    def word(value: object) -> object:
        if not isinstance(value, str):
            return value
        plain = _NO_LETTER.sub("", value.lower())
        return words.get(plain) or words.get(_KIND.sub("", plain)) or value

    return BeforeValidator(word)


Title = Annotated[str, _clipped(TITLE_CHARS), BeforeValidator(_text_or_blank)]
Label = Annotated[str, _clipped(LABEL_CHARS), Field(min_length=1, max_length=LABEL_CHARS)]
AxisLabel = Annotated[str | None, _clipped(LABEL_CHARS), BeforeValidator(_text_or_none), LEFT_OUT]
HexColor = Annotated[str, BeforeValidator(_hex)]
Positive = Annotated[Number, Field(gt=0)]


class Spec(Answer):
    """Base of the specs. Optional fields that are absent are left out of the answer.

    `kind` is the type that the caller asked for and that stands for a missing one; `kinds` are
    words that models write as a type which say more of the field `kind_field`.
    """

    kind: ClassVar[CanvasType]
    kind_field: ClassVar[str] = "type"
    kinds: ClassVar[frozenset[str]] = frozenset()

    title: Title = ""

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        word = fields.get("type")
        plain = _NO_LETTER.sub("", word.lower()) if isinstance(word, str) else ""
        if plain and _KIND.sub("", plain) not in cls.kinds and plain not in cls.kinds:
            return fields
        narrower = {cls.kind_field: word} if plain and cls.kind_field not in fields else {}
        return {**fields, **narrower, "type": cls.kind}

    def titled(self, *titles: str) -> Self:
        """The spec with the first of the titles that says something where it came without one."""
        shown = [clip(title, TITLE_CHARS) for title in (self.title, *titles)]
        return self.model_copy(update={"title": next(filter(None, shown), "")})


class DataPoint(Answer):
    """A bar, a share, or a point; its value may come with a unit."""

    label: Annotated[
        Label, OtherNames("name", "category", "x", "key", "topic", "time", "year", "text")
    ]
    value: Annotated[
        Number, OtherNames("y", "amount", "count", "val", "number", "percentage", "percent")
    ]


CHART_WORDS = {
    **dict.fromkeys(("bar", "bars", "column", "columns", "histogram", "horizontalbar"), "bar"),
    **dict.fromkeys(("line", "lines", "area", "curve", "spline"), "line"),
    **dict.fromkeys(("pie", "doughnut", "donut"), "pie"),
    **dict.fromkeys(("scatter", "points", "dots"), "scatter"),
}


_OWN_FIELDS = {"type", "chart_type", "title"}


class ChartSpec(Spec):
    """Bars, a line, a pie or points, at most twelve: of more, some or their sum are shown."""

    kind = "chart"
    kind_field = "chart_type"
    kinds = frozenset(CHART_WORDS)

    type: Annotated[Literal["chart"], CaseFolded] = "chart"
    chart_type: Annotated[
        Literal["bar", "line", "pie", "scatter"],
        _word_of(CHART_WORDS),
        OtherNames("chart_kind", "kind", "style"),
    ] = "bar"
    data: Annotated[
        list[DataPoint],
        Field(min_length=1),
        BeforeValidator(kept_points(DataPoint)),
        OtherNames("points", "data_points", "values", "series", "datasets", "rows"),
    ]
    x_label: Annotated[AxisLabel, OtherNames("x_axis", "x_axis_label", "x_title")] = None
    y_label: Annotated[AxisLabel, OtherNames("y_axis", "y_axis_label", "y_title")] = None

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        fields = super().prepared(fields)
        data, labels = fields.get("data"), fields.get("labels") or fields.get("categories")
        if data is None and isinstance(fields.get("y"), list):
            data, labels = fields["y"], fields.get("x")
        if isinstance(data, dict) and _OWN_FIELDS & by_field(cls, data).keys():
            return fields  # a wrapper around the spec, which is read by itself
        rows = labelled_rows(data, labels)
        if isinstance(rows, list):
            points = [by_field(DataPoint, row) for row in rows if isinstance(row, dict)]
            refuse_mixed_units([point.get("value") for point in points])
        return {**fields, "data": rows} if rows is not None else fields

    @model_validator(mode="after")
    def _shows_what_fits(self) -> Self:
        values = [point.value for point in self.data]
        if self.chart_type == "pie" and (min(values) < 0 or sum(values) <= 0):
            raise ValueError("data: the values of a pie must not be negative, nor all zero")
        if len(self.data) > MAX_POINTS:
            self.data = _fewer(self.data, self.chart_type)
        return self


def _fewer(points: list[DataPoint], chart_type: str) -> list[DataPoint]:
    """Of a pie the largest shares and the sum of the rest, of a row of numbers some at even
    distances, of bars the first."""
    if chart_type == "pie":
        largest = sorted(points, key=lambda point: -point.value)[: MAX_POINTS - 1]
        kept = [point for point in points if any(point is one for one in largest)]
        rest = sum(point.value for point in points) - sum(point.value for point in kept)
        return [*kept, DataPoint(label=REST, value=float(f"{rest:.6g}"))]
    if chart_type != "bar" or all(number_in(point.label) is not None for point in points):
        return thinned(points)
    return points[:MAX_POINTS]


def _joined(value: object) -> object:
    """A definition that came as a list of its lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "\n".join(value)
    return value


DIAGRAM_WORDS = {
    **dict.fromkeys(("flowchart", "flow", "graph", "process", "mermaid"), "flowchart"),
    **dict.fromkeys(("conceptmap", "concept", "mindmap", "map"), "concept-map"),
}


class DiagramSpec(Spec):
    """A flowchart or a concept map as a Mermaid definition."""

    kind = "diagram"
    kind_field = "diagram_type"
    kinds = frozenset(DIAGRAM_WORDS)

    type: Annotated[Literal["diagram"], CaseFolded] = "diagram"
    diagram_type: Annotated[
        Literal["flowchart", "concept-map"],
        _word_of(DIAGRAM_WORDS),
        OtherNames("diagram_kind", "kind"),
    ] = "flowchart"
    definition: Annotated[
        Statement,
        BeforeValidator(lambda value: drawable(value) if isinstance(value, str) else value),
        BeforeValidator(_joined),
        OtherNames("mermaid", "mermaid_code", "mermaid_definition", "code", "diagram", "content"),
    ]
    """The diagram in Mermaid, without HTML, links and clicks."""


class Wave(Answer):
    label: Annotated[Label, OtherNames("name", "title")]
    amplitude: Annotated[Positive, OtherNames("amp", "a", "height")]
    """0.1 to 2."""
    frequency: Annotated[Positive, OtherNames("freq", "f", "frequency_hz", "hz")]
    """0.1 to 5."""
    color: Annotated[HexColor, OtherNames("colour", "hex", "stroke")]
    """As `#3b82f6`."""


class WaveSpec(Spec):
    """Sine waves over each other, in proportion to each other."""

    kind = "wave"
    kinds = frozenset({"waves", "sine", "sinewave", "waveform"})

    type: Annotated[Literal["wave"], CaseFolded] = "wave"
    waves: Annotated[
        list[Wave],
        Field(min_length=1),
        BeforeValidator(kept_points(Wave)),
        OtherNames("data", "series", "wave_list"),
    ]

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        waves = filled(fields.get("waves"), Wave, ("amplitude", "frequency"))
        return {**super().prepared(fields), **({"waves": waves} if waves is not None else {})}

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        waves = self.waves[:MAX_POINTS]
        amplitudes = scaled([wave.amplitude for wave in waves], *AMPLITUDES, "amplitude")
        frequencies = scaled([wave.frequency for wave in waves], *FREQUENCIES, "frequency")
        self.waves = [
            wave.model_copy(update={"amplitude": amplitude, "frequency": frequency})
            for wave, amplitude, frequency in zip(waves, amplitudes, frequencies, strict=True)
        ]
        return self


class Vector(Answer):
    """An arrow from the origin; degrees counter-clockwise from the x axis."""

    label: Annotated[Label, OtherNames("name", "title")]
    magnitude: Annotated[Number, OtherNames("length", "size", "strength", "value", "r")]
    """0.5 to 5."""
    angle_deg: Annotated[
        Number,
        BeforeValidator(in_degrees),
        OtherNames("angle", "angle_degrees", "degrees", "direction", "theta"),
    ]
    """0 to 360, counter-clockwise from the x axis."""
    color: Annotated[HexColor, OtherNames("colour", "hex", "stroke")]
    """As `#3b82f6`."""

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        return polar(fields)

    @model_validator(mode="after")
    def _within_a_turn(self) -> Self:
        if self.magnitude == 0:
            raise ValueError("magnitude: must not be zero")
        angle = self.angle_deg + (180 if self.magnitude < 0 else 0)
        self.magnitude = abs(self.magnitude)
        self.angle_deg = angle if 0 <= angle <= 360 else angle % 360
        return self


class VectorSpec(Spec):
    """Vectors in the plane, in proportion to each other."""

    kind = "vector"
    kinds = frozenset({"vectors", "arrows", "forces"})

    type: Annotated[Literal["vector"], CaseFolded] = "vector"
    vectors: Annotated[
        list[Vector],
        Field(min_length=1),
        BeforeValidator(kept_points(Vector)),
        OtherNames("data", "arrows", "forces", "vector_list"),
    ]
    grid_size: Annotated[Annotated[Number, Field(gt=0, le=100)] | None, OrNone, LEFT_OUT] = None

    @classmethod
    def prepared(cls, fields: dict[str, Any]) -> dict[str, Any]:
        vectors = filled(fields.get("vectors"), Vector, ())
        if isinstance(vectors, list):
            lengths = [one.get("magnitude") for one in vectors if isinstance(one, dict)]
            refuse_mixed_units(lengths)
        return {**super().prepared(fields), **({"vectors": vectors} if vectors is not None else {})}

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        vectors = self.vectors[:MAX_POINTS]
        magnitudes = scaled([one.magnitude for one in vectors], *MAGNITUDES, "magnitude")
        self.vectors = [
            one.model_copy(update={"magnitude": magnitude})
            for one, magnitude in zip(vectors, magnitudes, strict=True)
        ]
        return self


CanvasSpec = ChartSpec | DiagramSpec | WaveSpec | VectorSpec

SPECS: dict[CanvasType, type[CanvasSpec]] = {
    "chart": ChartSpec,
    "diagram": DiagramSpec,
    "wave": WaveSpec,
    "vector": VectorSpec,
}
