"""PDF files as people make them: what is read of each, against poppler's `pdftotext`.

`python -m benchmarks.ingestion.real_files FOLDER`: words of two letters and more that pdftotext
finds and extraction does too, fragments (lines of one or two characters), characters that mean
nothing. Needs poppler-utils. About a second a file.
"""

import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from time import process_time

from materials.errors import ExtractionFailed
from materials.extraction.pdf import read_pdf

PAGES = 40
WORD = re.compile(r"\w{2,}")
MEANINGLESS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")


def words(text: str) -> list[str]:
    return WORD.findall(unicodedata.normalize("NFKC", text).lower())


def main(folder: Path) -> None:
    expected = found = lines = fragments = meaningless = pages = 0
    seconds = 0.0
    for path in sorted(folder.rglob("*.pdf")):
        began = process_time()
        try:
            segments = read_pdf(path.read_bytes(), PAGES).segments
        except ExtractionFailed as failure:
            print(f"{type(failure).__name__:>24}  {path.name}")
            continue
        seconds, pages = seconds + process_time() - began, pages + len(segments)
        text = "\n".join(segment.text for segment in segments)
        command = ["pdftotext", "-l", str(PAGES), str(path), "-"]
        theirs = words(subprocess.run(command, capture_output=True).stdout.decode(errors="replace"))
        ours = set(words(text))
        here = sum(word in ours for word in theirs)
        expected, found = expected + len(theirs), found + here
        written = [line.strip() for line in text.split("\n") if line.strip()]
        lines, fragments = lines + len(written), fragments + sum(len(x) <= 2 for x in written)
        meaningless += len(MEANINGLESS.findall(text))
        print(f"{here / max(1, len(theirs)):.3f} of {len(theirs):6} words  {path.name}")
    print(
        f"{pages} pages, {pages / seconds:.0f} a second of the processor; words found "
        f"{found / max(1, expected):.4f}; fragments {fragments / max(1, lines):.3f} of {lines} "
        f"lines; characters without meaning {meaningless}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
