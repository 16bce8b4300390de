"""Extraction: what is read of each kind, and that no file does harm."""

import random
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest

from materials import errors
from materials.extraction import Bounds, Extraction, Kind, detect_kind, extract
from stemcore.embedded import demo
from tests.materials import files

PDF, DOCX, PPTX = Kind.PDF, Kind.DOCX, Kind.PPTX
DOCX_MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(content: bytes, kind: Kind, page_limit: int = 40, **bounds: int) -> Extraction:
    return extract(content, kind, page_limit=page_limit, bounds=Bounds(**bounds))


def texts(extraction: Extraction) -> list[str]:
    return [segment.text for segment in extraction.segments]


# Kinds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "mime", "name", "kind"),
    [
        ("docx", "application/pdf", "a.pptx", DOCX),
        (" PDF ", None, "a", PDF),
        (None, DOCX_MIME, "a.pdf", DOCX),
        (None, "application/pdf; charset=binary", "a.docx", PDF),
        ("notes", "application/octet-stream", "class/a.PPTX", PPTX),
        (7, "", "a.b.pdf", PDF),
        (None, None, "template.dotm", DOCX),
        (None, "application/vnd.ms-powerpoint.slideshow.macroEnabled.12", "a", PPTX),
    ],
)
def test_it_knows_the_kind_by_metadata_then_mime_then_ending(
    declared: object, mime: str | None, name: str, kind: Kind
) -> None:
    assert detect_kind(declared, mime, name) is kind


@pytest.mark.parametrize("name", ["a.doc", "a", "pdf", "a.pdf.exe", "", ".pdf/a"])
def test_it_refuses_other_kinds(name: str) -> None:
    with pytest.raises(errors.UnsupportedKind, match="PDF, DOCX or PPTX"):
        detect_kind("video", "video/mp4", name)


# PDF -------------------------------------------------------------------------------------------


def test_it_reads_a_pdf_by_pages() -> None:
    extraction = read(files.text_pdf("Light is absorbed.", "Water is split."), PDF)
    assert [(s.source_type, s.source_index, s.text) for s in extraction.segments] == [
        ("page", 1, "Light is absorbed."),
        ("page", 2, "Water is split."),
    ]
    assert extraction.warnings == ()


def test_it_names_a_pdf_page_after_its_heading_or_the_last_one_before() -> None:
    body = [(72.0, 700.0 - 14 * n, 11.0, "Plain text of the chapter goes on.") for n in range(9)]
    headed = [(72.0, 760.0, 18.0, "Momentum"), *body, (72.0, 500.0, 16.0, "Impulse")]
    extraction = read(files.pdf([headed, body]), PDF)
    assert [segment.section_title for segment in extraction.segments] == ["Momentum", "Impulse"]


def test_it_does_not_take_a_large_formula_for_a_heading() -> None:
    body = [(72.0, 700.0 - 14 * n, 11.0, "Plain text of the chapter goes on.") for n in range(9)]
    extraction = read(files.pdf([[(72.0, 760.0, 18.0, "F = ma"), *body]]), PDF)
    assert extraction.segments[0].section_title is None
    assert "F = ma" in extraction.segments[0].text


def test_it_parts_the_cells_of_a_pdf_table() -> None:
    rows = [
        (72.0, 700.0, 11.0, "Quantity"),
        (250.0, 700.0, 11.0, "Unit"),
        (72.0, 684.0, 11.0, "Force"),
        (250.0, 684.0, 11.0, "newton"),
    ]
    assert texts(read(files.pdf([rows]), PDF)) == ["Quantity | Unit\nForce | newton"]


def test_it_keeps_stretched_prose_together() -> None:
    words = [(72.0 + 70 * n, 700.0, 11.0, "word") for n in range(6)]
    assert texts(read(files.pdf([words]), PDF)) == ["word word word word word word"]


def test_it_reads_only_the_first_pages_and_says_so() -> None:
    extraction = read(files.text_pdf("One", "Two", "Three"), PDF, page_limit=2)
    assert texts(extraction) == ["One", "Two"]
    assert "first 2 of 3 pages" in extraction.warnings[0]


