"""PDF text that is true: made files whose text is known, against what is read of them."""

import random

import pytest

from materials import errors
from materials.extraction import Extraction, Kind, extract
from tests.materials.pdf_files import IMAGE, document, mapped, text

PROSE = "Plain text of the chapter goes on."
BODY = "\n".join(text(72, 600 - 14 * n, 11, PROSE) for n in range(9))


FILLED = [
    ("Molar mass", "18 g/mol"),
    ("Empty", ""),
    ("Goggles worn", "/Yes"),
    ("Gloves worn", "/Off"),
]


def read(content: bytes) -> Extraction:
    return extract(content, Kind.PDF, page_limit=40)


def page_text(content: bytes) -> str:
    return read(content).segments[0].text


# Characters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letters", "shown"),
    [
        (["D835DC66", "003D", "D835DC4E", "D835DC65"], "y=ax"),
        (["D835DFCF", "D835DFD0"], "12"),
        (["FB01", "006E", "0064"], "find"),
        (["0061", "0001", "E123", *["0062"] * 9, "FDD0", "0063"], "a" + "b" * 9 + "c"),
        (["F061", "003D", "F062"], "α=β"),
        (["F8EB", "0078", "F8F6"], "(x)"),
        (["0065", "0301", "0074", "0065", "0301"], "été"),
        (["0061", "2028", "0062"], "a"),
    ],
)
def test_it_reads_the_letters_that_a_font_shows(letters: list[str], shown: str) -> None:
    made = document(mapped(72, 700, 12, len(letters)), letters=letters)
    assert page_text(made).split()[0] == shown


def test_a_code_beyond_unicode_does_not_fail_the_file() -> None:
    drawing = mapped(72, 700, 12, 3) + text(72, 600, 12, "The rest is read.")
    assert "The rest is read." in page_text(
        document(drawing, letters=["0061", "DBFFDFFFDC00", "62"])
    )


def test_it_joins_a_word_divided_at_the_end_of_its_line() -> None:
    drawing = text(72, 700, 11, "Every bond is mo-") + text(72, 686, 11, "lecular by nature.")
    drawing += text(72, 672, 11, "A molecular bond holds.")
    assert "Every bond is molecular by nature." in page_text(document(drawing))


def test_it_keeps_the_hyphen_of_a_word_that_the_file_spells_with_one() -> None:
    drawing = text(72, 700, 11, "A well-known law.") + text(72, 686, 11, "It is a well-")
    drawing += text(72, 672, 11, "known law of nature.")
    assert "It is a well-known law of nature." in page_text(document(drawing))


def test_it_composes_accents_printed_over_their_letters() -> None:
    drawing = "BT /F 12 Tf 72 700 Td (k) Tj [(\xa8) 333 (onnen)] TJ ET"
    assert page_text(document(drawing)) == "können"


def test_it_composes_accents_that_come_after_their_word() -> None:
    drawing = text(72, 700, 12, "fur das Alter") + text(75.33, 700, 12, "\xa8", "F")
    assert page_text(document(drawing)) == "für das Alter"


def test_a_character_without_a_meaning_leaves_the_others_in_their_places() -> None:
    drawing = text(72, 700, 12, r"Of \000 about") + text(170, 700, 12, "10")
    drawing += text(183.4, 704.5, 7, "23") + text(200, 700, 12, "parts")
    assert page_text(document(drawing)) == "Of about 10²³ parts"


def test_a_page_of_single_letters_is_no_garbage() -> None:
    letters = [text(72, 700 - 30 * n, 11, letter) for n, letter in enumerate("abcdefgh")]
    assert page_text(document("".join(letters))) == "a b c d e f g h"


def test_labels_of_a_picture_stand_on_one_line() -> None:
    labels = [(90, 700, "H"), (150, 690, "OH"), (120, 660, "C"), (300, 640, "Benzene")]
    drawing = "".join(text(x, y, 11, label) for x, y, label in labels)
    drawing += "".join(text(72, 600 - 14 * n, 11, "}") for n in range(3)) + text(72, 500, 11, PROSE)
    assert page_text(document(drawing)) == f"H OH C Benzene\n}}\n}}\n}}\n{PROSE}"


