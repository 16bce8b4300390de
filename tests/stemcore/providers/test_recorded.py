"""Ten answers of each provider and model family in its own style, read whole.

`recorded/` holds bodies as the providers document and send them, with the text and the tokens
that they say.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from stemcore.providers import Usage
from tests.stemcore.providers.calls import ask
from tests.stubs import steps

FOLDER = Path(__file__).parent / "recorded"
FAMILIES = sorted(path.stem for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("family", FAMILIES)
async def test_it_reads_the_answers_of_a_family_whole(providers: Any, family: str) -> None:
    recorded = json.loads((FOLDER / f"{family}.json").read_text())
    assert len(recorded) == 10
    providers.configure(family.partition("_")[0])
    for answer in recorded:
        providers.script(steps.raw(json.dumps(answer["body"]).encode()))
        result = await ask()
        assert (result.content, result.usage) == (answer["text"], Usage(*answer["usage"]))
    assert len(providers.received) == 10
