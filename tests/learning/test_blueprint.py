"""The rules of a blueprint: which graphs are accepted, which are refused, and why."""

import json
from copy import deepcopy
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.blueprint import BlueprintAnswer, BlueprintTopic
from stemcore.answers import UnusableAnswer, read_answer
from tests.learning.samples import BLUEPRINT

KEYS = ("a", "b-1", "c-x-9", "d", "e5")
SLUGS = {"Not Kebab": "not-kebab", "a--b": "a-b", "B 1": "b-1"}
"""Keys as they come, and what becomes of them on both sides."""


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
            "key": st.sampled_from((*KEYS, *SLUGS)),
            "title": st.sampled_from(("Topic", "Other", "", "  ", "…")),
            "sequence": st.integers(-2, 8),
            "prerequisites": st.lists(st.sampled_from((*KEYS, *SLUGS, "unknown")), max_size=3),
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
    topics = [with_slugs(topic) for topic in topics]
    keys = [topic["key"] for topic in topics]
    broken = set() if topics else {"at least one topic"}
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


def with_slugs(topic: dict[str, Any]) -> dict[str, Any]:
    prerequisites = [SLUGS.get(key, key) for key in topic["prerequisites"]]
    return {**topic, "key": SLUGS.get(topic["key"], topic["key"]), "prerequisites": prerequisites}


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
    [
        ("Apply", "apply"),
        (" CREATE ", "create"),
        ("analyse", "analyze"),
        ("Applying", "apply"),
        ("Level 2: Understanding", "understand"),
        ("Analysis / Evaluation", "analyze"),
        ("know", None),
        (3, None),
    ],
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


TOPIC = {
    "objectives": [{"objective": "Explain it.", "bloom_level": "Applying"}],
    "assessments": "Draw it.",
}


def topics_read(*topics: dict[str, Any]) -> list[BlueprintTopic]:
    return read({"overview": "All.", "modules": [{**TOPIC, **topic} for topic in topics]}).topics


def test_it_reads_other_usual_names() -> None:
    (topic,) = topics_read({"id": "waves", "name": "Waves", "order": "1", "sources": "Source 1"})
    assert (topic.key, topic.title, topic.sequence) == ("waves", "Waves", 1)
    assert topic.objectives[0].statement == "Explain it."
    assert topic.objectives[0].level == "apply"
    assert topic.assessment_ideas == ["Draw it."]
    assert topic.evidence[0].source_label == "Source 1"


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("Wave Motion", "wave-motion"),
        ("wave_motion", "Wave Motion"),
        ("waveMotion", "wavemotion"),
        ("Wellen – Überblick", "wellen uberblick"),
        ("motion", "Waves & Sound"),
        ("motion", "waves  & sound"),
        ("motion", {"key": "motion"}),
        ("motion", {"title": "Waves & Sound"}),
        ("motion", 1),
        ("", "Waves & Sound"),
        (None, "waves-sound"),
    ],
)
def test_keys_are_slugged_on_both_sides_and_titles_name_their_topic(
    key: object, named: object
) -> None:
    first, second = topics_read(
        {"key": key, "title": "Waves & Sound"},
        {"key": "light", "title": "Light", "prerequisites": [named]},
    )
    assert second.prerequisites == [first.key]


@pytest.mark.parametrize("nothing", ["none", "None", ["N/A"], [""], None, [{"key": "none"}]])
def test_no_prerequisite_may_be_said_in_words(nothing: object) -> None:
    assert topics_read({"key": "a", "title": "A", "prerequisites": nothing})[0].prerequisites == []


def test_topics_without_a_sequence_stand_in_the_order_they_came_in() -> None:
    topics = topics_read(*({"key": key, "title": key} for key in "cab"))
    assert [(topic.key, topic.sequence) for topic in topics] == [("c", 1), ("a", 2), ("b", 3)]


def test_titles_in_other_scripts_have_keys_by_their_place() -> None:
    first, second = topics_read({"title": "运动"}, {"title": "力", "prerequisites": ["运动"]})
    assert (first.key, second.key) == ("topic-1", "topic-2")
    assert second.prerequisites == ["topic-1"]


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
