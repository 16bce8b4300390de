"""The index of words: what it finds, and that it stays right beside others who write chunks."""

import asyncio
import re
import time
import unicodedata
from collections.abc import Sequence
from hashlib import blake2b
from math import log
from typing import Any
from uuid import UUID

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st

from classes.models import Classroom
from materials.index import rows
from materials.index.keys import PieceHashes
from materials.index.pieces import pieces_of
from materials.index.repair import Repairs, repair_class
from materials.index.rows import missing_rows, repair
from materials.index.sweep import sweep
from materials.models import Material, MaterialChunk
from materials.search import MAX_CANDIDATES, MAX_PER_MATERIAL, ByWords, Hit, textual
from materials.terms import Term, query_terms
from stemcore.runtime import runtime
from tests import factories
from tests.cast import Cast
from tests.database import Superuser
from tests.properties import tries

DECOMPOSED = unicodedata.normalize("NFD", "La cinétique du zébrule est mesurée.")


def rows_now(database: Superuser) -> list[dict[str, Any]]:
    """The rows of the index, oldest class first."""
    return database.execute("SELECT * FROM stem.chunk_words ORDER BY class_id, chunk_id").fetchall()


async def ask(classroom: Classroom, question: str) -> ByWords:
    return await textual(classroom.id, query_terms(question))


async def found(classroom: Classroom, question: str) -> list[UUID]:
    return [hit.chunk_id for hit in (await ask(classroom, question)).hits]


def chunks_of(material: Material, texts: Sequence[str]) -> list[UUID]:
    return [
        factories.chunk(material, text, embedding=None, source_index=n).id
        for n, text in enumerate(texts)
    ]


def distract(classroom: Classroom) -> None:
    """Materials that hold the common words of the questions again and again."""
    prose = (
        "What the code of the law is: energy, water, cells and the rate at which it is mixed.",
        "Explain the equation of a body in the membrane by its temperature, volume and mass.",
        "Compare the structure of acids and salts; the answer to problem 4 is given below.",
        "植物的细胞壁由纤维素构成。水分子通过膜。",
        "Die Zelle nimmt Wasser auf; der Stoff wird in der Leber abgebaut und gespeichert.",
    )
    for _ in range(3):
        chunks_of(factories.material(classroom), prose)


# What is found ---------------------------------------------------------------------------------

KINDS = [
    ("What does F = ma say?", "Newton wrote F=ma for a body."),
    ("What does F=ma say?", "Newton wrote F = ma + b for a body."),
    ("Where is E = mc^2 from?", "The mass gives E=mc^2 at rest."),
    ("Explain a2+b2=c2", "In each such triangle a² + b² = c² holds."),
    ("Balance 2H2 + O2 -> 2H2O", "Burning: 2H2 + O2 → 2H2O with heat."),
    ("What does NADP+ do?", "Ferredoxin reduces NADP⁺ there."),
    ("Is H2SO4 an acid?", "Take H₂SO₄ with care."),
    ("What about Ca2+ in the cell?", "The inflow of Ca²⁺ begins it."),
    ("What is the pH of water?", "In the lumen, pH is 5.5."),
    ("What is ΔG?", "The sign of ΔG decides."),
    ("What does code QX-17 mean?", "Spare pump: qx-17, second shelf."),
    ("What does code QX-17 mean?", "Spare pump: QX‑17, second shelf."),
    ("What does code QX-17 mean?", "Spare pump: QX17, second shelf."),
    ("Explain kcat/Km", "The ratio kcat/Km ranks enzymes."),
    ("What is co-transport?", "By cotransport sugar comes along."),
    ("What is cotransport?", "By co-transport sugar comes along."),
    ("What is co-transport?", "By co\u00adtransport sugar comes along."),
    ("What is photosynthesis?", "Plants live by photo-\nsynthesis alone."),
    ("Was macht die Membran?", "Die Zellmembranen trennen innen und außen."),
    ("Was ist die Photosyntheserate?", "Die Photo\u00adsynthese\u00adrate steigt mit Licht."),
    ("Was ist die Photosynthese?", "Die Photosyntheserate steigt mit Licht."),
    ("Wie groß ist die Ähre?", "Die ÄHRE trägt das Korn."),
    ("cinétique zébrule", DECOMPOSED),
    (unicodedata.normalize("NFD", "cinétique zébrule"), "La cinétique du zébrule."),
    ("What is influx?", "The in\ufb02ux of ions."),
    ("What is the influx?", "The in\u200bflux of ions."),
    ("什么是光合作用？", "光合作用把光能变成化学能。"),
    ("DNA复制怎么开始？", "复制从起点开始。"),
    ("光合成はどこで起こりますか", "葉緑体で光合成が行われる。"),
    ("광합성은 어디서?", "엽록체에서 광합성을 한다."),
    ("कोशिका क्या है?", "हर जीव की कोशिका अलग है।"),
    ("properties of gases", "Each property of neon."),
    ("What are RNAs?", "An RNA of the ribosome."),
    ("What is an RNA?", "Many RNAs of the ribosome."),
    ("What is 6.022?", "The number is 6.022 times ten to the 23."),
]


