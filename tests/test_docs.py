"""The pages of docs/ speak of files and names that are there."""

import re
from pathlib import Path

import pytest

from tests.processes import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ROOMS = ("stemcore", "classes", "materials", "learning", "chat", "analytics", "tests", "benchmarks")
EVENT = re.compile(r"""\blog\.(?:info|warning|error|exception)\(\s*"(\w+)\"""")
PATH = re.compile(rf"`((?:{'|'.join(ROOMS)})/[\w./-]*)`")
LINK = re.compile(r"\]\(([\w./-]+)(?:#[\w-]+)?\)")
NAME = re.compile(r"`([A-Za-z_]\w+)(?:\([^`]*\))?` ?\(`([\w/]+\.py)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_and_links_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    missing = [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    missing += [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_stand_in_the_files_beside_them(page: Path) -> None:
    found = NAME.findall(page.read_text())
    missing = [(name, path) for name, path in found if not _stands(name, ROOT / path)]
    assert missing == []


def _stands(name: str, file: Path) -> bool:
    return bool(re.search(rf"\b{name}\b", file.read_text()))


def test_each_room_has_its_page() -> None:
    rooms = set(ROOMS) - {"tests", "benchmarks"}
    assert rooms <= {page.stem for page in PAGES}


def test_each_event_of_the_logs_is_told() -> None:
    told = (ROOT / "docs" / "observability.md").read_text()
    logged = {
        event
        for room in ROOMS[:6]
        for file in (ROOT / room).rglob("*.py")
        for event in EVENT.findall(file.read_text())
    }
    assert "request" in logged
    assert {event for event in logged if f"`{event}`" not in told} == set()
