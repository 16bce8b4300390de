"""What docs/deploy.md tells an operator to type."""

import re
from textwrap import dedent

from tests.processes import ROOT


def headings() -> list[str]:
    """The sections that have something to type."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)[1:]
    titles = zip(parts[::2], parts[1::2], strict=True)
    return [title for title, text in titles if re.search(r"^    ", text, re.MULTILINE)]


def blocks(heading: str) -> list[str]:
    """The indented blocks of a section, without their indentation."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    section = re.search(
        rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE
    )
    assert section is not None, f"docs/deploy.md has no section {heading}"
    found = re.findall(r"(?:^    .*\n)+", section[1], re.MULTILINE)
    assert found, f"section {heading} of docs/deploy.md has nothing to type"
    return [dedent(block) for block in found]
