"""Takes what the benchmarks measured last as the figures to be told.

    python -m benchmarks.keep

Copies `.data/benchmarks/` into `benchmarks/kept/` and writes docs/quality.md from all that is kept.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from benchmarks.figures import KEPT, MEASURED, ROOT, short

PAGE = ROOT / "docs" / "quality.md"
HEAD = """# What was measured

Each table names the command that repeats it, the day, and the machine; the client, the stub
providers and PostgreSQL ran on the same cores. `make bench` runs the short ones, and
`python -m benchmarks.keep` makes this page of what was measured last. A figure that misses its aim
is in bold.

What holds or does not is no figure: `make test` (the whole suite), `make test-pooler` (the same
through PgBouncer), `make fuzz` (the API's document against a running server), `make chaos` (faults
in a seeded order), `make test-slow`, `make proof-ground`, `make proof-guests`,
`make proof-worker`, `make walk`.
"""


def page() -> str:
    """docs/quality.md, from what is kept."""
    files = sorted(KEPT.glob("*.json"))
    return "\n".join([HEAD, *(_section(file) for file in files)])


def _section(file: Path) -> str:
    kept = json.loads(file.read_text())
    rows = "\n".join(_row(one) for one in kept["figures"])
    return (
        f"## {file.stem.replace('_', ' ')}\n\n"
        f"`{kept['command']}`, {kept['date']}, {kept['machine']}\n\n"
        f"| | median | from – to | aim |\n|---|---|---|---|\n{rows}\n"
    )


def _row(one: dict[str, Any]) -> str:
    median, aim = one["median"], one["aim"]
    shown = f"{short(median)} {one['unit']}".strip()
    if aim is not None and (median < aim if one["at_least"] else median > aim):
        shown = f"**{shown}**"
    spread = f"{short(one['least'])} – {short(one['most'])}" if one["times"] > 1 else ""
    wanted = "" if aim is None else f"{'≥' if one['at_least'] else '≤'} {short(aim)}"
    return f"| {one['name']} | {shown} | {spread} | {wanted} |"


def main() -> None:
    KEPT.mkdir(exist_ok=True)
    for file in sorted(MEASURED.glob("*.json")):
        shutil.copy(file, KEPT)
        print(f"kept {file.stem}")
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
