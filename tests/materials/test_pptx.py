"""PowerPoint presentations: what is read of them, in order and as it is shown."""

from typing import Any

from materials.extraction import Extraction, Kind, extract
from tests.materials import files, office
from tests.materials.office import shape, xml


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


def test_the_title_of_a_slide_comes_first() -> None:
    assert shown(shape("Mass resists.") + shape("Inertia", placeholder="title")).split("\n") == [
        "Inertia",
        "Mass resists.",
    ]


def test_labels_of_one_picture_stand_on_one_line() -> None:
    shapes = [shape("Sun"), shape("Earth"), shape("0"), shape("0"), shape("a }", "b }")]
    shapes += [shape("x", placeholder="body"), shape("y" * 25), *[shape("R")] * 12, shape("Moon")]
    assert shown("".join(shapes)).split("\n") == [
        "Sun; Earth; 0; 0", "a }", "b }", "x", "y" * 25, "12 × R; Moon",
    ]  # fmt: skip


def test_it_counts_slides_and_says_nothing_of_empty_ones() -> None:
    def write(presentation: Any) -> None:
        for title in ("One", "", "Three", "Four"):
            files.add_slide(presentation, title)

    extraction = read(files.slides(write), page_limit=3)
    assert [segment.source_index for segment in extraction.segments] == [1, 3]
    assert "first 3 of 4 slides" in extraction.warnings[0]
    assert len(extraction.warnings) == 1


# As PowerPoint shows it --------------------------------------------------------------------------


def shown(*slides: str, **more: Any) -> str:
    return office.text_of(office.read_slides(office.pptx(*slides, **more)))


def test_it_keeps_what_is_raised_and_lowered() -> None:
    def run(text: str, baseline: int = 0) -> str:
        return f'<a:r><a:rPr baseline="{baseline}"/><a:t>{text}</a:t></a:r>'

    line = run("10") + run("2", 30000) + run("3", 30000) + run(" H") + run("2", -25000) + run("O")
    assert shown(shape(f"<a:p>{line}</a:p>")) == "10²³ H₂O"


def test_it_reads_equations_of_which_old_readers_see_a_picture() -> None:
    math = "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r>"
    math += "</m:den></m:f><m:r><m:t>m</m:t></m:r></m:oMath>"
    choice = shape(f"<a:p><a:r><a:t>E = </a:t></a:r><a14:m xmlns:a14='x'>{math}</a14:m></a:p>")
    both = f"<mc:AlternateContent><mc:Choice>{choice}</mc:Choice><mc:Fallback>"
    assert shown(both + shape("picture") + "</mc:Fallback></mc:AlternateContent>") == "E = (1/2)m"


def test_it_numbers_paragraphs_as_they_are_shown() -> None:
    def numbered(text: str, scheme: str = "arabicPeriod", level: int = 0, start: int = 1) -> str:
        number = f'<a:buAutoNum type="{scheme}" startAt="{start}"/>'
        return f'<a:p><a:pPr lvl="{level}">{number}</a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'

    lines = [numbered("a"), numbered("b"), numbered("c", "alphaLcParenR", 1)]
    lines += [numbered("d", "alphaLcParenR", 1), numbered("e"), "plain"]
    lines += [numbered("f", "romanUcPeriod", start=4), numbered("g", "arabicParenBoth")]
    assert shown(shape(*lines)).split("\n") == [
        "1. a",
        "2. b",
        "  a) c",
        "  b) d",
        "3. e",
        "plain",
        "IV. f",
        "(1) g",
    ]


def test_it_takes_numbers_dates_and_footers_of_slides_for_no_text() -> None:
    field = '<a:p><a:fld type="{}"><a:t>7</a:t></a:fld></a:p>'
    furniture = (
        shape("Lecture 4", placeholder="ftr"),
        shape("1 May", placeholder="dt"),
        shape("7", placeholder="sldNum"),
        shape(field.format("slidenum"), field.format("datetime1")),
    )
    assert shown(shape("Text") + "".join(furniture)) == "Text"


def test_it_leaves_hidden_slides_and_shapes_out_and_says_so() -> None:
    content = office.pptx(
        shape("One"), shape("Answer key: 42"), shape("Three") + shape("Secret", hidden=True),
        attributes=("", 'show="0"'),
    )  # fmt: skip
    extraction = office.read_slides(content)
    assert [(s.source_index, s.text) for s in extraction.segments] == [(1, "One"), (3, "Three")]
    assert "Hidden slides were left out: 2." in extraction.warnings[0]
    assert "Hidden text was left out" in extraction.warnings[1]