# Scripts, cells, order ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "size", "shift", "script", "shown"),
    [
        ("10", 7, 4.5, "23", "10²³"),
        ("H", 7, -2.5, "2", "H₂"),
        ("x", 7, 4.5, "(n+1)", "x^((n+1))"),
        ("x", 7, 4.5, "n+1", "x^(n+1)"),
        ("V", 7, -2.5, "max", "V_(max)"),
        ("x", 7, -2.5, "i", "x_i"),
        ("Ca", 7, 4.5, "2+", "Ca²⁺"),
        ("10", 7, 4.5, "th", "10th"),
        ("x", 7, 4.5, "*", "x*"),
    ],
)
def test_scripts_stay_on_their_line_with_their_meaning(
    base: str, size: float, shift: float, script: str, shown: str
) -> None:
    width = {"10": 13.4, "H": 8.7, "x": 6, "V": 8, "Ca": 15.4}[base]
    drawing = text(72, 700, 12, "Exactly") + text(120, 700, 12, base)
    drawing += text(120 + width, 700 + shift, size, script) + text(170, 700, 12, "of it remain")
    assert shown in page_text(document(drawing)).split()


def bar(left: float, right: float, y: float) -> str:
    return f"{left} {y} {right - left} 0.5 re f\n"


FRACTIONS = [
    # What is drawn, from left to right, at the baseline 700; widths are those of Helvetica at 12.
    (
        text(72, 700, 12, "v =") + text(100, 708, 12, "a + b") + text(111, 692, 12, "c")
        + bar(99.5, 129.5, 704) + text(136, 700, 12, "+ d"),
        "v = (a + b)/c + d",
    ),
    (
        text(72, 700, 12, "E =") + text(100, 708, 12, "1") + text(100, 692, 12, "2")
        + bar(99, 108, 704) + text(109, 700, 12, "mv") + text(125.4, 704.5, 7, "2"),
        "E = (1/2)mv²",
    ),
    (
        text(72, 700, 12, "half is") + text(110, 705, 7, "1") + text(110, 697, 7, "2")
        + bar(109.5, 114.5, 703.5) + text(118.5, 700, 12, "of it"),
        "half is 1/2 of it",
    ),
    (
        text(72, 700, 12, "x =") + text(100, 708, 12, "1") + text(96.5, 692, 12, "2a")
        + bar(96, 110.5, 704),
        "x = 1/(2a)",
    ),
    # One in another, the inner one drawn smaller.
    (
        text(72, 700, 12, "y =") + text(100, 713, 7, "p") + text(100, 703, 7, "q")
        + bar(99.5, 104.5, 710.5) + text(98.7, 688, 12, "r") + bar(97, 107, 700.8),
        "y = (p/q)/r",
    ),
]  # fmt: skip
NO_FRACTIONS = [
    # Words underlined, with words under them.
    text(72, 700, 12, "Laws of motion") + bar(72, 152, 698.6) + text(84, 686, 12, "Chapter two"),
    # A table, ruled under its head.
    text(72, 700, 12, "Metal") + text(160, 700, 12, "Density") + bar(72, 202, 696)
    + text(72, 684, 12, "Iron") + text(160, 684, 12, "7.87"),
    # A sum.
    text(72, 714, 12, " 12") + text(72, 700, 12, "+35") + bar(72, 93, 696)
    + text(75.3, 684, 12, "47"),
]  # fmt: skip


@pytest.mark.parametrize(("drawing", "shown"), FRACTIONS)
def test_a_fraction_with_a_bar_stands_on_its_line(drawing: str, shown: str) -> None:
    assert page_text(document(drawing)) == shown


@pytest.mark.parametrize("drawing", NO_FRACTIONS, ids=["underlined", "table", "sum"])
def test_a_line_between_words_makes_no_fraction(drawing: str) -> None:
    assert "/" not in page_text(document(drawing))


def test_a_root_is_of_what_its_bar_covers() -> None:
    drawing = text(72, 700, 12, "00020001", "M") + text(84, 700, 12, "x + 1")
    drawing += bar(84, 110.5, 711)
    assert page_text(document(drawing, letters=["221A", "003D"])) == "=√(x + 1)"


def test_a_script_keeps_its_own_scripts() -> None:
    drawing = text(72, 700, 12, "e") + text(78.7, 705, 8, "x") + text(82.7, 708, 5.5, "2")
    assert page_text(document(drawing + text(90, 700, 12, "decays"))) == "e^(x²) decays"


def test_a_bullet_or_number_is_no_cell() -> None:
    rows = [("1.", "First"), ("2.", "Second"), ("•", "Third")]
    drawing = "".join(
        text(72, 700 - 14 * n, 11, label) + text(100, 700 - 14 * n, 11, words)
        for n, (label, words) in enumerate(rows)
    )
    assert page_text(document(drawing)) == "1. First\n2. Second\n• Third"


