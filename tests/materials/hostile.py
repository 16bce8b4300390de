"""Sixty files that a hostile or unlucky person would upload, the same for the same seed."""

import random
import re
import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.materials import files, office
from tests.materials.pdf_files import IMAGE, document, mapped, text

Hostile = dict[str, bytes]
"""Content by a name that says what is wrong, with the ending it is uploaded under."""

PROSE = "The law of inertia holds for every body on which no force acts."
_MEGA = 2**20


def hostile_files(seed: int = 60) -> Hostile:
    """Sixty of them; what is cut and turned by chance depends on the seed."""
    chance = random.Random(seed)
    whole = _whole()
    made = {**_archives(whole), **_loops(whole), **_pdfs(), **_renamed(whole)}
    for name, content in _by_chance(chance, whole):
        made[name] = content
    return made


def _whole() -> Hostile:
    def write(document: Any) -> None:
        document.add_heading("Inertia")
        for _ in range(20):
            document.add_paragraph(PROSE)

    def show(presentation: Any) -> None:
        for number in range(5):
            files.add_slide(presentation, f"Slide {number}", PROSE)

    page = "".join(text(72, 760 - 16 * n, 11, PROSE) for n in range(40))
    return {"docx": files.word(write), "pptx": files.slides(show), "pdf": document(page, page)}


def _archives(whole: Hostile) -> Hostile:
    word = whole["docx"]
    parts = files.entries(word)
    return {
        "bomb of zeros.docx": files.archive({"word/document.xml": bytes(60 * _MEGA)}),
        "bomb of spaces.pptx": files.archive({"ppt/presentation.xml": b" " * (60 * _MEGA)}),
        "bomb in a bomb.docx": files.with_part(
            word, "word/media/x.zip", files.archive({"x": bytes(60 * _MEGA)})
        ),
        "too many entries.docx": files.archive({f"word/{n}.xml": b"" for n in range(6_000)}),
        "says it is small.docx": _with_sizes(files.with_part(word, "word/x", bytes(_MEGA)), 10),
        "says it is huge.docx": _with_sizes(word, 2**31),
        "says it is encrypted.docx": word.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00",
                                                  b"PK\x01\x02\x14\x03\x14\x00\x01\x00"),
        "climbs out.docx": files.archive({**parts, "../../etc/passwd": b"x", "/etc/passwd": b"y"}),
        "no main part.pptx": files.archive({"[Content_Types].xml": b"<Types/>"}),
        "central directory gone.docx": word[: word.rfind(b"PK\x01\x02")],
        "empty archive.docx": b"PK\x05\x06" + bytes(18),
        "bytes before the archive.docx": b"#!/bin/sh\n" + word,
    }  # fmt: skip


