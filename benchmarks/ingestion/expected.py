"""The words that a file holds, by other means than our readers: pdftotext, or its raw XML."""

import posixpath
import re
import subprocess
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from lxml import etree

_WORD = re.compile(r"[^\W_]{2,}")
_MARKS = re.compile(r"[\^_]\(?")
_WORD_PARTS = re.compile(r"word/(document\d*|footnotes|endnotes)\.xml")
_RUNNING_PAGES, _RUNNING_SHARE = 4, 0.4
_NOT_SHOWN = {"del", "moveFrom", "Fallback", "instrText", "delText"}
_FURNITURE = {"sldNum", "dt", "ftr", "hdr"}

Words = Counter[str]


def words(text: str) -> Words:
    """Words of two characters and more, without the marks of raised and lowered ones."""
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", _MARKS.sub("", text)).lower()))


def expected_words(path: Path, pages: int) -> Words:
    """Raises ValueError where the other means fail too."""
    if path.suffix == ".pdf":
        command = ["pdftotext", "-q", "-l", str(pages), str(path), "-"]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            raise ValueError("pdftotext")
        return words(_without_running_lines(done.stdout.decode(errors="replace").split("\f")))
    try:
        with zipfile.ZipFile(path) as archive:
            return words("\n".join(_texts(archive, pages)))
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError) as error:
        raise ValueError("zip") from error


def _without_running_lines(pages: list[str]) -> str:
    """The pages with the lines that most of them repeat left once: nobody looks for the others."""
    lines = [[line for line in page.split("\n") if line.strip()] for page in pages]
    counts = Counter(key for page in lines for key in {_running_key(line) for line in page})
    needed = max(_RUNNING_PAGES, _RUNNING_SHARE * len(pages))
    seen: set[str] = set()
    kept = []
    for line in chain.from_iterable(lines):
        key = _running_key(line)
        if counts[key] < needed or key not in seen:
            kept.append(line)
        seen.add(key)
    return "\n".join(kept)


def _running_key(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def _texts(archive: zipfile.ZipFile, pages: int) -> Iterator[str]:
    parts = [name for name in archive.namelist() if _WORD_PARTS.fullmatch(name)]
    for name in parts or _slides(archive)[:pages]:
        root = etree.fromstring(archive.read(name))
        if root.get("show") not in ("0", "false"):
            yield from _paragraphs(root)


def _slides(archive: zipfile.ZipFile) -> list[str]:
    """The parts of the slides in the order in which they are shown."""
    relations = etree.fromstring(archive.read("ppt/_rels/presentation.xml.rels"))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    listed = etree.fromstring(archive.read("ppt/presentation.xml")).iter("{*}sldId")
    ids = (value for one in listed for key, value in one.attrib.items() if key.endswith("}id"))
    return [posixpath.normpath(posixpath.join("/ppt", targets[one]))[1:] for one in ids]


def _paragraphs(root: etree._Element) -> Iterator[str]:
    """The text of each paragraph, but for those inside others, which stand by themselves."""
    for paragraph in root.iter("{*}p"):
        if not _is_shown(paragraph):
            continue
        parts = []
        for run in paragraph.iter("{*}t", "{*}tab", "{*}br", "{*}noBreakHyphen"):
            if next(run.iterancestors("{*}p")) is paragraph and _is_shown(run):
                parts.append(run.text or "" if _name(run) == "t" else " ")
        yield "".join(parts)


def _is_shown(element: etree._Element) -> bool:
    for ancestor in (element, *element.iterancestors()):
        if _name(ancestor) in _NOT_SHOWN:
            return False
        if ancestor.find("{*}rPr/{*}vanish") is not None:
            return False
        placeholder = ancestor.find("{*}nvSpPr/{*}nvPr/{*}ph")
        if placeholder is not None and placeholder.get("type") in _FURNITURE:
            return False
        if ancestor.find("{*}nvSpPr/{*}cNvPr[@hidden='1']") is not None:
            return False
    return True


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
