"""What models send for a picture, read whole or asked for again."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from chat.canvas.specs import SPECS, CanvasType
from stemcore.answers import UnusableAnswer, read_answer
from tests.chat.canvas.sent_specs import HELD_OUT, HINT_TITLE, TUNED, Spec


@dataclass
class Drawn:
    """A spec as it is served, or None where the model is asked again."""

    spec: Spec | None

    def has(self, name: str, wanted: Any) -> bool:
        found = (self.spec or {}).get(name, ...)
        return bool(found == wanted) if wanted is ... else _alike(found, wanted)


def _alike(found: Any, wanted: Any) -> bool:
    """Equal, numbers up to the rounding of what was scaled."""
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_alike, found, wanted))
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_alike(found[k], wanted[k]) for k in wanted)
    if isinstance(wanted, int | float):
        return bool(found == pytest.approx(wanted, rel=1e-3))
    return bool(found == wanted)


def drawn(kind: CanvasType, sent: Any) -> Drawn:

    try:
        spec = read_answer(json.dumps(sent), SPECS[kind], "canvas")
    except UnusableAnswer:
        return Drawn(None)
    return Drawn(spec.titled(HINT_TITLE).model_dump(by_alias=True))


@pytest.mark.parametrize(("kind", "sent", "wanted"), [*TUNED, *HELD_OUT])
def test_a_picture_is_drawn_from_what_models_send(
    kind: CanvasType, sent: Any, wanted: Spec | None
) -> None:
    found = drawn(kind, sent)
    if wanted is None:
        assert found.spec is None
        return
    assert found.spec is not None
    assert None not in found.spec.values()
    assert {name for name, value in wanted.items() if not found.has(name, value)} == set()


def test_the_corpus_is_large_enough() -> None:
    assert len(TUNED) >= 50
    assert len(HELD_OUT) >= 30
