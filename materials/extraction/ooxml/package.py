"""The parts of an Office file and how they refer to each other (ISO/IEC 29500-2)."""

import posixpath
import zlib
from dataclasses import dataclass, field
from typing import IO, Final
from urllib.parse import unquote
from zipfile import BadZipFile, ZipFile

from lxml import etree

from materials.errors import BrokenFile, TooLarge
from materials.extraction.ooxml.xml import Element, attribute, local_name

MAX_PART_BYTES: Final = 48 * 2**20
"""XML of one part. Its tree takes up to ten times as much memory."""

_UNREADABLE: Final = (
    BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError,
)  # fmt: skip
# What libxml2 says of XML beyond its bounds: memory, entities, depth, length of names and texts.
_BEYOND_BOUNDS: Final = frozenset(
    {
        etree.ErrorTypes.ERR_NO_MEMORY,
        etree.ErrorTypes.ERR_ENTITY_LOOP,
        etree.ErrorTypes.ERR_NAME_TOO_LONG,
        etree.ErrorTypes.ERR_RESOURCE_LIMIT,
    }
)
_WELL_KNOWN: Final = ("word/document.xml", "ppt/presentation.xml")


@dataclass(frozen=True)
class _Relation:
    type: str
    target: str


@dataclass
class Part:
    """One part of XML and the parts it refers to."""

    package: "Package"
    name: str
    root: Element
    _relations: dict[str, _Relation] | None = field(default=None, repr=False)

    def related(self, relation_id: str | None) -> "Part | None":
        """The part of a relationship id; None when it is missing, external or damaged."""
        found = self.relations.get(relation_id or "")
        return self.package.part(found.target) if found else None

    def related_by(self, kind: str) -> "Part | None":
        """The first readable part of a kind of relationship, named by the end of its type."""
        targets = (r.target for r in self.relations.values() if r.type == kind)
        return next((part for t in targets if (part := self.package.part(t))), None)

    @property
    def relations(self) -> dict[str, _Relation]:
        if self._relations is None:
            self._relations = self.package.relations(self.name)
        return self._relations


class Package:
    """An Office file. Parts that cannot be read are missing; only the main one must be there."""

    def __init__(self, source: IO[bytes]) -> None:
        try:
            self._zip = ZipFile(source)
        except _UNREADABLE:
            raise BrokenFile from None
        # Some writers use backslashes; part names do not tell small letters from capitals.
        self._entries = {_key(entry.filename): entry for entry in self._zip.infolist()}

    def main_part(self, root: str) -> Part:
        """The part that the file is about, whose root has that name. Raises BrokenFile."""
        stated = [r.target for r in self.relations("").values() if r.type == "officeDocument"]
        for name in (*stated, *_WELL_KNOWN):
            part = self.part(name)
            if part and local_name(part.root) == root:
                return part
        raise BrokenFile

    def part(self, name: str) -> Part | None:
        """A part by its name; None when it is missing or damaged. Raises TooLarge."""
        root = self._parsed(name)
        return Part(self, name, root) if root is not None else None

    def relations(self, name: str) -> dict[str, _Relation]:
        """What a part refers to within the package, by relationship id; `""` is the package."""
        folder, base = posixpath.split(name)
        root = self._parsed(posixpath.join(folder, "_rels", base + ".rels"))
        found = {}
        for element in root if root is not None else ():
            target, kind = attribute(element, "Target"), attribute(element, "Type")
            if target and kind and attribute(element, "TargetMode") != "External":
                path = posixpath.normpath(posixpath.join("/", folder, unquote(target)))
                relation = _Relation(kind.rpartition("/")[2], path.lstrip("/"))
                found[attribute(element, "Id") or ""] = relation
        return found

    def _parsed(self, name: str) -> Element | None:
        entry = self._entries.get(_key(name))
        if entry is None:
            return None
        if entry.file_size > MAX_PART_BYTES:
            raise TooLarge
        try:
            content = self._zip.read(entry)
        except _UNREADABLE:
            return None
        return _tree(content)


def _key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _tree(content: bytes) -> Element | None:
    """The root of some XML, without entities, DTDs or anything from outside."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if error.code in _BEYOND_BOUNDS:
            raise TooLarge from None
        return None
    except ValueError:
        return None
