"""Word documents: what is read of them, in order and as it is shown."""

from typing import Any

from docx.oxml import parse_xml

from materials.extraction import Extraction, Kind, extract
from tests.materials import files

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(content: bytes, page_limit: int = 40) -> Extraction:
    return extract(content, Kind.DOCX, page_limit=page_limit)


def texts(content: bytes) -> list[str]:
    return [segment.text for segment in read(content).segments]


def test_it_groups_the_paragraphs_of_a_word_file_under_their_headings() -> None:
    def write(document: Any) -> None:
        document.add_paragraph("Before any heading.")
        document.add_heading("Forces", 1)
        document.add_heading("Friction", 2)
        document.add_paragraph("Friction opposes motion.")
        document.add_paragraph("It turns work into heat.")
        document.add_heading("Gravity", 2)
        document.add_paragraph("Gravity pulls.")

    extraction = read(files.word(write))
    assert [(s.source_index, s.section_title, s.text) for s in extraction.segments] == [
        (1, None, "Before any heading."),
        (2, "Friction", "Forces\nFriction\nFriction opposes motion.\nIt turns work into heat."),
        (3, "Gravity", "Gravity\nGravity pulls."),
    ]
    assert {segment.source_type for segment in extraction.segments} == {"paragraph"}


def test_it_knows_headings_of_own_styles_by_their_base() -> None:
    def write(document: Any) -> None:
        style = document.styles.add_style("Kapitel", 1)
        style.base_style = document.styles["Heading 1"]
        document.add_paragraph("Kräfte", style="Kapitel")
        document.add_paragraph("Reibung bremst.")

    assert read(files.word(write)).segments[0].section_title == "Kräfte"


def test_it_reads_lists_and_tables_of_a_word_file_in_place() -> None:
    def write(document: Any) -> None:
        document.add_paragraph("Units:")
        document.add_paragraph("newton", style="List Bullet")
        table = document.add_table(2, 2)
        for index, text in enumerate(["Quantity", "Unit", "Force", "N"]):
            table.cell(index // 2, index % 2).text = text
        document.add_paragraph("After the table.")

    assert texts(files.word(write)) == [
        "Units:\n- newton\nQuantity | Unit\nForce | N\nAfter the table."
    ]


def test_it_reads_text_boxes_and_insertions_but_nothing_deleted() -> None:
    xml = f"""<w:p {WORD}><w:r><w:t>Kept</w:t></w:r>
        <w:ins><w:r><w:t> and added</w:t></w:r></w:ins>
        <w:del><w:r><w:delText> not this</w:delText><w:t> nor this</w:t></w:r></w:del>
        <w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent>
        </w:pict></w:r></w:p>"""

    def write(document: Any) -> None:
        document.element.body.insert(0, parse_xml(xml))

    assert texts(files.word(write)) == ["Kept and added\nBoxed"]


def test_it_reads_tables_within_tables() -> None:
    def write(document: Any) -> None:
        cell = document.add_table(1, 2).cell(0, 0)
        cell.text = "Outer"
        cell.add_table(1, 2).cell(0, 1).text = "Inner"

    assert "Inner" in texts(files.word(write))[0]


def test_it_cuts_a_long_section_into_groups_of_a_page() -> None:
    def write(document: Any) -> None:
        document.add_heading("Long", 1)
        for _ in range(10):
            document.add_paragraph("x" * 1_000)

    extraction = read(files.word(write))
    assert len(extraction.segments) == 5
    assert {segment.section_title for segment in extraction.segments} == {"Long"}


def test_it_reads_as_much_of_a_word_file_as_fits_on_the_pages() -> None:
    def write(document: Any) -> None:
        for _ in range(5):
            document.add_paragraph("x" * 2_000)

    extraction = read(files.word(write), page_limit=2)
    assert extraction.char_count == 6_000
    assert "first 2 pages" in extraction.warnings[0]
