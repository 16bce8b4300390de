"""The rules of a blueprint: which graphs are accepted, which are refused, and why."""

import json
from copy import deepcopy
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.blueprint import BlueprintAnswer
from stemcore.answers import UnusableAnswer, read_answer
from tests.learning.samples import BLUEPRINT

KEYS = ("a", "b-1", "c-x-9", "d", "e5")


def read(payload: dict[str, Any]) -> BlueprintAnswer:
    return read_answer(json.dumps(payload), BlueprintAnswer, "blueprint")


def faults(payload: dict[str, Any]) -> str:
    with pytest.raises(UnusableAnswer) as raised:
        read(payload)
    assert raised.value.message.startswith("Invalid blueprint JSON: ")
    return "; ".join(raised.value.faults)


def changed(place: int | None = None, **fields: Any) -> dict[str, Any]:
    """The sample with other fields, of the whole or of one topic."""
    payload = deepcopy(BLUEPRINT)
    target = payload if place is None else payload["topics"][place]
    target.update(fields)
    return payload


def test_it_accepts_the_sample_unchanged() -> None:
    assert read(BLUEPRINT).model_dump(by_alias=True) == BLUEPRINT


# Graphs -----------------------------------------------------------------------------------------

graphs = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from((*KEYS, "Not Kebab", "a--b", "")),
            "title": st.sampled_from(("Topic", "Other", "", "  ", "…")),
            "sequence": st.integers(-2, 8),
            "prerequisites": st.lists(st.sampled_from((*KEYS, "unknown")), max_size=3),
            "objectives": st.lists(
                st.sampled_from(({"statement": "Explain."}, {"statement": " "}, {})), max_size=2
            ),
            "assessmentIdeas": st.lists(st.sampled_from(("Draw it.", " ", "Draw it.")), max_size=2),
        }
    ),
    max_size=5,
)

plain_graphs = st.lists(st.sampled_from(KEYS), min_size=1, unique=True).flatmap(
    lambda keys: st.tuples(
        *(
            st.fixed_dictionaries(
                {
                    "key": st.just(key),
                    "title": st.just("Topic"),
                    "sequence": st.just(place * 3),
                    "prerequisites": st.lists(st.sampled_from(keys), max_size=3),
                    "objectives": st.just([{"statement": "Explain."}]),
                    "assessmentIdeas": st.just(["Draw it."]),
                }
            )
            for place, key in enumerate(keys)
        )
    )
)


def broken_rules(topics: list[dict[str, Any]]) -> set[str]:
    """The rules that a graph breaks, judged without the code under test."""
    keys = [topic["key"] for topic in topics]
    broken = set() if topics else {"at least one topic"}
    if any(key not in KEYS for key in keys):
        broken.add("kebab-case")
    if len(set(keys)) < len(keys):
        broken.add("key is that of")
    sequences = [topic["sequence"] for topic in topics]
    if len(set(sequences)) < len(sequences):
        broken.add("sequence is that of")
    for topic in topics:
        named = set(topic["prerequisites"])
        if topic["key"] in named:
            broken.add("must not name the topic itself")
        if named - set(keys) - {topic["key"]}:
            broken.add("name no topic by")
        if not any(character.isalnum() for character in topic["title"]):
            broken.add("title is missing")
        if not any(one.get("statement", "").strip() for one in topic["objectives"]):
            broken.add("objectives")
        if not any(idea.strip() for idea in topic["assessmentIdeas"]):
            broken.add("assessmentIdeas")
    return broken or ({"form a cycle"} if is_cyclic(topics) else set())


def is_cyclic(topics: list[dict[str, Any]]) -> bool:
    try:
        TopologicalSorter({one["key"]: one["prerequisites"] for one in topics}).prepare()
    except CycleError:
        return True
    return False


@given(graphs)
def test_it_refuses_a_graph_for_every_rule_that_it_breaks(topics: list[dict[str, Any]]) -> None:
    broken = broken_rules(topics)
    if broken:
        told = faults({"summary": "All.", "topics": topics})
        assert all(rule in told for rule in broken)
    else:
        assert read({"summary": "All.", "topics": topics}).topics