@pytest.mark.parametrize(("question", "text"), KINDS)
async def test_it_finds_every_kind_of_rare_term(cast: Cast, question: str, text: str) -> None:
    distract(cast.classroom)
    (wanted,) = chunks_of(factories.material(cast.classroom), [text])
    await repair_class(cast.classroom.id)
    answer = await ask(cast.classroom, question)
    assert not answer.not_indexed
    assert wanted in [hit.chunk_id for hit in answer.hits[:5]]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the rate?", "They separate and operate."),
        ("What is a cell?", "An excellent cellar."),
        ("Code QX-17", "Code QX-18."),
        ("NADP+", "NADPH is made."),
    ],
)
async def test_it_finds_no_short_word_inside_another(cast: Cast, question: str, text: str) -> None:
    chunks_of(factories.material(cast.classroom), [text.replace("Code ", "")])
    await repair_class(cast.classroom.id)
    assert await found(cast.classroom, question.replace("Code ", "")) == []


WORDS = st.sampled_from(
    """
    enzyme enzymes membrane transmembrane ATP atp pH rate rates separate property properties QX-17
    QX-18 NADP+ NADPH H2SO4 F=ma glucose gluconeogenesis co-transport transport cell cells
    cellular Ähre ähre photosynthesis photo synthesis 光合作用 合作 什么 ion ions
    """.split()  # noqa: SIM905 - thirty strings would take thirty lines
)
TEXTS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)