def test_it_reads_the_points_of_a_diagram_in_their_order() -> None:
    def point(name: str, text: str, kind: str = "node") -> str:
        inner = f"<dgm:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></dgm:t>"
        return f'<dgm:pt modelId="{name}" type="{kind}">{inner}</dgm:pt>'

    def link(source: str, target: str, order: int, kind: str = "parOf") -> str:
        return (
            f'<dgm:cxn type="{kind}" srcId="{source}" destId="{target}" srcOrd="{order}" '
            'destOrd="0"/>'
        )

    points = [point("0", "", "doc"), point("b", "Fission"), point("a", "Growth")]
    points += [point("c", "Division of the nucleus"), point("x", "Arrow", "sibTrans")]
    links = [link("0", "b", 1), link("0", "a", 0), link("b", "c", 0), link("a", "x", 0, "presOf")]
    data = f"<dgm:ptLst>{''.join(points)}</dgm:ptLst><dgm:cxnLst>{''.join(links)}</dgm:cxnLst>"
    frame = '<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm="rId5"/>'
    frame += "</a:graphicData></a:graphic></p:graphicFrame>"
    text = shown(
        shape("Cells", placeholder="title") + frame,
        parts={"ppt/diagrams/data1.xml": xml("dgm:dataModel", data)},
        related={"rId5": ("diagramData", "../diagrams/data1.xml")},
    )
    assert text.split("\n") == ["Cells", "- Growth", "- Fission", "  - Division of the nucleus"]


def test_it_reads_charts_of_slides() -> None:
    frame = '<p:graphicFrame><a:graphicData><c:chart r:id="rId5"/></a:graphicData>'
    text = shown(
        frame + "</p:graphicFrame>",
        parts={"ppt/charts/chart1.xml": xml("c:chartSpace", office.CHART)},
        related={"rId5": ("chart", "../charts/chart1.xml")},
    )
    assert "Chart: Yeast at 30 °C" in text
    assert "0 | 12.5 | 11" in text


def test_it_reads_merged_cells_once() -> None:
    def cell(text: str, attributes: str = "") -> str:
        inner = f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
        return f"<a:tc {attributes}><a:txBody>{inner}</a:txBody></a:tc>"

    rows = [
        cell("Mass", 'gridSpan="2"') + cell("", 'hMerge="1"') + cell("Time"),
        cell("kg", 'rowSpan="2"') + cell("g") + cell("s"),
        cell("", 'vMerge="1"') + cell("mg") + cell("ms"),
    ]
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    frame = f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{table}</a:tbl></a:graphicData>"
    assert shown(frame + "</a:graphic></p:graphicFrame>").split("\n") == [
        "Mass |  | Time",
        "kg | g | s",
        " | mg | ms",
    ]


def test_it_names_slides_that_are_pictures() -> None:
    content = office.pptx(shape("Text"), "<p:pic/>", "")
    assert office.read_slides(content).warnings == (
        "No text was found on these slides: 2. Pictures are not read.",
    )


def test_it_reads_on_behind_a_damaged_slide() -> None:
    content = office.pptx(shape("One"), shape("Two"), shape("Three"))
    content = files.with_part(content, "ppt/slides/slide1.xml", b"<p:sld")
    extraction = office.read_slides(content)
    assert [segment.source_index for segment in extraction.segments] == [1, 3]
    assert "damaged or missing in the file were not read: 2." in extraction.warnings[0]


def test_it_numbers_what_its_layout_or_master_numbers() -> None:
    number = '<a:lstStyle><a:lvl1pPr><a:buAutoNum type="alphaLcParenR"/></a:lvl1pPr></a:lstStyle>'
    tree = "<p:cSld><p:spTree>{}</p:spTree></p:cSld>"
    layout = tree.format(shape("sample", placeholder="body").replace("<a:bodyPr/>", number))
    styles = "<p:txStyles><p:bodyStyle>{}</p:bodyStyle></p:txStyles>"
    level = '<a:lvl2pPr><a:buAutoNum type="arabicPeriod"/></a:lvl2pPr>'
    parts = {
        "ppt/layouts/one.xml": office.xml("p:sldLayout", layout),
        "ppt/layouts/_rels/one.xml.rels": office.relations({"r1": ("slideMaster", "../m.xml")}),
        "ppt/m.xml": office.xml("p:sldMaster", tree.format("") + styles.format(level)),
    }
    lines = ["first", "second", '<a:p><a:pPr lvl="1"/><a:r><a:t>deeper</a:t></a:r></a:p>']
    lines += ["<a:p><a:pPr><a:buNone/></a:pPr><a:r><a:t>plain</a:t></a:r></a:p>"]
    made = office.pptx(
        shape(*lines, placeholder="body") + shape("free"),
        parts=parts,
        related={"rId9": ("slideLayout", "../layouts/one.xml")},
    )
    shown_lines = office.text_of(office.read_slides(made)).split("\n")
    assert shown_lines == ["a) first", "b) second", "  1. deeper", "plain", "free"]


def test_it_reads_strict_open_xml() -> None:
    assert office.text_of(office.read_slides(office.strict(office.pptx(shape("Text"))))) == "Text"


def test_it_ignores_an_odd_number_and_keeps_the_file() -> None:
    odd = '<a:p><a:pPr lvl="²"><a:buAutoNum type="?" startAt="x"/></a:pPr>'
    odd += '<a:r><a:rPr baseline="3.5%"/><a:t>Text</a:t></a:r></a:p>'
    assert shown(shape(odd)) == "1. Text"


def test_it_bounds_the_text_of_slides_and_says_so() -> None:
    content = office.pptx(shape("x" * 5_000), shape("y" * 5_000), shape("z"))
    extraction = office.read_slides(content, page_limit=3)
    assert extraction.char_count == 9_000
    assert "were cut: 2, 3." in extraction.warnings[0]