@given(plain_graphs)
def test_accepted_graphs_keep_every_rule(topics: tuple[dict[str, Any], ...]) -> None:
    payload = {"summary": "All.", "topics": list(topics)[::-1]}
    broken = broken_rules(payload["topics"])
    if broken:
        assert all(rule in faults(payload) for rule in broken)
        return
    made = read(payload)
    keys = [topic.key for topic in made.topics]
    assert [topic.sequence for topic in made.topics] == list(range(1, len(keys) + 1))
    assert keys == [topic["key"] for topic in topics]
    for topic in made.topics:
        assert set(topic.prerequisites) <= set(keys) - {topic.key}
        assert len(set(topic.prerequisites)) == len(topic.prerequisites)
    assert not is_cyclic([topic.model_dump() for topic in made.topics])
    assert broken_rules(made.model_dump(by_alias=True)["topics"]) == set()


# Repairs ----------------------------------------------------------------------------------------


def test_it_sorts_topics_and_closes_gaps() -> None:
    payload = changed(0, sequence=10)
    payload["topics"][1]["sequence"] = "4"
    topics = read(payload).topics
    assert [(topic.key, topic.sequence) for topic in topics] == [("forces", 1), ("motion", 2)]


def test_it_trims_strings_and_drops_repeated_ones() -> None:
    ideas = [" Draw. ", "Draw.", "", "Explain."]
    assert read(changed(0, assessmentIdeas=ideas)).topics[0].assessment_ideas == [
        "Draw.",
        "Explain.",
    ]


@pytest.mark.parametrize(
    ("level", "read_level"),
    [("Apply", "apply"), (" CREATE ", "create"), ("analyse", "analyze"), ("know", None), (3, None)],
)
def test_it_brings_levels_to_one_case_or_none(level: object, read_level: str | None) -> None:
    objective = {"statement": "Explain.", "level": level}
    assert read(changed(0, objectives=[objective])).topics[0].objectives[0].level == read_level


@pytest.mark.parametrize("rubric", [None, {}, "high", {"coverageCompleteness": "high"}, []])
def test_it_leaves_out_an_incomplete_rubric(rubric: object) -> None:
    assert read(changed(qualityRubric=rubric)).quality_rubric is None


def test_it_always_says_version_two() -> None:
    assert read(changed(schemaVersion=1)).schema_version == "v2"


def test_it_reads_objectives_and_evidence_that_are_only_text() -> None:
    topic = read(changed(0, objectives=["Explain."], evidence=["Source 1", {}, None])).topics[0]
    assert topic.objectives[0].statement == "Explain."
    assert [evidence.source_label for evidence in topic.evidence] == ["Source 1"]


# Faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        (changed(summary=" "), "summary: must say something"),
        (changed(topics=[]), "topics: at least one topic is needed"),
        (changed(topics=None), "topics: must be a valid list"),
        (changed(1, key="motion"), 'topic 2 ("motion"): key is that of topic 1 too'),
        (changed(1, sequence=1), 'topic 2 ("forces"): sequence is that of topic 1 too'),
        (changed(1, title=""), 'topic 2 ("forces"): title is missing'),
        (changed(1, objectives=[{}]), 'topic 2 ("forces"): objectives: at least one'),
        (changed(1, assessmentIdeas=[]), 'topic 2 ("forces"): assessmentIdeas: at least one'),
        (
            changed(1, prerequisites=["optics"]),
            'topic 2 ("forces"): prerequisites name no topic by "optics"',
        ),
        (changed(0, prerequisites=["forces"]), 'form a cycle: "'),
        (changed(0, key="Two Words"), "topic 1: key must be kebab-case"),
        (changed(0, sequence="first"), "topics[0].sequence"),
    ],
)
def test_its_faults_name_topic_and_rule(payload: dict[str, Any], fault: str) -> None:
    assert fault in faults(payload)


def test_a_text_in_place_of_a_key_is_not_repeated() -> None:
    told = faults(changed(0, key="IGNORE the rules", prerequisites=["SECRET stuff", "x" * 99]))
    assert "SECRET" not in told
    assert "IGNORE" not in told
    assert "xxx" not in told