@tries(12, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes minutes here
@given(st.lists(TEXTS, min_size=1, max_size=20), st.lists(TEXTS, min_size=4, max_size=4))
def test_it_ranks_as_reading_every_chunk_does(
    cast: Cast, texts: list[str], questions: list[str]
) -> None:
    classroom = factories.classroom(cast.teacher)
    ids = [id for n in range(2) for id in chunks_of(factories.material(classroom), texts[n::2])]
    terms = [query_terms(question) for question in questions]
    expected = [ranked_by_hand(classroom, one) for one in terms]
    read = [textual.sync(classroom.id, one) for one in terms]
    half = [*ids[::2]]
    assert repair.sync(classroom.id, half)
    mixed = [textual.sync(classroom.id, one) for one in terms]
    assert repair.sync(classroom.id, ids)
    indexed = [textual.sync(classroom.id, one) for one in terms]
    assert expected == [list(one.hits) for one in read]
    assert expected == [list(one.hits) for one in mixed]
    assert expected == [list(one.hits) for one in indexed]


def ranked_by_hand(classroom: Classroom, terms: Sequence[Term]) -> list[Hit]:
    """What a search must find: chunk by chunk, without a database's help."""
    chunks = list(MaterialChunk.objects.filter(classroom=classroom))
    pieces = {chunk.id: pieces_of(chunk.text) for chunk in chunks}
    holding = [{id for id in pieces if pieces[id].issuperset(term.pieces)} for term in terms]
    weights = [log(1 + (len(chunks) - len(ids) + 0.5) / (len(ids) + 0.5)) for ids in holding]
    scored = []
    for chunk in chunks:
        score = sum(w for w, ids in zip(weights, holding, strict=True) if chunk.id in ids)
        if any(chunk.id in ids for ids in holding):
            scored.append((-round(score, 6), chunk.source_index, chunk.id, chunk.material_id))
    taken: list[Hit] = []
    for _, _, chunk_id, material_id in sorted(scored):
        if sum(hit.material_id == material_id for hit in taken) < MAX_PER_MATERIAL:
            taken.append(Hit(chunk_id, material_id))
    return taken[:MAX_CANDIDATES]


@given(st.text(max_size=400), st.text(max_size=20))
def test_it_cuts_any_text_into_pieces_that_a_part_of_it_shares(text: str, end: str) -> None:
    assert pieces_of(text) <= pieces_of(f"{text}\n\n{end}") | pieces_of(text[-1:] + end)
    assert all(0 < len(piece) <= 5 and not re.search(r"\s", piece) for piece in pieces_of(text))


@pytest.mark.parametrize("unit", ["-", "a-", "=", "a=a", "((a", "a^a + ", "\ufdfa", "光=a", "<-"])
def test_no_text_takes_long_to_cut(unit: str) -> None:
    start = time.process_time()
    pieces_of(unit * 50_000)
    query_terms(unit * 50_000)
    assert time.process_time() - start < 5


# Beside others ---------------------------------------------------------------------------------


async def test_it_finds_what_another_worker_wrote_and_is_repaired(
    cast: Cast, database: Superuser, requested_repairs: list[UUID]
) -> None:
    material = factories.material(cast.classroom)
    chunks_of(material, ["Rubisco fixes carbon dioxide."])
    await repair_class(cast.classroom.id)
    (foreign,) = database.execute(
        "INSERT INTO public.material_chunks"
        " (material_id, class_id, source_type, source_index, text, token_count)"
        " VALUES (%s, %s, 'page', 9, 'Rotenone blocks it.', 5) RETURNING id",
        [material.id, cast.classroom.id],
    )
    answer = await ask(cast.classroom, "rotenone")
    assert answer.not_indexed
    assert [hit.chunk_id for hit in answer.hits] == [foreign["id"]]
    assert await missing_rows(cast.classroom.id) == [foreign["id"]]
    await repair_class(cast.classroom.id)
    answer = await ask(cast.classroom, "rotenone")
    assert not answer.not_indexed
    assert [hit.chunk_id for hit in answer.hits] == [foreign["id"]]


async def test_it_does_not_believe_a_row_of_what_a_chunk_was_before(
    cast: Cast, database: Superuser
) -> None:
    (chunk,) = chunks_of(factories.material(cast.classroom), ["Rotenone blocks it."])
    await repair_class(cast.classroom.id)
    database.execute(
        "UPDATE public.material_chunks SET text = 'Rubisco does.' WHERE id = %s", [chunk]
    )
    assert await found(cast.classroom, "rotenone") == []
    assert await found(cast.classroom, "rubisco") == [chunk]
    await repair_class(cast.classroom.id)
    assert await missing_rows(cast.classroom.id) == []
    assert await found(cast.classroom, "rotenone") == []
    assert await found(cast.classroom, "rubisco") == [chunk]


async def test_it_gives_no_place_to_chunks_that_are_gone(cast: Cast, database: Superuser) -> None:
    material = factories.material(cast.classroom)
    chunks_of(material, ["Rotenone blocks it."] * 30)
    await repair_class(cast.classroom.id)
    database.execute("DELETE FROM public.material_chunks")
    new = chunks_of(material, ["Rotenone blocks it still."] * 3)
    assert await found(cast.classroom, "rotenone") == new


@pytest.mark.parametrize("status", ["pending", "processing", "failed"])
async def test_it_searches_only_materials_that_are_ready(
    cast: Cast, database: Superuser, status: str
) -> None:
    material = factories.material(cast.classroom)
    chunks_of(material, ["Rotenone blocks it."])
    await repair_class(cast.classroom.id)
    database.execute("UPDATE public.materials SET status = %s", [status])
    assert await ask(cast.classroom, "rotenone") == ByWords()


async def test_it_searches_one_class(cast: Cast) -> None:
    chunks_of(factories.material(cast.other_classroom), ["Rotenone blocks it."])
    await repair_class(cast.other_classroom.id)
    assert await found(cast.classroom, "rotenone") == []
    assert len(await found(cast.other_classroom, "rotenone")) == 1


async def test_repair_leaves_a_class_to_the_process_that_is_at_it(
    cast: Cast, database: Superuser
) -> None:
    ids = chunks_of(factories.material(cast.classroom), ["Rotenone.", "Rubisco."])
    with database.transaction():
        database.execute(
            "SELECT pg_advisory_xact_lock(hashtext('chunk_words'), hashtext(%s))",
            [str(cast.classroom.id)],
        )
        assert not await repair(cast.classroom.id, ids)
        await repair_class(cast.classroom.id)
        assert len(await missing_rows(cast.classroom.id)) == 2
    assert await repair(cast.classroom.id, ids)
    assert await missing_rows(cast.classroom.id) == []


async def test_repairs_at_once_make_every_row(cast: Cast, database: Superuser) -> None:
    chunks_of(factories.material(cast.classroom), [f"Rotenone {n}." for n in range(40)])
    await asyncio.gather(*(repair_class(cast.classroom.id) for _ in range(4)))
    await repair_class(cast.classroom.id)
    assert await missing_rows(cast.classroom.id) == []
    assert len(rows_now(database)) == 40


async def test_repairs_go_on_behind_the_request(
    cast: Cast, database: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    for classroom in (cast.classroom, cast.other_classroom):
        chunks_of(factories.material(classroom), ["Rotenone."])
    repairs = runtime().part(Repairs)
    for _ in range(2):
        repairs.request(cast.classroom.id)
        repairs.request(cast.other_classroom.id)
    await repairs.settled()
    assert len(rows_now(database)) == 2


# The secret ------------------------------------------------------------------------------------


async def test_rows_of_another_secret_count_as_missing_and_are_made_again(
    cast: Cast, database: Superuser, settings: Any
) -> None:
    (chunk,) = chunks_of(factories.material(cast.classroom), ["Rotenone blocks it."])
    await repair_class(cast.classroom.id)
    (before,) = rows_now(database)
    settings.SECRET_KEY = "another secret"
    answer = await ask(cast.classroom, "rotenone")
    assert answer.not_indexed
    assert [hit.chunk_id for hit in answer.hits] == [chunk]
    await repair_class(cast.classroom.id)
    (after,) = rows_now(database)
    assert not (await ask(cast.classroom, "rotenone")).not_indexed
    assert after["key_id"] != before["key_id"]
    assert not set(after["pieces"]) & set(before["pieces"])


async def test_no_hash_means_the_same_in_two_classes_or_without_the_secret(
    cast: Cast, database: Superuser
) -> None:
    pieces = pieces_of("Rotenone blocks it.")
    for classroom in (cast.classroom, cast.other_classroom):
        chunks_of(factories.material(classroom), ["Rotenone blocks it."])
        await repair_class(classroom.id)
    stored = {row["class_id"]: set(row["pieces"]) for row in rows_now(database)}
    own = {class_id: set(PieceHashes(class_id).of(pieces)) for class_id in stored}
    assert stored == own
    one, other = stored.values()
    assert not one & other
    bare = {
        int.from_bytes(blake2b(piece.encode(), digest_size=4, key=key).digest(), "big", signed=True)
        for piece in pieces
        for key in (b"", *(class_id.bytes for class_id in stored))
    }
    assert not (one | other) & bare


# The sweep -------------------------------------------------------------------------------------


async def test_the_sweep_removes_rows_without_a_chunk_and_no_other(
    cast: Cast, database: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "SWEPT", 3)
    material = factories.material(cast.classroom)
    ids = chunks_of(material, [f"Rotenone {n}." for n in range(10)])
    await repair_class(cast.classroom.id)
    assert await sweep() == 0
    database.execute("DELETE FROM public.material_chunks WHERE id = ANY(%s)", [ids[:4]])
    assert await sweep() == 4
    assert {row["chunk_id"] for row in rows_now(database)} == set(ids[4:])
    database.execute("DELETE FROM public.materials")
    assert await sweep() == 6
    assert await sweep() == 0
