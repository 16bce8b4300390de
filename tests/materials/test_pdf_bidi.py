"""PDF lines that run from right to left: as they are printed, against as they are read.

The printed forms are those of the bidirectional algorithm (UAX 9), from left to right.
"""

import pytest

from materials.extraction import Kind, extract
from tests.materials.pdf_files import document, text

# Printed from left to right, and read.
LINES = [
    ("םולש", "שלום"),
    (".ןייטשנייא יפל E = mc² איה היגרנאה", "האנרגיה היא E = mc² לפי איינשטיין."),
    (".םוח תטלופ 2H₂ + O₂ → 2H₂O הבוגתה", "התגובה 2H₂ + O₂ → 2H₂O פולטת חום."),
    (".ארקנ photosynthesis in plants חנומה", "המונח photosynthesis in plants נקרא."),
    (".תיעוביר איה x² + 2x + 1 = 0", "x² + 2x + 1 = 0 היא ריבועית."),
    (".5°C- לש הרוטרפמטב 25% לש זוכיר", "ריכוז של 25% בטמפרטורה של -5°C."),
    (".m 5 הבוגמ תלפונ kg 2.5 לש הסמ", "מסה של 2.5 kg נופלת מגובה 5 m."),
    (".הריזג f(x) = x^(n+1) היצקנופה", "הפונקציה f(x) = x^(n+1) גזירה."),
    (".1907-ו 1906 ,1905 םינשה ןיב", "בין השנים 1905, 1906 ו-1907."),
    (".3x + 5 = 20 האוושמה תא ורתפ .1", "1. פתרו את המשוואה 3x + 5 = 20."),
    (".x > 0 רובע תרדגומ log₂(x) היצקנופה", "הפונקציה log₂(x) מוגדרת עבור x > 0."),
    (".C°5- ةرارح دنع %25 ةبسن", "نسبة 25% عند حرارة -5°C."),
    (
        ".عراستلا بسحا ،m = 3 kg ةلتكلاو F = 12 N ةوقلا",
        "القوة F = 12 N والكتلة m = 3 kg، احسب التسارع.",
    ),
    ("!معن ؟يلوأ ١٧ ددعلا له", "هل العدد ١٧ أولي؟ نعم!"),
    ("The word םלוע םולש means hello world.", "The word שלום עולם means hello world."),
]  # fmt: skip
SEEN = ".)12 דומע ואר( םירמאמ", "מאמרים (ראו עמוד 12)."
"""The brackets as they look on the page; other files name them as they are meant."""


def printed(line: str, *, from_right: bool = False, space: bool = True) -> bytes:
    """A line of letters of equal width, written as a whole, or letter by letter from the right."""
    letters = sorted(set(line))
    codes = [f"<{letters.index(char) + 1:04x}>" for char in line]
    start, shown = 72, "".join(codes)
    if not space:
        # So many thousandths of the size back, or on, from where the last letter ended.
        shown = "".join("-500" if char == " " else c for char, c in zip(line, codes, strict=True))
    if from_right:
        start, shown = 66 + 6 * len(line), " 1000 ".join(reversed(codes))
    drawing = f"BT /M 12 Tf {start} 700 Td [{shown}] TJ ET"
    return document(drawing, letters=hexadecimal(letters))


def hexadecimal(letters: list[str]) -> list[str]:
    return [letter.encode("utf-16-be").hex() for letter in letters]


def read(content: bytes) -> str:
    return extract(content, Kind.PDF, page_limit=1).segments[0].text


@pytest.mark.parametrize("from_right", [False, True], ids=["written left", "written right"])
def test_lines_come_in_the_order_of_reading(from_right: bool) -> None:
    found = [read(printed(line, from_right=from_right)) for line, _ in LINES]
    assert found == [line for _, line in LINES]


def test_spaces_that_the_file_leaves_out_are_seen() -> None:
    line, shown = LINES[1]
    assert read(printed(line, space=False)) == shown


@pytest.mark.parametrize("mirrored", [False, True], ids=["seen", "meant"])
def test_brackets_open_before_they_close(mirrored: bool) -> None:
    line, shown = SEEN
    line = line.translate(str.maketrans("()", ")(")) if mirrored else line
    assert read(printed(line)) == shown


def test_letters_of_one_sign_come_in_their_order() -> None:
    # Lam and alef are one sign in every Arabic font.
    letters = ["062A", "06440627", "0642", "0645"]
    drawing = text(72, 700, 12, "0001000200030004", "M")
    assert read(document(drawing, letters=letters)) == "مقلات"


def test_a_table_is_read_from_its_right_column_on() -> None:
    rows = [("ךרע", "לדוג"), ("10.5", "הסמ"), ("300", "תוריהמ")]
    letters = sorted({char for row in rows for cell in row for char in cell})

    def drawn(x: int, y: int, cell: str) -> str:
        codes = "".join(f"{letters.index(char) + 1:04x}" for char in cell)
        return text(72 + 160 * x, 700 - 16 * y, 12, codes, "M")

    drawing = "".join(drawn(x, y, cell) for y, row in enumerate(rows) for x, cell in enumerate(row))
    made = document(drawing, letters=hexadecimal(letters))
    assert read(made).split("\n") == ["גודל | ערך", "מסה | 10.5", "מהירות | 300"]
