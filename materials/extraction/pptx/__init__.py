"""Text of PowerPoint presentations, with the speaker notes."""

from dataclasses import dataclass, field
from typing import IO, Final

from materials.extraction.model import Extraction, Segment
from materials.extraction.ooxml.notices import Notices, numbers
from materials.extraction.ooxml.package import Package, Part
from materials.extraction.ooxml.xml import attribute, child, children, relation_id
from materials.extraction.pptx.slides import read_slide

SLIDE_CHARS: Final = 3_000
"""What a slide may hold at the mean of all slides: more than anyone could read on a screen."""


def read_pptx(source: IO[bytes], page_limit: int) -> Extraction:
    """One segment a slide: its title, text, tables, diagrams, charts and notes, in file order.

    Slides keep their number in the presentation where hidden ones are left out. Raises
    BrokenFile or TooLarge.
    """
    main = Package(source).main_part("presentation")
    slides = [relation_id(e) for e in children(child(main.root, "sldIdLst"), "sldId")]
    deck = _Deck(chars_left=page_limit * SLIDE_CHARS)
    for number, slide in enumerate(slides[:page_limit], start=1):
        deck.read(number, main.related(slide))
    return Extraction(tuple(deck.segments), tuple(deck.warnings(len(slides), page_limit)))


@dataclass
class _Deck:
    """The slides that were read, and the numbers of those that were not."""

    chars_left: int
    segments: list[Segment] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    notices: Notices = field(default_factory=Notices)

    def read(self, number: int, part: Part | None) -> None:
        if part is None:
            self.damaged.append(number)
        elif (attribute(part.root, "show") or "1").lower() in ("0", "false"):
            self.hidden.append(number)
        elif self.chars_left <= 0:
            self.cut.append(number)
        else:
            self._add(number, part)

    def _add(self, number: int, part: Part) -> None:
        slide = read_slide(part, self.notices)
        if not slide.text.strip() and slide.has_picture:
            self.pictures.append(number)
        if len(slide.text) > self.chars_left:
            self.cut.append(number)
        text = slide.text[: self.chars_left]
        self.segments.append(Segment("slide", number, slide.title, text))
        self.chars_left -= len(text)

    def warnings(self, count: int, page_limit: int) -> list[str]:
        """What the teacher must know, in the order of weight."""
        found = []
        if count > page_limit:
            found.append(
                f"Only the first {page_limit} of {count} slides were read. Split the presentation "
                "and upload the rest as another material."
            )
        listed = (
            (self.cut, "Slides with more text than can be read were cut: {}. Split them."),
            (self.hidden, "Hidden slides were left out: {}. Show them if students may read them."),
            (self.damaged, "Slides that are damaged or missing in the file were not read: {}."),
            (self.pictures, "No text was found on these slides: {}. Pictures are not read."),
        )
        found += [sentence.format(numbers(which)) for which, sentence in listed if which]
        return found + self.notices.warnings()