def test_a_table_is_read_row_by_row() -> None:
    rows = [("Metal", "Density", "Melts at"), ("Iron", "7.87", "1538"), ("Copper", "8.96", "1085")]
    drawing = "".join(
        text(72 + 120 * x, 700 - 16 * y, 11, cell)
        for y, row in enumerate(rows)
        for x, cell in enumerate(row)
    )
    assert page_text(document(drawing)).split("\n") == [" | ".join(row) for row in rows]


def test_a_table_written_column_by_column_is_read_row_by_row() -> None:
    rows = [("Metal", "Density", "Melts at"), ("Iron", "7.87", "1538"), ("Copper", "8.96", "1085")]
    drawing = text(72, 730, 11, "Table 1. Of metals.") + "".join(
        text(72 + 120 * x, 700 - 16 * y, 11, rows[y][x]) for x in range(3) for y in range(3)
    )
    drawing += text(72, 640, 11, "Iron melts later.")
    shown = [" | ".join(row) for row in rows]
    assert page_text(document(drawing)).split("\n") == [
        "Table 1. Of metals.", *shown, "Iron melts later.",
    ]  # fmt: skip


def test_columns_of_prose_stay_columns() -> None:
    columns = [f"{side} column goes on {word}" for side in ("Left", "Right") for word in "abcd"]
    drawing = "".join(
        text(72 + 260 * (n // 4), 700 - 16 * (n % 4), 11, line) for n, line in enumerate(columns)
    )
    assert page_text(document(drawing)).split("\n") == columns


@pytest.mark.parametrize(
    ("matrix", "rotate"),
    [("0 1 -1 0 300 100", 90), ("0 -1 1 0 300 700", 270), ("-1 0 0 -1 500 400", 180)],
)
def test_a_rotated_page_is_read_as_it_is_seen(matrix: str, rotate: int) -> None:
    drawing = f"q {matrix} cm {text(0, 0, 12, 'Turned once')}{text(0, -14, 12, 'and again')} Q"
    assert page_text(document(drawing, rotate=rotate)) == "Turned once\nand again"


def test_what_runs_upwards_beside_the_text_is_read_as_words() -> None:
    axis = text(0, 0, 9, "Velocity in metres").replace("BT", "q 0 1 -1 0 50 300 cm BT") + " Q\n"
    assert page_text(document(BODY + axis)).split("\n")[-1] == "Velocity in metres"


def test_a_stamp_across_the_page_is_read_as_words() -> None:
    stamp = "BT /F 40 Tf 0.7 0.7 -0.7 0.7 150 200 Tm (Draft of May) Tj ET\n"
    assert page_text(document(BODY + stamp)).split("\n")[-1] == "Draft of May"


def test_letters_below_each_other_are_a_line_of_japanese() -> None:
    letters = ["529B", "3068", "8CEA", "91CF", "0020"]
    drawing = "".join(text(300, 700 - 14 * n, 12, f"{n + 1:04x}0005", "M") for n in range(4))
    assert page_text(document(drawing, letters=letters)) == "力と質量"


def test_running_lines_are_read_once_and_page_numbers_never() -> None:
    pages = [
        text(72, 800, 9, "Mechanics, autumn term")
        + text(72, 700, 11, f"The matter of page {'abcdef'[n]}.")
        + text(72, 686, 11, f"It ends with {'uvwxyz'[n]}.")
        + text(72, 672, 11, "Between.")
        + text(290, 30, 9, str(n + 1))
        for n in range(6)
    ]
    segments = read(document(*pages)).segments
    whole = "\n".join(segment.text for segment in segments)
    assert whole.count("Mechanics, autumn term") == 1
    assert all(f"page {letter}." in whole for letter in "abcdef")
    assert not any(line.isdigit() for line in whole.split("\n"))


def test_letters_that_run_from_right_to_left_come_in_their_order() -> None:
    # The font prints the last letter first, as every PDF does.
    letters = ["05DD", "05D5", "05DC", "05E9"]
    assert page_text(document(mapped(72, 700, 12, 4), letters=letters)) == "שלום"


# Sections ----------------------------------------------------------------------------------------


def test_the_outline_names_the_sections() -> None:
    made = document(BODY, BODY, BODY, outline=[("Momentum", 0), ("Impulse", 2)])
    titles = [segment.section_title for segment in read(made).segments]
    assert titles == ["Momentum", "Momentum", "Impulse"]


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        (
            text(72, 760, 18, "Laws of motion and") + text(72, 738, 18, "of rest"),
            "Laws of motion and of rest",
        ),
        (text(72, 760, 11, "Laws in bold", "B"), "Laws in bold"),
        (text(72, 760, 18, "X"), None),
        (text(72, 760, 18, "Contents . . . . . . . . 5"), None),
    ],
)
def test_headings_are_whole_and_never_a_letter_or_leaders(heading: str, title: str | None) -> None:
    assert read(document(heading + BODY)).segments[0].section_title == title


