"""PowerPoint presentations: what is read of them, in order and as it is shown."""

from typing import Any

from materials.extraction import Extraction, Kind, extract
from tests.materials import files


def read(content: bytes, page_limit: int = 40) -> Extraction:
    return extract(content, Kind.PPTX, page_limit=page_limit)


def texts(content: bytes) -> list[str]:
    return [segment.text for segment in read(content).segments]


def test_it_reads_slides_with_lists_tables_and_notes() -> None:
    def write(presentation: Any) -> None:
        files.add_slide(presentation, "Energy", "Forms", " kinetic", "  of motion")
        slide = files.add_slide(presentation, "Units", "SI", notes="Ask for examples.")
        files.add_table(slide, [["Quantity", "Unit"], ["Energy", "joule"]])

    extraction = read(files.slides(write))
    assert [(s.source_type, s.source_index, s.section_title) for s in extraction.segments] == [
        ("slide", 1, "Energy"),
        ("slide", 2, "Units"),
    ]
    assert [segment.text for segment in extraction.segments] == [
        "Energy\nForms\n  - kinetic\n    - of motion",
        "Units\nSI\nQuantity | Unit\nEnergy | joule\n\nNotes: Ask for examples.",
    ]


def test_it_reads_shapes_in_groups() -> None:
    def write(presentation: Any) -> None:
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        box = slide.shapes.add_group_shape().shapes.add_textbox(0, 0, 100, 100)
        box.text_frame.text = "Inside a group"

    segment = read(files.slides(write)).segments[0]
    assert (segment.text, segment.section_title) == ("Inside a group", None)


def test_it_counts_slides_and_says_nothing_of_empty_ones() -> None:
    def write(presentation: Any) -> None:
        for title in ("One", "", "Three", "Four"):
            files.add_slide(presentation, title)

    extraction = read(files.slides(write), page_limit=3)
    assert [segment.source_index for segment in extraction.segments] == [1, 3]
    assert "first 3 of 4 slides" in extraction.warnings[0]
    assert len(extraction.warnings) == 1
