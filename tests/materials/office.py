"""Word and PowerPoint files written by hand, part by part, as Office and others write them."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final

from materials.extraction import Extraction
from materials.extraction.docx import read_docx
from materials.extraction.pptx import read_pptx
from tests.materials import files

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT: Final = "http://purl.oclc.org/ooxml/officeDocument"
NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    f'xmlns:m="{_OFFICE}/math" xmlns:r="{_OFFICE}/relationships"'
)

Relations = Mapping[str, tuple[str, str]]
"""By relationship id: the last word of the type, and the target."""


def xml(tag: str, inner: str, attributes: str = "") -> bytes:
    """A part of that root element."""
    return f"<{tag} {NAMESPACES} {attributes}>{inner}</{tag}>".encode()


def relations(found: Relations, base: str = _OFFICE) -> bytes:
    rows = (
        f'<Relationship Id="{name}" Type="{base}/relationships/{kind}" Target="{target}"/>'
        for name, (kind, target) in found.items()
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(rows)}</Relationships>'.encode()


def docx(body: str, parts: Mapping[str, bytes] | None = None, **related: str) -> bytes:
    """A Word file of that body; `related` names parts by their kind (`styles="styles.xml"`)."""
    found = {f"rId{n}": (kind, target) for n, (kind, target) in enumerate(related.items())}
    return files.archive(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": relations({"rId1": ("officeDocument", "word/document.xml")}),
            "word/document.xml": xml("w:document", f"<w:body>{body}</w:body>"),
            "word/_rels/document.xml.rels": relations(found),
            **(parts or {}),
        }
    )


def strict(office_file: bytes) -> bytes:
    """The same file in the namespaces of Strict Open XML."""
    entries = files.entries(office_file)
    pairs = [(_OFFICE, _STRICT)] + [
        (f"http://schemas.openxmlformats.org/{name}/2006", f"http://purl.oclc.org/ooxml/{name}")
        for name in ("wordprocessingml", "drawingml", "presentationml")
    ]
    for old, new in pairs:
        entries = {n: c.replace(old.encode(), new.encode()) for n, c in entries.items()}
    return files.archive(entries)


def pptx(
    *slides: str,
    attributes: Sequence[str] = (),
    parts: Mapping[str, bytes] | None = None,
    related: Relations | None = None,
) -> bytes:
    """A presentation; each slide is what stands in its tree of shapes."""
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="rId{n}"/>' for n in range(len(slides)))
    entries = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": relations({"rId1": ("officeDocument", "ppt/presentation.xml")}),
        "ppt/presentation.xml": xml("p:presentation", f"<p:sldIdLst>{ids}</p:sldIdLst>"),
        "ppt/_rels/presentation.xml.rels": relations(
            {f"rId{n}": ("slide", f"slides/slide{n}.xml") for n in range(len(slides))}
        ),
    }
    for n, slide in enumerate(slides):
        tree = f"<p:cSld><p:spTree>{slide}</p:spTree></p:cSld>"
        own = attributes[n] if n < len(attributes) else ""
        entries[f"ppt/slides/slide{n}.xml"] = xml("p:sld", tree, own)
        entries[f"ppt/slides/_rels/slide{n}.xml.rels"] = relations(related or {})
    return files.archive({**entries, **(parts or {})})


def paragraph(*runs: str, properties: str = "") -> str:
    """A Word paragraph of runs made by `run` or of plain text."""
    inner = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def shape(*paragraphs: str, placeholder: str = "", hidden: bool = False) -> str:
    """A shape of text; a paragraph that does not begin with `<` is one run."""
    kind = f'<p:nvPr><p:ph type="{placeholder}"/></p:nvPr>' if placeholder else "<p:nvPr/>"
    flag = ' hidden="1"' if hidden else ""
    name = f'<p:nvSpPr><p:cNvPr id="2" name="x"{flag}/><p:cNvSpPr/>{kind}</p:nvSpPr>'
    inner = "".join(
        one if one.startswith("<") else f"<a:p><a:r><a:t>{one}</a:t></a:r></a:p>"
        for one in paragraphs
    )
    return f"<p:sp>{name}<p:txBody><a:bodyPr/>{inner}</p:txBody></p:sp>"


def read_word(content: bytes, page_limit: int = 40) -> Extraction:
    """Without a process of its own."""
    return read_docx(BytesIO(content), page_limit)


def read_slides(content: bytes, page_limit: int = 40) -> Extraction:
    return read_pptx(BytesIO(content), page_limit)


def text_of(extraction: Extraction) -> str:
    return "\n".join(segment.text for segment in extraction.segments)


def _points(kind: str, *values: str) -> str:
    inner = "".join(f'<c:pt idx="{n}"><c:v>{v}</c:v></c:pt>' for n, v in enumerate(values) if v)
    return f"<c:{kind}Ref><c:f>Sheet1!A1</c:f><c:{kind}Cache>{inner}</c:{kind}Cache></c:{kind}Ref>"


def _series(name: str, *values: str) -> str:
    return (
        f"<c:ser><c:tx>{_points('str', name)}</c:tx><c:cat>{_points('str', '0', '1')}</c:cat>"
        f"<c:val>{_points('num', *values)}</c:val></c:ser>"
    )


def _title(text: str) -> str:
    return (
        f"<c:title><c:tx><c:rich><a:p><a:r><a:t>{text}</a:t></a:r></a:p></c:rich></c:tx></c:title>"
    )


CHART: Final = (
    f"<c:chart>{_title('Yeast at 30 °C')}<c:plotArea><c:lineChart>"
    f"{_series('Control', '12.5', '25.25')}{_series('Heated', '11', '')}</c:lineChart>"
    f"<c:catAx>{_title('Hour')}</c:catAx><c:valAx>{_title('Cells')}</c:valAx></c:plotArea></c:chart>"
)
"""The inside of a chart with two series, of which one has a gap."""
