"""Word documents: what is read of them, in order and as it is shown."""

from typing import Any

import pytest
from docx.oxml import parse_xml

from materials import errors
from materials.extraction import Extraction, Kind, extract
from tests.materials import files, office
from tests.materials.office import paragraph, run, xml

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


# As Word shows it --------------------------------------------------------------------------------

RAISED = '<w:vertAlign w:val="superscript"/>'
LOWERED = '<w:vertAlign w:val="subscript"/>'


def shown(body: str, parts: dict[str, bytes] | None = None, **related: str) -> str:
    return office.text_of(office.read_word(office.docx(body, parts, **related)))


def warnings(body: str) -> tuple[str, ...]:
    return office.read_word(office.docx(body)).warnings


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (("6.022·10", run("2", RAISED), run("3", RAISED), " atoms"), "6.022·10²³ atoms"),
        (("H", run("2", LOWERED), "O"), "H₂O"),
        (("SO", run("4", LOWERED), run("2−", RAISED)), "SO₄²⁻"),
        (("x", run("n+1", RAISED)), "x^(n+1)"),
        (("V", run("max", LOWERED), " is"), "V_(max) is"),
        (("the 1", run("st", RAISED), " law"), "the 1st law"),
        ((run("all raised", RAISED),), "all raised"),
    ],
)
def test_it_keeps_what_is_raised_and_lowered(runs: tuple[str, ...], text: str) -> None:
    assert shown(paragraph(*runs)) == text


def test_letters_in_the_style_of_formulas_are_plain_ones() -> None:
    assert office.text_of(read(office.docx(paragraph("𝐸 = 𝑚𝑐²")))) == "E = mc²"


def test_text_that_runs_from_right_to_left_stands_as_it_is_read() -> None:
    runs = [run("האנרגיה היא ", "<w:rtl/>"), run("E = mc"), run("2", RAISED), run(" (1905).")]
    assert shown(paragraph(*runs, properties="<w:bidi/>")) == "האנרגיה היא E = mc² (1905)."


def test_it_reads_the_position_from_a_style_of_characters() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="Hoch"><w:name w:val="hoch"/><w:rPr>'
        '<w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    )
    body = paragraph("10", run("6", '<w:rStyle w:val="Hoch"/>'))
    parts = {"word/styles.xml": xml("w:styles", styles)}
    assert shown(body, parts, styles="styles.xml") == "10⁶"


def test_it_reads_letters_of_symbol_fonts() -> None:
    def sym(code: str, font: str = "Symbol") -> str:
        return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'

    font = '<w:rFonts w:ascii="Symbol"/>'
    body = paragraph(
        sym("F044"), "H is negative when T ", sym("F0B3"), " 298 K, ", sym("F071"), " = 2",
        sym("F070"), " ", sym("F0E0", "Wingdings"), " ", run("a\uf0b1", font),
    )  # fmt: skip
    assert shown(body) == "ΔH is negative when T ≥ 298 K, θ = 2π → α±"
    assert warnings(body) == ()


def test_it_says_when_a_symbol_is_not_known() -> None:
    body = paragraph("A", '<w:r><w:sym w:font="Bodoni Ornaments" w:char="F021"/></w:r>')
    assert warnings(body) == ("One character of a symbol font could not be read.",)
    assert shown(body) == "A"


def test_it_puts_footnotes_and_endnotes_behind_their_paragraph() -> None:
    def reference(kind: str, number: int) -> str:
        return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'

    def notes(kind: str, **texts: str) -> bytes:
        own = f"<w:r><w:{kind}Ref/></w:r>"
        inner = (
            f'<w:{kind} w:id="{name[1:]}">{paragraph(own, text)}</w:{kind}>'
            for name, text in texts.items()
        )
        return xml(f"w:{kind}s", "".join(inner))

    body = paragraph("Water boils at 100 °C", reference("footnote", 2), ".")
    body += paragraph("Ice melts", reference("footnote", 1), reference("endnote", 1), ".")
    parts = {
        "word/footnotes.xml": notes("footnote", n1="Slowly.", n2="At sea level."),
        "word/endnotes.xml": notes("endnote", n1="See Planck."),
    }
    assert shown(body, parts, footnotes="footnotes.xml", endnotes="endnotes.xml").split("\n") == [
        "Water boils at 100 °C[1].",
        "[1] At sea level.",
        "Ice melts[2][i].",
        "[2] Slowly.",
        "[i] See Planck.",
    ]


