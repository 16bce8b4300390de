"""What it costs to read a file, and how soon after its upload it can be searched (half a minute).

    python -m benchmarks.ingestion [--pages 120] [FILE.pdf]

Pages a second are those of a text with headings and formulas, 2,400 characters a page, or of the
file given, by the processor's time of the child that parses, its start apart and included. A start
is the whole of `extract` for a file of one line, with a child that waited and without. Searchable
is what a teacher waits for: from the queueing of a PDF of 100 pages to its material being ready, in
a worker that looks into the queue once a second, with a provider that embeds at once.
"""

import argparse
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.figures import figure, tell
from benchmarks.worker.fleet import workers
from benchmarks.worker.platform import platform
from classes.models import Classroom
from materials.extraction import Kind, extract
from materials.extraction.children import keeper
from tests import factories
from tests.materials import files
from tests.materials.pdf_files import document, text
from tests.materials.queue import chunks, enqueue, stored
from tests.stubs.supabase import StorageStub

ROUNDS = 5
SEARCHABLE_PAGES = 100
PATIENCE_S = 120.0
WORDS = [
    "energy", "momentum", "velocity", "of", "the", "and", "a", "is", "in", "which", "force", "acts",
    "on", "mass", "between", "bodies", "equilibrium", "constant", "solution", "reaction", "field",
    "molecule", "therefore", "measured", "conserved", "under",
]  # fmt: skip


def page(chance: random.Random, number: int) -> str:
    """A page as a textbook has it: a heading, 44 lines of prose, a formula in every ninth."""
    drawn = [text(72, 790, 16, f"Chapter {number}: the laws of motion")]
    for row in range(44):
        y = 765 - 16 * row
        line = ""
        while len(line) < 50:
            line += f"{chance.choice(WORDS)} "
        drawn.append(text(72, y, 11, line + "and"))
        if row % 9 == 4:
            drawn.append(text(400, y, 11, "E = mc") + text(436, y + 4, 7, "2"))
    return "".join(drawn)


def made(pages: int) -> bytes:
    chance = random.Random(3)
    return document(*(page(chance, number) for number in range(1, pages + 1)))


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of(content: bytes, pages: int) -> tuple[float, int]:
    """What reading costs, with the start of its child, and how many pages were read."""
    keeper.forget()
    before = children_cpu()
    read = extract(content, Kind.PDF, page_limit=pages)
    return children_cpu() - before, len(read.segments)


def pages_a_second(content: bytes, pages: int) -> tuple[list[float], list[float]]:
    """With the start of the child, and without what one line costs in a child."""
    whole, apart = [], []
    for _ in range(ROUNDS):
        start, _ = cpu_of(files.text_pdf("One line."), 1)
        cpu, read = cpu_of(content, pages)
        whole.append(read / cpu)
        apart.append(read / (cpu - start))
    return whole, apart


def start_ms(prepare: Callable[[], None]) -> list[float]:
    content, found = files.text_pdf("One line."), []
    for _ in range(ROUNDS):
        prepare()
        before = time.perf_counter()
        extract(content, Kind.PDF, page_limit=1)
        found.append((time.perf_counter() - before) * 1000)
    return found


def seconds_to_searchable(content: bytes) -> list[float]:
    with platform() as (bucket, environ):
        limit = {"PDF_TEXT_PAGE_LIMIT": str(SEARCHABLE_PAGES)}
        with workers(1, {**environ, **limit}):
            classroom = factories.classroom(factories.user("teacher", "Tess Teacher"))
            searchable(classroom, bucket, files.text_pdf("One line."))
            return [searchable(classroom, bucket, content) for _ in range(ROUNDS)]


def searchable(classroom: Classroom, bucket: StorageStub, content: bytes) -> float:
    """Seconds until an uploaded PDF is ready. Raises AssertionError unless it has its chunks."""
    material = factories.material(classroom, status="pending", metadata={"kind": "pdf"})
    bucket.files[material.storage_path] = content
    enqueue(material)
    before = time.perf_counter()
    while stored(material).status != "ready":
        assert time.perf_counter() - before < PATIENCE_S, stored(material).status
        time.sleep(0.02)
    taken = time.perf_counter() - before
    assert chunks(material)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=120)
    parser.add_argument("file", type=Path, nargs="?")
    options = parser.parse_args()
    content = options.file.read_bytes() if options.file else made(options.pages)
    extract(files.text_pdf("One line."), Kind.PDF, page_limit=1)
    whole, apart = pages_a_second(content, options.pages)
    figures = [
        figure("PDF pages, the start of the child apart", "/s", apart, 130, at_least=True),
        figure(f"PDF pages, {options.pages} with the start", "/s", whole, at_least=True),
        figure("a file of one line, its child waiting", "ms", start_ms(lambda: time.sleep(1)), 60),
        figure("a file of one line, no child waiting", "ms", start_ms(keeper.forget)),
        figure("100 pages searchable", "s", seconds_to_searchable(made(SEARCHABLE_PAGES)), 5),
    ]
    tell("ingestion", "python -m benchmarks.ingestion", figures)


if __name__ == "__main__":
    main()
