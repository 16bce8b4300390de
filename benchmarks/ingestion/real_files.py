"""Files as people make them: what is read of each, against pdftotext or the raw XML.

    python -m benchmarks.ingestion.real_files FOLDER [--worst 20] [--texts FOLDER]

FOLDER holds one folder a package (`fetch.sh` fills it). Counted are the words of two characters and
more that are found, each as often as it stands there; U+FFFD and characters that mean nothing; and
fragments, lines of one or two characters. Files whose text cannot be had by the other means either
are counted as read or refused only. Needs poppler-utils; about ten minutes.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.ingestion.expected import expected_words, words
from materials.errors import ExtractionFailed
from materials.extraction import detect_kind, extract

PAGES = 40
KINDS = {".pdf", ".docx", ".docm", ".pptx", ".pptm"}
MEANINGLESS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass
class Found:
    """What one file gave."""

    path: Path
    refused: str | None = None
    expected: int = 0
    found: int = 0
    unknown: int = 0
    meaningless: int = 0
    lines: int = 0
    fragments: int = 0
    missing: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.found / self.expected if self.expected else 1.0


def look(path: Path, texts: Path | None) -> Found:
    try:
        kind = detect_kind(None, None, path.name)
        read = extract(path.read_bytes(), kind, page_limit=PAGES)
    except ExtractionFailed as failure:
        return Found(path, refused=type(failure).__name__)
    text = "\n".join(segment.text for segment in read.segments)
    if texts:
        texts.mkdir(parents=True, exist_ok=True)
        told = "\n".join(f"! {warning}" for warning in read.warnings)
        (texts / f"{path.name}.txt").write_text(f"{told}\n{text}")
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    found = Found(
        path,
        unknown=text.count("\ufffd"),
        meaningless=len(MEANINGLESS.findall(text)),
        lines=len(lines),
        fragments=sum(len(line) <= 2 for line in lines),
    )
    try:
        theirs = expected_words(path, PAGES)
    except ValueError:
        return found
    missing = theirs - words(text)
    found.expected, found.found = theirs.total(), theirs.total() - missing.total()
    found.missing = [word for word, _ in missing.most_common(12)]
    return found


def row(name: str, files: Iterable[Found]) -> str:
    looked = list(files)
    read = [one for one in looked if not one.refused]
    refused = Counter(one.refused for one in looked if one.refused)
    reasons = ", ".join(f"{count} {reason}" for reason, count in refused.most_common())
    expected = sum(one.expected for one in read)
    share = sum(one.found for one in read) / expected if expected else 1
    lines = sum(one.lines for one in read)
    fragments = sum(one.fragments for one in read) / max(1, lines)
    return (
        f"| {name} | {len(looked)} | {len(read)} | {reasons or '–'} | {expected:,} | {share:.4f} |"
        f" {sum(one.unknown for one in read)} | {sum(one.meaningless for one in read)} |"
        f" {lines:,} | {fragments:.1%} |"
    )


def table(found: list[Found], folder: Path) -> Iterator[str]:
    yield (
        "| package, kind | files | read | refused | words | found | U+FFFD | meaningless | lines |"
        " fragments |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    groups: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        groups[f"{one.path.relative_to(folder).parts[0]}, {one.path.suffix[1:]}"].append(one)
    for name, files in sorted(groups.items()):
        yield row(name, files)
    for kind in sorted(KINDS):
        of_kind = [one for one in found if one.path.suffix == kind]
        if of_kind:
            yield row(f"all {kind[1:]}", of_kind)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=20)
    parser.add_argument("--texts", type=Path)
    options = parser.parse_args()
    paths = sorted(p for p in options.folder.rglob("*") if p.suffix in KINDS and p.is_file())
    found = [look(path, options.texts) for path in paths]
    for line in table(found, options.folder):
        print(line)
    print(f"\nThe {options.worst} files with the most words missing:")
    worst = sorted(found, key=lambda one: one.found - one.expected)[: options.worst]
    for one in worst:
        name = one.path.relative_to(options.folder)
        print(f"{one.share:.3f} of {one.expected:6} {name}: {' '.join(one.missing)}")


if __name__ == "__main__":
    main()
