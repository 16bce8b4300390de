"""What the paragraphs of a slide take over from its layout and master (ISO/IEC 29500-1 19.3.1)."""

from collections.abc import Iterator

from materials.extraction.ooxml.package import Part
from materials.extraction.ooxml.xml import Element, attribute, child, children, descendants

ListStyles = tuple[Element, ...]
"""The `lstStyle` elements that hold for a shape, the nearest first."""


def list_styles(shape: Element, slide: Part) -> ListStyles:
    """Those of the shape, of its placeholders on layout and master, and of the master's text."""
    styles = [child(shape, "txBody", "lstStyle")]
    own = child(shape, "nvSpPr", "nvPr", "ph")
    if own is not None:
        layout = slide.related_by("slideLayout")
        master = layout.related_by("slideMaster") if layout else None
        for part in filter(None, (layout, master)):
            found = next(_alike(own, part), None)
            styles.append(child(found, "txBody", "lstStyle"))
        if master and attribute(own, "type") not in ("title", "ctrTitle"):
            styles.append(child(master.root, "txStyles", "bodyStyle"))
    return tuple(style for style in styles if style is not None)


def _alike(placeholder: Element, part: Part) -> Iterator[Element]:
    """The shapes that hold the same placeholder: of the same index, else of the same type."""
    tree = child(part.root, "cSld", "spTree")
    shapes = [
        (shape, found)
        for shape in (descendants(tree, "sp") if tree is not None else ())
        if (found := child(shape, "nvSpPr", "nvPr", "ph")) is not None
    ]
    for name, default in (("idx", None), ("type", "obj")):
        wanted = attribute(placeholder, name) or default
        for shape, found in shapes:
            if wanted is not None and _same(wanted, attribute(found, name) or default):
                yield shape


def _same(one: str, other: str | None) -> bool:
    """A body of text is the same as an object, which may hold one."""
    return one == other or {one, other} == {"obj", "body"}


def level_properties(styles: ListStyles, level: int) -> Iterator[Element]:
    """The properties of a level, the nearest first."""
    for style in styles:
        yield from children(style, f"lvl{level + 1}pPr")