# Numbers of lists --------------------------------------------------------------------------------


def listed(text: str, list_id: int = 1, level: int = 0) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return paragraph(text, properties=properties)


def numbering(*levels: tuple[str, str], more: str = "") -> dict[str, bytes]:
    """A definition of these formats and texts, used by list 1; `more` are further lists."""
    inner = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(levels)
    )
    abstract = f'<w:abstractNum w:abstractNumId="0">{inner}</w:abstractNum>'
    first = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return {"word/numbering.xml": xml("w:numbering", abstract + first + more)}


def numbered(body: str, parts: dict[str, bytes]) -> list[str]:
    return shown(body, parts, numbering="numbering.xml").split("\n")


def test_it_numbers_lists_as_they_are_shown() -> None:
    parts = numbering(("decimal", "%1."), ("lowerLetter", "%2)"), ("lowerRoman", "(%3)"))
    body = listed("One") + listed("Two") + listed("under", level=1) + listed("too", level=1)
    body += listed("deep", level=2) + listed("Three") + listed("anew", level=1)
    body += paragraph("Use the result of problem 2.")
    assert numbered(body, parts) == [
        "1. One",
        "2. Two",
        "  a) under",
        "  b) too",
        "    (i) deep",
        "3. Three",
        "  a) anew",
        "Use the result of problem 2.",
    ]


@pytest.mark.parametrize(
    ("form", "last"),
    [("hebrew1", "טז."), ("hebrew2", "ע."), ("arabicAlpha", "ط."), ("arabicAbjad", "ع.")],
)
def test_it_numbers_lists_in_hebrew_and_arabic(form: str, last: str) -> None:
    body = "".join(listed(f"Item {n}") for n in range(16))
    assert numbered(body, numbering((form, "%1.")))[-1] == f"{last} Item 15"


def test_it_numbers_headings_by_all_their_levels() -> None:
    parts = numbering(("upperRoman", "%1"), ("decimal", "%1.%2"))
    heading = '<w:outlineLvl w:val="0"/>'
    body = listed("Forces").replace("</w:numPr>", f"</w:numPr>{heading}")
    body += listed("Friction", level=1) + listed("Drag", level=1)
    extraction = office.read_word(office.docx(body, parts, numbering="numbering.xml"))
    assert extraction.segments[0].section_title == "I Forces"
    assert "  I.2 Drag" in extraction.segments[0].text.split("\n")


