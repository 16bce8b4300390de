"""What goes into an extraction and what comes out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

SourceType = Literal["page", "slide", "paragraph"]


class Kind(StrEnum):
    """The kinds of file that can be read."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"


@dataclass(frozen=True)
class Segment:
    """One page, slide or group of paragraphs.

    `source_index` counts from 1. `section_title` is the heading the text stands under.
    """

    source_type: SourceType
    source_index: int
    section_title: str | None
    text: str


@dataclass(frozen=True)
class Extraction:
    """The readable text of a file in its order; `warnings` tell the teacher what is missing."""

    segments: tuple[Segment, ...]
    warnings: tuple[str, ...] = ()

    @property
    def char_count(self) -> int:
        return sum(len(segment.text) for segment in self.segments)


@dataclass(frozen=True)
class Bounds:
    """What one file may cost. Sizes in bytes.

    `cpu_seconds` of the processor are a file's own cost; `seconds` by the clock also run while
    the machine is busy with other things.
    """

    file_bytes: int = 100 * 2**20
    unpacked_bytes: int = 256 * 2**20
    archive_entries: int = 5_000
    memory_bytes: int = 1024 * 2**20
    output_bytes: int = 32 * 2**20
    cpu_seconds: int = 30
    seconds: int = 60


@dataclass(frozen=True)
class Answer:
    """What the child process says: an extraction, or the name of the error that explains itself.

    `crash` names the exception and line at which a parser gave up, never a word of the file;
    `unconfined` the walls that this system could not put around the child.
    """

    extraction: Extraction | None = None
    failure: str | None = None
    crash: str | None = None
    unconfined: tuple[str, ...] = ()