def test_it_leaves_out_empty_pages_in_silence() -> None:
    extraction = read(files.text_pdf("One", "", "Three", ""), PDF)
    assert [segment.source_index for segment in extraction.segments] == [1, 3]
    assert extraction.warnings == ()


def test_it_asks_for_text_recognition_when_a_pdf_is_a_scan() -> None:
    with pytest.raises(errors.NoText, match="OCR"):
        read(files.text_pdf("", ""), PDF)


def test_it_asks_for_a_pdf_without_password() -> None:
    with pytest.raises(errors.EncryptedFile, match="without a password"):
        read(files.pdf([[(72, 720, 11, "Secret")]], encrypted=True), PDF)


# Hostile and broken files -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "content", [b"", b"not a document", bytes(range(256)) * 16, b"%PDF-1.7\n%%EOF"]
)
def test_it_refuses_what_is_no_document(kind: Kind, content: bytes) -> None:
    with pytest.raises(errors.BrokenFile, match="damaged"):
        read(content, kind)


@pytest.mark.parametrize("kind", [DOCX, PPTX])
def test_it_refuses_an_archive_that_is_no_document(kind: Kind) -> None:
    with pytest.raises(errors.BrokenFile):
        read(files.archive({"hello.txt": b"hello"}), kind)


def test_it_refuses_a_truncated_document() -> None:
    whole = files.word(lambda document: document.add_paragraph("Text"))
    with pytest.raises(errors.BrokenFile):
        read(whole[: len(whole) // 2], DOCX)


def test_it_tells_old_and_encrypted_office_files_apart() -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
    with pytest.raises(errors.LegacyOffice, match="DOCX or PPTX"):
        read(compound, DOCX)
    with pytest.raises(errors.EncryptedFile):
        read(compound + "EncryptedPackage".encode("utf-16-le"), PPTX)


@pytest.mark.parametrize("kind", [DOCX, PPTX])
def test_it_refuses_a_zip_bomb(kind: Kind) -> None:
    with pytest.raises(errors.TooLarge, match="split"):
        read(files.archive({"word/document.xml": bytes(20 * 2**20)}), kind)


def test_it_bounds_what_an_archive_unpacks_to() -> None:
    whole = files.word(lambda document: document.add_paragraph("Text"))
    with pytest.raises(errors.TooLarge):
        read(whole, DOCX, unpacked_bytes=10_000)
    with pytest.raises(errors.TooLarge):
        read(whole, DOCX, archive_entries=5)


def test_it_bounds_the_size_of_a_file() -> None:
    with pytest.raises(errors.TooLarge):
        read(files.text_pdf("Text"), PDF, file_bytes=100)


def test_it_does_not_expand_entities() -> None:
    levels = "".join(
        f'<!ENTITY e{after} "{f"&e{before};" * 10}">' for before, after in pairwise(range(9))
    )
    xml = f"""<!DOCTYPE w:document [<!ENTITY e0 "lol">{levels}]><w:document {WORD}>
        <w:body><w:p><w:r><w:t>&e8;</w:t></w:r></w:p></w:body></w:document>"""
    whole = files.word(lambda document: document.add_paragraph("Text"))
    with pytest.raises(errors.ExtractionFailed):
        read(files.with_part(whole, "word/document.xml", xml.encode()), DOCX)


def test_it_reads_no_file_of_this_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    xml = f"""<!DOCTYPE w:document [<!ENTITY x SYSTEM "{secret.as_uri()}">]><w:document {WORD}>
        <w:body><w:p><w:r><w:t>Visible &x;</w:t></w:r></w:p></w:body></w:document>"""
    whole = files.word(lambda document: document.add_paragraph("Text"))
    extraction = read(files.with_part(whole, "word/document.xml", xml.encode()), DOCX)
    assert "secret" not in " ".join(texts(extraction))


def test_it_ends_a_parser_that_takes_too_much_memory() -> None:
    row = f"<w:p {WORD}><w:r><w:t>Text</w:t></w:r></w:p>".encode()
    xml = b"<w:document %s><w:body>%s</w:body></w:document>" % (WORD.encode(), row * 150_000)
    whole = files.word(lambda document: document.add_paragraph("Text"))
    hungry = files.with_part(whole, "word/document.xml", xml)
    assert read(hungry, DOCX).segments
    with pytest.raises(errors.ExtractionFailed):
        read(hungry, DOCX, memory_bytes=64 * 2**20)


def test_it_bounds_the_text_that_comes_out() -> None:
    with pytest.raises(errors.ExtractionFailed):
        read(files.text_pdf("Long enough to pass the bound."), PDF, output_bytes=20)


# The documents of the demo ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "source", "fact"),
    [
        ("photosynthesis.pdf", ("page", 3), "rubisco joins CO₂ to ribulose-1,5-bisphosphate"),
        ("photosynthesis.pdf", ("page", 1), "Chlorophyll a | 430 and 662"),
        ("enzyme-kinetics.docx", ("paragraph", 2), "v = (V_(max) [S])/(K_m + [S])"),
        ("enzyme-kinetics.docx", ("paragraph", 3), "Catalase | H₂O₂ | 25"),
        ("cellular-respiration.pptx", ("slide", 5), "Cyanide and carbon monoxide block complex IV"),
    ],
)
def test_it_finds_the_facts_of_the_demo_documents(
    name: str, source: tuple[str, int], fact: str
) -> None:
    path = Path(demo.__file__).parent / "documents" / name
    extraction = read(path.read_bytes(), Kind(path.suffix[1:]))
    holding = [
        (segment.source_type, segment.source_index)
        for segment in extraction.segments
        if fact in " ".join(segment.text.split("\n"))
    ]
    assert holding == [source]


def test_letters_have_one_form_whoever_wrote_the_file() -> None:
    written = "e\u0301tude ﬁnd soft\u00adhyphen zero\u200bwidth\ue0b7"
    made = files.word(lambda document: document.add_paragraph(written))
    assert texts(read(made, Kind.DOCX)) == ["étude find softhyphen zerowidth"]


def test_letters_of_another_encoding_are_said() -> None:
    def words(*paragraphs: str) -> bytes:
        return files.word(lambda document: [*map(document.add_paragraph, paragraphs)])

    garbled = "L'Ã©tude de l'Ã©nergie dâ€™un systÃ¨me"
    assert "Ã© for é" in read(words(garbled), DOCX).warnings[0]
    whole = words("L'étude de l’énergie", "SÃO PAULO, AÇÃO, NÃO", "Âge, Île, 20 °C ± 1, π ≈ 3")
    assert read(whole, DOCX).warnings == ()


# Known text -------------------------------------------------------------------------------------


def chosen_words() -> list[list[str]]:
    """Two hundred paragraphs of ten words, with what a STEM text has between them."""
    chance = random.Random(11)
    terms = [
        "energy",
        "of",
        "the",
        "is",
        "3.14",
        "−5",
        "(see",
        "below)",
        "H₂O",
        "α",
        "naïve",
        "x=2",
    ]
    return [[chance.choice(terms) for _ in range(10)] for _ in range(200)]


def test_every_word_of_a_made_word_file_comes_in_order() -> None:
    paragraphs = chosen_words()

    def write(document: Any) -> None:
        for number, words in enumerate(paragraphs):
            if number % 20 == 5:
                cells = document.add_table(1, 10).rows[0].cells
                for cell, word in zip(cells, words, strict=True):
                    cell.text = word
            else:
                document.add_paragraph(" ".join(words))

    found = " ".join(texts(read(files.word(write), DOCX))).replace(" | ", " ").split()
    assert found == list(chain.from_iterable(paragraphs))


def test_every_word_of_made_slides_comes_in_order() -> None:
    paragraphs = chosen_words()

    def show(presentation: Any) -> None:
        for first in range(0, len(paragraphs), 5):
            title, *lines = paragraphs[first : first + 5]
            files.add_slide(presentation, " ".join(title), *map(" ".join, lines))

    found = " ".join(texts(read(files.slides(show), PPTX))).split()
    assert found == list(chain.from_iterable(paragraphs))
