"""Files made for tests: whole ones, and ones that a hostile or unlucky person would upload."""

import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import docx
import pptx
from pptx.util import Inches

Line = tuple[float, float, float, str]
"""x and y in points from the lower left, size in points, text."""

_ENCRYPTION = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32)
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(pages: Sequence[Sequence[Line]], *, encrypted: bool = False) -> bytes:
    """A PDF with these lines of Helvetica; an encrypted one needs a password nobody knows."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _FONT,
    ]
    for n, lines in enumerate(pages):
        objects.append(_page(5 + 2 * n))
        objects.append(_stream(lines))
    trailer = b""
    if encrypted:
        objects.append(_ENCRYPTION)
        trailer = b" /Encrypt %d 0 R /ID [<41> <41>]" % len(objects)
    return pdf_of(objects, trailer)


def _page(content: int) -> bytes:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {content} 0 R "
        "/Resources << /Font << /F1 3 0 R >> >> >>"
    ).encode()


def _stream(lines: Sequence[Line]) -> bytes:
    drawn = "\n".join(f"BT /F1 {s} Tf {x} {y} Td ({text}) Tj ET" for x, y, s, text in lines)
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn.encode("latin-1"))


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF file of these objects, the first of which is its catalog."""
    out = BytesIO()
    out.write(b"%PDF-1.6\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    out.write(b"trailer\n<< /Size %d /Root 1 0 R%s >>\n" % (size, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def text_pdf(*pages: str) -> bytes:
    """A PDF with one line of text on each page; a blank page where the text is empty."""
    return pdf([[(72, 720, 11, text)] if text else [] for text in pages])


def word(write: Callable[[Any], None]) -> bytes:
    """A Word document that `write` fills."""
    document = docx.Document()
    write(document)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def slides(write: Callable[[Any], None]) -> bytes:
    """A presentation that `write` fills."""
    presentation = pptx.Presentation()
    write(presentation)
    out = BytesIO()
    presentation.save(out)
    return out.getvalue()


def add_slide(presentation: Any, title: str, *lines: str, notes: str = "") -> Any:
    """A slide of title and text; each space in front of a line is a level of its list."""
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = title
    frame = slide.placeholders[1].text_frame
    for index, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = line.strip(), len(line) - len(line.lstrip())
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return slide


def add_table(slide: Any, rows: Sequence[Sequence[str]]) -> None:
    box = (Inches(1), Inches(4), Inches(6), Inches(2))
    table = slide.shapes.add_table(len(rows), len(rows[0]), *box).table
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            table.cell(y, x).text = text


def archive(entries: dict[str, bytes]) -> bytes:
    """A zip file with these entries."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return out.getvalue()


def with_part(office_file: bytes, name: str, content: bytes) -> bytes:
    """An Office file with one of its parts replaced."""
    return archive({**entries(office_file), name: content})


def entries(office_file: bytes) -> dict[str, bytes]:
    """The parts of an Office file by their names."""
    with zipfile.ZipFile(BytesIO(office_file)) as file:
        return {entry: file.read(entry) for entry in file.namelist()}
