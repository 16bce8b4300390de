"""What happens inside the child: a parser is chosen, run, and its result put into an answer."""

import heapq  # noqa: F401 - Counter.most_common loads it when it is called: too late
import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from io import BytesIO
from traceback import extract_tb
from typing import IO, Final
from unicodedata import normalize

from materials.errors import BrokenFile, ExtractionFailed, NoText, TooLarge
from materials.extraction.model import Answer, Bounds, Extraction, Kind, Segment
from materials.quality import is_mojibake
from stemcore.text import clean_text, normal_form, one_line

# Control, private use and non-characters, which mean something in their file's own fonts at most.
_MEANINGLESS: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]"
)
# Letters in the styles of formulas, which nobody types: 𝑚 for m.
_MATHEMATICAL: Final = re.compile("[\U0001d400-\U0001d7ff]+")

_MOJIBAKE_WARNING: Final = (
    "Some letters of this file are not those that were meant (Ã© for é, for example). Please "
    "repair its text, or upload a copy that is right."
)

Reader = Callable[[bytes, int, Bounds], Extraction]


def readers() -> dict[Kind, Reader]:
    """The parsers, loaded with all that they will ever import."""
    from materials.extraction.docx import read_docx
    from materials.extraction.pdf import read_pdf
    from materials.extraction.pptx import read_pptx

    return {
        Kind.PDF: lambda content, page_limit, bounds: read_pdf(content, page_limit),
        Kind.DOCX: _checked(read_docx),
        Kind.PPTX: _checked(read_pptx),
    }


def _checked(read: Callable[[IO[bytes], int], Extraction]) -> Reader:
    from materials.extraction.archive import check_archive

    def checked(content: bytes, page_limit: int, bounds: Bounds) -> Extraction:
        check_archive(content, bounds)
        return read(BytesIO(content), page_limit)

    return checked


def answer_to(
    read: Callable[[], Extraction], bounds: Bounds, unconfined: tuple[str, ...] = ()
) -> bytes:
    """The answer as JSON, whatever the parser does; raises MemoryError alone."""
    answer = encode(replace(_answer(read), unconfined=unconfined))
    if len(answer) > bounds.output_bytes:
        return encode(Answer(failure=TooLarge.__name__, unconfined=unconfined))
    return answer


def encode(answer: Answer) -> bytes:
    return json.dumps(asdict(answer)).encode("ascii")


def _answer(read: Callable[[], Extraction]) -> Answer:
    try:
        return Answer(extraction=_with_text(read()))
    except ExtractionFailed as failure:
        return Answer(failure=type(failure).__name__)
    except MemoryError:
        raise
    except RecursionError:
        return Answer(failure=TooLarge.__name__)
    except Exception as error:  # noqa: BLE001 - a parser may raise whatever it likes
        return Answer(failure=BrokenFile.__name__, crash=_place(error))


def _place(error: Exception) -> str:
    """The exception and where it was raised, without its words, which may be the file's."""
    frame = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {frame.filename.rpartition('/')[2]}:{frame.lineno}"


def _with_text(extraction: Extraction) -> Extraction:
    """The segments that hold text; raises NoText when none does."""
    segments = tuple(cleaned for s in extraction.segments if (cleaned := _clean(s)).text)
    if not segments:
        raise NoText
    warnings = extraction.warnings
    if is_mojibake("\n".join(segment.text for segment in segments)):
        warnings = (*warnings, _MOJIBAKE_WARNING)
    return replace(extraction, segments=segments, warnings=warnings)


def _clean(segment: Segment) -> Segment:
    """The segment as it is stored, shown, searched and embedded: in the one form of its letters."""
    lines = (line.rstrip() for line in _readable(segment.text).split("\n"))
    title = one_line(_readable(segment.section_title or ""))
    return replace(segment, text="\n".join(lines).strip(), section_title=title[:200] or None)


def _readable(text: str) -> str:
    text = _MATHEMATICAL.sub(lambda found: normalize("NFKC", found[0]), clean_text(text))
    return normal_form(_MEANINGLESS.sub("", text))
