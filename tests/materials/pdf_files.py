"""PDF files made to the letter: fonts that map codes to what a test wants, text placed by hand."""

from collections.abc import Sequence

from tests.materials.files import pdf_of

Fields = Sequence[tuple[str, str]]
"""Name and value."""

_HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_BOLD = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>"
_IMAGE = (
    b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray"
    b" /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream"
)
IMAGE = "q 500 0 0 700 40 40 cm /Im Do Q"
"""A picture that fills the page."""


def text(x: float, y: float, size: float, words: str, font: str = "F") -> str:
    """Words of Helvetica (F), its bold (B), or the mapped font (M, as hexadecimal codes)."""
    shown = (
        f"<{words}>"
        if font == "M"
        else "({})".format(words.replace("(", r"\(").replace(")", r"\)"))
    )
    return f"BT /{font} {size} Tf {x} {y} Td {shown} Tj ET\n"


def mapped(x: float, y: float, size: float, codes: int) -> str:
    """The first so many codes of the mapped font, each half as wide as it is high."""
    return text(x, y, size, "".join(f"{code:04x}" for code in range(1, codes + 1)), "M")


def document(
    *pages: str,
    letters: Sequence[str] | None = None,
    outline: Sequence[tuple[str, int]] = (),
    fields: Fields = (),
    note: str = "",
    annotations: Sequence[str] = (),
    rotate: int = 0,
) -> bytes:
    """Pages of drawing operators. `letters` are what the codes 1, 2, … of font M stand for, as
    hexadecimal UTF-16; without them M has no map. `outline` names pages by their index; fields,
    note and other annotations, fields too, lie on the first page."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    add(b"")  # the catalog and the page tree, written last
    add(b"")
    fonts = f"/F {add(_HELVETICA)} 0 R /B {add(_BOLD)} 0 R /M {_mapped_font(add, letters)} 0 R"
    image = add(_IMAGE)
    widgets = [add(_field(name, value)) for name, value in fields]
    widgets += [add(_annotation(one)) for one in annotations]
    notes = widgets + ([add(_note(note))] if note else [])
    kids = []
    for number, drawing in enumerate(pages):
        content = add(_stream(drawing.encode("cp1252")))
        shown = " ".join(f"{n} 0 R" for n in notes) if number == 0 else ""
        kids.append(
            add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate {rotate}"
                f" /Contents {content} 0 R /Annots [{shown}] /Resources << /Font << {fonts} >>"
                f" /XObject << /Im {image} 0 R >> >> >>".encode()
            )
        )
    form = f" /AcroForm << /Fields [{' '.join(f'{n} 0 R' for n in widgets)}] >>" if widgets else ""
    marks = f" /Outlines {_outline(add, outline, kids)} 0 R" if outline else ""
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R{form}{marks} >>".encode()
    listed = " ".join(f"{n} 0 R" for n in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    return pdf_of(objects)


def _mapped_font(add: "object", letters: Sequence[str] | None) -> int:
    assert callable(add)
    descriptor = add(
        b"<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 800]"
        b" /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    inner = add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /DW 500 /FontDescriptor"
        f" {descriptor} 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        " /Supplement 0 >> >>".encode()
    )
    to_unicode = ""
    if letters is not None:
        lines = "\n".join(f"<{n:04x}> <{code}>" for n, code in enumerate(letters, start=1))
        table = (
            "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff>"
            f" endcodespacerange {len(letters)} beginbfchar\n{lines}\nendbfchar endcmap end"
        )
        to_unicode = f" /ToUnicode {add(_stream(table.encode()))} 0 R"
    number = add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H"
        f" /DescendantFonts [{inner} 0 R]{to_unicode} >>".encode()
    )
    assert isinstance(number, int)
    return number


def _outline(add: "object", outline: Sequence[tuple[str, int]], kids: Sequence[int]) -> int:
    assert callable(add)
    following = 0
    for title, page in reversed(outline):
        after = f" /Next {following} 0 R" if following else ""
        following = add(f"<< /Title ({title}) /Dest [{kids[page]} 0 R /Fit]{after} >>".encode())
    number = add(f"<< /Type /Outlines /First {following} 0 R /Count {len(outline)} >>".encode())
    assert isinstance(number, int)
    return number


def _field(name: str, value: str) -> bytes:
    """A field of text; of a value that is a name (`/Yes`) a box to check."""
    kind = (
        f"/Btn /V {value} /AS {value} /AP << /N << /Yes null >> >>"
        if value.startswith("/")
        else f"/Tx /V ({value})"
    )
    return (
        f"<< /Type /Annot /Subtype /Widget /FT {kind} /T ({name}) /Rect [50 50 200 70] >>"
    ).encode()


def _annotation(inner: str) -> bytes:
    return f"<< /Type /Annot /Rect [50 130 200 150] {inner} >>".encode()


def _note(contents: str) -> bytes:
    return (
        f"<< /Type /Annot /Subtype /FreeText /Contents ({contents}) /Rect [50 90 200 120]"
        " /DA (/F 10 Tf) >>"
    ).encode()


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
