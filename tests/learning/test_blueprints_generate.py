"""POST /v1/blueprints/generate"""

from copy import deepcopy
from typing import Any

import pytest

from tests.client import Api, data_of, error_of
from tests.content_routes import BLUEPRINT
from tests.learning.samples import step

MATERIAL = "Source 1\nMotion and forces."


async def test_it_makes_a_blueprint(api: Api, providers: Any) -> None:
    providers.script(step(BLUEPRINT.answer))
    fields = {**BLUEPRINT.fields, "material_text": MATERIAL, "subject": "Physics", "level": "9"}
    data = data_of(await api.post(BLUEPRINT.path, fields))
    assert data["payload"] == BLUEPRINT.answer
    (prompt,) = providers.prompts
    assert prompt.body["temperature"] == 0
    assert prompt.body["max_tokens"] == 8000
    assert "⟦begin material_text " in prompt.user
    assert "⟦begin subject " in prompt.user


async def test_it_drops_evidence_that_names_no_place_of_the_material(
    api: Api, providers: Any
) -> None:
    answer = deepcopy(BLUEPRINT.answer)
    answer["topics"][0]["evidence"] += [{"sourceLabel": "Source 99", "rationale": "Made up."}]
    providers.script(step(answer))
    data = data_of(await api.post(BLUEPRINT.path, {**BLUEPRINT.fields, "material_text": MATERIAL}))
    assert data["payload"] == BLUEPRINT.answer


async def test_evidence_that_names_a_source_in_short_is_given_its_whole_label(
    api: Api, providers: Any
) -> None:
    label = "Source 1 | Newton's & Euler's notes | page 3"
    answer = deepcopy(BLUEPRINT.answer)
    answer["topics"][0]["evidence"] = ["[source 1]", {"source": "1", "why": "It says so."}]
    answer["topics"][1]["evidence"] = ["Source 1 | Made up | page 3", "Newton's & Euler's notes"]
    providers.script(step(answer))
    fields = {**BLUEPRINT.fields, "material_text": f"{label}\nMotion and forces."}
    topics = data_of(await api.post(BLUEPRINT.path, fields))["payload"]["topics"]
    assert topics[0]["evidence"] == [{"sourceLabel": label, "rationale": "It says so."}]
    assert topics[1]["evidence"] == [{"sourceLabel": label, "rationale": "Motion and forces."}]


async def test_a_broken_rule_is_named_with_its_topic(api: Api, providers: Any) -> None:
    answer = deepcopy(BLUEPRINT.answer)
    answer["topics"][1]["prerequisites"] = ["optics"]
    providers.always(step(answer))
    error = error_of(await api.post(BLUEPRINT.path, BLUEPRINT.fields), 502, "blueprint_error")
    told = 'topic 2 ("forces"): prerequisites name no topic by "optics"'
    assert error["message"] == f"Invalid blueprint JSON: {told}"


async def test_it_takes_materials_of_several_megabytes_and_cuts_the_prompt(
    api: Api, providers: Any
) -> None:
    providers.script(step(BLUEPRINT.answer))
    fields = {**BLUEPRINT.fields, "material_text": "A net force accelerates.\n" * 280_000}
    data_of(await api.post(BLUEPRINT.path, fields))
    assert len(providers.prompts[0].user) < 500_000


async def test_it_refuses_a_body_over_eight_megabytes(api: Api, providers: Any) -> None:
    fields = {**BLUEPRINT.fields, "material_text": "x" * (8 * 1024 * 1024)}
    error_of(await api.post(BLUEPRINT.path, fields), 413, "payload_too_large")


@pytest.mark.parametrize(("field", "value"), [("material_count", 0), ("material_text", "")])
async def test_it_refuses_a_body_without_material(
    api: Api, providers: Any, field: str, value: object
) -> None:
    error = error_of(
        await api.post(BLUEPRINT.path, {**BLUEPRINT.fields, field: value}), 422, "validation_error"
    )
    assert error["details"][0]["field"] == field