def _with_sizes(archive: bytes, size: int) -> bytes:
    """All entries state another size than they have (APPNOTE 4.3.12, at offset 24)."""
    out, at = bytearray(archive), 0
    while (at := archive.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", out, at + 24, size)
        at += 4
    return bytes(out)


def _loops(whole: Hostile) -> Hostile:
    levels = "".join(
        f'<!ENTITY e{after} "{f"&e{before};" * 10}">' for before, after in pairwise(range(9))
    )
    laughs = (
        f'<!DOCTYPE d [<!ENTITY e0 "lol">{levels}]><w:document {office.NAMESPACES}><w:body><w:p>'
        "<w:r><w:t>&e8;</w:t></w:r></w:p></w:body></w:document>"
    )
    outside = (
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<w:document {office.NAMESPACES}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body>"
        "</w:document>"
    )
    styles = office.xml(
        "w:styles",
        '<w:style w:styleId="a"><w:basedOn w:val="b"/></w:style>'
        '<w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>',
    )
    styled = office.paragraph(PROSE, properties='<w:pStyle w:val="a"/>')
    nested = office.paragraph(PROSE)
    for _ in range(60):
        nested = f"<w:tbl><w:tr><w:tc>{nested}</w:tc></w:tr></w:tbl>"
    group = office.shape(PROSE)
    for _ in range(100):
        group = f"<p:grpSp>{group}</p:grpSp>"
    odd = '<w:outlineLvl w:val="²"/><w:numPr><w:ilvl w:val="9e9"/><w:numId w:val="-1"/></w:numPr>'
    merged = '<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>' + office.paragraph("x")
    table = f"<w:tbl><w:tr>{merged}</w:tc></w:tr></w:tbl>"
    return {
        "a billion laughs.docx": files.with_part(
            whole["docx"], "word/document.xml", laughs.encode()
        ),
        "a file of ours.docx": files.with_part(
            whole["docx"], "word/document.xml", outside.encode()
        ),
        "styles in a ring.docx": office.docx(
            styled, {"word/styles.xml": styles}, styles="styles.xml"
        ),
        "tables in tables.docx": office.docx(nested),
        "groups in groups.pptx": office.pptx(group),
        "deeper than any parser.docx": office.docx("<w:ins>" * 5_000 + "</w:ins>" * 5_000),
        "odd numbers.docx": office.docx(office.paragraph(PROSE, properties=odd)),
        "a cell over everything.docx": office.docx(table),
        "a slide of a million words.pptx": office.pptx(office.shape("word " * 10**6)),
        "two thousand slides.pptx": office.pptx(*[office.shape(PROSE)] * 2_000),
        "slides that are the presentation.pptx": office.pptx(
            office.shape(PROSE), related={"rId1": ("notesSlide", "slide0.xml")}
        ),
        "one paragraph without end.docx": office.docx(office.paragraph("endless " * 400_000)),
        "quarter of a million paragraphs.docx": office.docx("<w:p/>" * 250_000),
    }


def _pdfs() -> Hostile:
    page = text(72, 700, 11, PROSE)
    ring = re.sub(rb"/Kids \[\d+ 0 R\]", b"/Kids [2 0 R]", document(page))
    outline = document(page, outline=[("A", 0), ("B", 0)])
    crowded = "".join(text(n % 590, n % 830, 1, "x") for n in range(30_000))
    everywhere = "".join(f"BT /F {n % 90 + 1} Tf {n} {n} Td (letter) Tj ET\n" for n in range(5_000))
    arabic = ["0627", "0644", "0642", "0648", "0629"]
    return {
        "ten thousand pages.pdf": document(*[page] * 10_000),
        "pages in a ring.pdf": ring,
        "outline in a ring.pdf": outline.replace(b"/Title (B)", b"/Title (B) /Next 11 0 R"),
        "encrypted.pdf": files.pdf([[(72, 700, 11, PROSE)]], encrypted=True),
        "a scan.pdf": document(IMAGE, IMAGE),
        "no page.pdf": files.pdf([]),
        "empty pages.pdf": document("", "", ""),
        "letters without a map.pdf": document(mapped(72, 700, 9, 40)),
        "right to left.pdf": document(mapped(72, 700, 12, 5) + page, letters=arabic),
        "chinese.pdf": document(mapped(72, 700, 12, 4), letters=["725B", "987F", "5B9A", "5F8B"]),
        "thirty thousand letters apart.pdf": document(crowded),
        "all sizes everywhere.pdf": document(everywhere),
        "a page without bounds.pdf": document(page).replace(b"595 842", b"1e38 nan"),
        "numbers beyond numbers.pdf": document(page.replace("700", "9" * 400)),
        "a stream that lies.pdf": document(page).replace(b"/Length ", b"/Length 99999999"),
        "unclosed.pdf": document("q " * 200_000 + page),
    }


def _renamed(whole: Hostile) -> Hostile:
    return {
        "a pdf.docx": whole["pdf"],
        "a word file.pptx": whole["docx"],
        "slides.docx": whole["pptx"] + b"\n",
        "an archive.pdf": whole["pptx"],
        "a page of the web.docx": b"<!DOCTYPE html><html><body>Not found</body></html>",
        "a picture.pdf": b"\x89PNG\r\n\x1a\n" + bytes(400),
        "old word.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000),
        "nothing.pdf": b"",
        "nothing.pptx": b"",
    }


def _by_chance(chance: random.Random, whole: Hostile) -> Iterator[tuple[str, bytes]]:
    for kind, content in whole.items():
        cut = chance.randrange(10, len(content) - 10)
        yield f"cut at {cut}.{kind}", content[:cut]
        for _ in range(2 if kind == "pdf" else 1):
            turned = bytearray(content)
            for _ in range(20):
                turned[chance.randrange(len(turned))] = chance.randrange(256)
            yield f"bytes turned {chance.randrange(10**6)}.{kind}", bytes(turned)
        start = chance.randrange(len(content) // 2)
        yield f"a hole at {start}.{kind}", content[:start] + content[start + 200 :]