def test_it_restarts_a_list_where_the_file_says_so() -> None:
    more = (
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    parts = numbering(("decimal", "%1."), more=more)
    body = listed("a") + listed("b", 3) + listed("c", 2) + listed("d", 2)
    assert numbered(body, parts) == ["1. a", "2. b", "5. c", "6. d"]


def test_it_shows_bullets_and_lists_without_definition() -> None:
    parts = numbering(("bullet", "\uf0b7"))
    assert numbered(listed("dot") + listed("none", 9), parts) == ["- dot", "none"]


# Tables ------------------------------------------------------------------------------------------


def table(*rows: tuple[str, ...]) -> str:
    """Cells are text, or start with the properties of a cell."""
    inner = "".join("<w:tr>" + "".join(map(cell, row)) + "</w:tr>" for row in rows)
    return f"<w:tbl>{inner}</w:tbl>"


def cell(text: str) -> str:
    properties, _, words = text.rpartition("/>")
    return (
        f"<w:tc><w:tcPr>{properties + '/>' if properties else ''}</w:tcPr>{paragraph(words)}</w:tc>"
    )


def test_it_reads_merged_cells_once_and_keeps_their_columns() -> None:
    body = table(
        ('<w:gridSpan w:val="2"/>Mass', "Time"),
        ("kg", "g", "s"),
        ('<w:vMerge w:val="restart"/>Metal', "1.50", "2"),
        ("<w:vMerge/>", "0.30", "4"),
    )
    assert shown(body).split("\n") == [
        "Mass |  | Time",
        "kg | g | s",
        "Metal | 1.50 | 2",
        " | 0.30 | 4",
    ]


def test_it_repeats_the_header_of_a_table_in_each_group() -> None:
    body = table(("n", "value"), *((str(n), "x" * 90) for n in range(100)))
    segments = office.read_word(office.docx(body)).segments
    assert len(segments) > 3
    assert all(segment.text.startswith("n | value\n") for segment in segments)
    rows = [line for s in segments for line in s.text.split("\n") if line != "n | value"]
    assert rows == [f"{n} | {'x' * 90}" for n in range(100)]


# What is left out, and said ----------------------------------------------------------------------


def test_it_leaves_hidden_text_out_and_says_so() -> None:
    body = paragraph("Question", run(" Answer: 42", "<w:vanish/>"))
    body += paragraph(run("shown", '<w:vanish w:val="0"/>'))
    assert shown(body) == "Question\nshown"
    assert "Hidden text was left out" in warnings(body)[0]


def test_it_counts_equations_of_old_editors() -> None:
    body = paragraph("E", '<w:r><w:object><o:OLEObject ProgID="Equation.3"/></w:object></w:r>')
    assert "One equation of an old equation editor was not read" in warnings(body)[0]
    assert "2 equations of an old" in warnings(body + body)[0]


def test_it_says_what_to_do_about_a_body_in_another_file() -> None:
    with pytest.raises(errors.EmbeddedBodies, match="save it again as DOCX"):
        office.read_word(office.docx('<w:altChunk r:id="rId9"/>'))
    assert "save it again as DOCX" in warnings(paragraph("A") + '<w:altChunk r:id="rId9"/>')[0]


def test_it_reads_no_field_codes_and_no_prompts_of_empty_forms() -> None:
    field = "".join(
        f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>{inner}'
        for kind, inner in (
            ("begin", "<w:r><w:instrText>REF x</w:instrText></w:r>"),
            ("separate", run("Figure 3")),
            ("end", ""),
        )
    )
    prompt = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
    prompt += f"{run('Click here')}</w:sdtContent></w:sdt>"
    assert shown(paragraph("See ", field, prompt, " below")) == "See Figure 3 below"


def test_it_reads_the_first_of_alternatives() -> None:
    box = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    body = paragraph(
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing>" + box.format("New")
        + "</w:drawing></mc:Choice><mc:Fallback><w:pict>" + box.format("Old")
        + "</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
        "Beside",
    )  # fmt: skip
    assert shown(body) == "Beside\nNew"


# Files as others write them ----------------------------------------------------------------------


@pytest.mark.parametrize("target", ["NULL", "../NULL", "media/missing.png"])
def test_it_reads_a_file_whose_pictures_are_missing(target: str) -> None:
    content = office.docx(paragraph("Text"), image=target, header="gone.xml", styles="NULL")
    assert office.text_of(office.read_word(content)) == "Text"


def test_it_reads_strict_open_xml() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>'
    body = paragraph("Title", properties='<w:pStyle w:val="H"/>') + paragraph("Text")
    parts = {"word/styles.xml": xml("w:styles", styles)}
    content = office.strict(office.docx(body, parts, styles="styles.xml"))
    assert b"purl.oclc.org" in files.entries(content)["word/document.xml"]
    (segment,) = office.read_word(content).segments
    assert (segment.section_title, segment.text) == ("Title", "Title\nText")


def test_it_finds_the_document_by_its_relationship_whatever_it_is_called() -> None:
    parts = files.entries(office.docx(paragraph("Text")))
    parts["Word\\Document2.XML"] = parts.pop("word/document.xml")
    parts["_rels/.rels"] = office.relations({"r": ("officeDocument", "/word/document2.xml")})
    assert office.text_of(office.read_word(files.archive(parts))) == "Text"
    del parts["_rels/.rels"], parts["[Content_Types].xml"]
    parts["word/document.xml"] = parts.pop("Word\\Document2.XML")
    assert office.text_of(office.read_word(files.archive(parts))) == "Text"


@pytest.mark.parametrize("part", ["styles", "numbering", "footnotes"])
def test_it_reads_a_file_of_which_another_part_is_damaged(part: str) -> None:
    content = office.docx(paragraph("Text"), {f"word/{part}.xml": b"<w:"}, **{part: f"{part}.xml"})
    assert office.text_of(office.read_word(content)) == "Text"


@pytest.mark.parametrize("odd", ["²", "", "-", "1e9", "99999999999", "NaN", "٣"])
def test_it_ignores_an_odd_number_and_keeps_the_file(odd: str) -> None:
    properties = f'<w:outlineLvl w:val="{odd}"/><w:numPr><w:ilvl w:val="{odd}"/><w:numId '
    properties += f'w:val="{odd}"/></w:numPr>'
    body = paragraph("Text", properties=properties) + table((f'<w:gridSpan w:val="{odd}"/>A', "B"))
    assert shown(body) == "Text\nA | B"


def test_it_refuses_a_presentation_that_is_called_a_document() -> None:
    with pytest.raises(errors.BrokenFile):
        office.read_word(office.pptx(office.shape("Text")))


# Diagrams and charts -----------------------------------------------------------------------------


def test_it_reads_a_chart_behind_its_paragraph() -> None:
    graphic = '<w:r><w:drawing><a:graphic><a:graphicData><c:chart r:id="rId0"/></a:graphicData>'
    graphic += "</a:graphic></w:drawing></w:r>"
    parts = {"word/charts/chart1.xml": xml("c:chartSpace", office.CHART)}
    assert shown(paragraph("Growth:", graphic), parts, chart="charts/chart1.xml").split("\n") == [
        "Growth:",
        "Chart: Yeast at 30 °C",
        "Axes: Hour; Cells",
        "Category | Control | Heated",
        "0 | 12.5 | 11",
        "1 | 25.25 | ",
    ]


def test_it_reads_the_kinds_of_chart_that_came_later() -> None:
    space = "http://schemas.microsoft.com/office/drawing/2014/chartex"
    points = ("".join(f'<pt idx="{n}">{x}</pt>' for n, x in enumerate(xs)) for xs in ("ab", "12"))
    words, numbers = points
    made = f'''<chartSpace xmlns="{space}"><chartData><data id="7">
        <strDim type="cat"><lvl ptCount="2">{words}</lvl></strDim>
        <numDim type="val"><lvl ptCount="2">{numbers}</lvl></numDim></data></chartData>
        <chart><title><tx><txData><v>Energy budget</v></txData></tx></title><plotArea>
        <plotAreaRegion><series layoutId="waterfall"><tx><txData><v>kJ</v></txData></tx>
        <dataId val="7"/></series></plotAreaRegion></plotArea></chart></chartSpace>'''
    graphic = '<w:r><w:drawing><a:graphic><a:graphicData><c:chart r:id="rId0"/></a:graphicData>'
    graphic += "</a:graphic></w:drawing></w:r>"
    parts = {"word/charts/chartEx1.xml": made.encode()}
    assert shown(paragraph(graphic), parts, chartEx="charts/chartEx1.xml").split("\n") == [
        "Chart: Energy budget", "Category | kJ", "a | 1", "b | 2",
    ]  # fmt: skip


def test_it_says_when_a_chart_is_missing() -> None:
    graphic = '<w:r><w:drawing><a:graphicData><c:chart r:id="rId7"/></a:graphicData></w:drawing>'
    assert "damaged or missing" in warnings(paragraph("A", graphic + "</w:r>"))[0]


def test_several_documents_in_one_file_are_read_one_after_the_other() -> None:
    body = f"{office.paragraph('First')}</w:body><w:body>{office.paragraph('Second')}"
    assert office.text_of(office.read_word(office.docx(body))) == "First\nSecond"


def test_cells_that_hold_whole_columns_are_read_row_by_row() -> None:
    def cell(*lines: str) -> str:
        return f"<w:tc>{''.join(map(office.paragraph, lines))}</w:tc>"

    columns = cell("Iron", "Copper", "Zinc") + cell("7.87", "8.96", "7.14")
    uneven = cell("One", "Two", "Three") + cell("1")
    level = cell("Income", "Tax", "", "Rest") + cell("10", "", "", "7", "")
    rows = "".join(f"<w:tr>{row}</w:tr>" for row in (columns, uneven, level))
    made = office.docx(f"<w:tbl>{rows}</w:tbl>")
    assert office.text_of(office.read_word(made)).split("\n") == [
        "Iron | 7.87", "Copper | 8.96", "Zinc | 7.14", "One Two Three | 1",
        "Income | 10", "Tax | ", "Rest | 7",
    ]  # fmt: skip