# Fields, notes, scans, garbage -------------------------------------------------------------------


def test_filled_fields_and_notes_are_read() -> None:
    made = document(BODY, fields=FILLED, note="See chapter 2")
    shown = page_text(made)
    assert "Molar mass: 18 g/mol" in shown
    assert "Goggles worn: Yes" in shown
    assert "Gloves" not in shown
    assert "See chapter 2" in shown
    assert "Empty" not in shown


RICH = (
    '<body><p>10<span style="vertical-align: super">23</span> mol</p>'
    "<p>of H<sub>2</sub>O</p></body>"
)
TEXT_FIELD = "/Subtype /Widget /FT /Tx /T (Amount)"
CHOICE = "/Subtype /Widget /FT /Ch /T (Metals) /Opt [[(1) (Iron)] [(2) (Copper)] [(3) (Zinc)]]"


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        (f"{TEXT_FIELD} /V (1023 mol of H2O) /RV ({RICH})", "Amount: 10²³ mol\nof H₂O"),
        (f"{TEXT_FIELD} /RV ({RICH})", "Amount: 10²³ mol\nof H₂O"),
        (f"{TEXT_FIELD} /V (5 mol) /RV ({RICH})", "Amount: 5 mol"),
        (f"{TEXT_FIELD} /V (5 mol) /RV (<p>5 & <<)", "Amount: 5 mol"),
        (f"{CHOICE} /V (2)", "Metals: Copper"),
        (f"{CHOICE} /Ff 2097152 /V [(1) (3)]", "Metals: Iron; Zinc"),
        (f"/Subtype /FreeText /Contents () /RC ({RICH})", "10²³ mol\nof H₂O"),
    ],
)  # fmt: skip
def test_fields_and_notes_are_read_as_they_are_shown(annotation: str, shown: str) -> None:
    assert page_text(document(BODY, annotations=[annotation])).endswith(f"\n\n{shown}")


def test_a_picture_without_text_is_a_scan_and_an_empty_page_is_none() -> None:
    extraction = read(document(BODY, IMAGE, "", BODY + IMAGE))
    assert len(extraction.warnings) == 1
    assert "pictures without text: 2." in extraction.warnings[0]


@pytest.mark.parametrize(
    "letters", [None, [f"{0xE100 + n:04X}" for n in range(40)], ["FFFD"] * 40], ids=str
)
def test_text_that_means_nothing_is_said(letters: list[str] | None) -> None:
    garbage = mapped(72, 700, 8, 40)
    with pytest.raises(errors.UnreadableText, match="OCR"):
        read(document(garbage, letters=letters))
    extraction = read(document(BODY, garbage, letters=letters))
    assert [segment.source_index for segment in extraction.segments] == [1]
    assert "cannot be read by a program: 2." in extraction.warnings[0]


def test_letters_that_stand_for_others_are_said() -> None:
    garbage = "\n".join(
        text(72, 600 - 14 * n, 11, "7KH ODZ VWDWHV WKDW IRUFH LV PDVV") for n in range(9)
    )
    with pytest.raises(errors.UnreadableText):
        read(document(garbage))


# Known text --------------------------------------------------------------------------------------


def test_the_words_of_a_made_document_come_in_order() -> None:
    chance = random.Random(7)
    terms = ["energy", "mass", "of", "the", "a", "is", "conserved", "42", "3.14", "(see", "below)"]
    words = [chance.choice(terms) for _ in range(2_000)]
    lines = [" ".join(words[n : n + 8]) for n in range(0, len(words), 8)]
    pages = [
        "\n".join(text(72, 780 - 14 * n, 11, line) for n, line in enumerate(lines[k : k + 50]))
        for k in range(0, len(lines), 50)
    ]
    found = " ".join(segment.text for segment in read(document(*pages)).segments).split()
    assert found == words
