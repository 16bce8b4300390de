"""Types docs/walk.md, word for word, in a fresh copy of the project (about a minute).

    python -m tests.walk

The page's blocks run in one shell against the demo, as a newcomer would type them; what its lines
`#>` promise must be in what the commands before them print.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from time import monotonic, sleep
from urllib.request import urlopen

from tests.ports import free_port
from tests.processes import PATIENCE, ROOT, bare_environment, shell

START = "make run"
PROMISE = "#> "
END = "\f"
"""Stands between the outputs of two steps."""


@dataclass
class Step:
    """What is typed, and what must be seen then."""

    typed: str
    promised: list[str] = field(default_factory=list)


def steps(page: str) -> list[Step]:
    """The commands of the page's indented blocks with their promises, but for the start."""
    found: list[Step] = []
    for block in re.findall(r"(?:^    .*\n)+", page, re.MULTILINE):
        parts = re.split(rf"^((?:{PROMISE}.*\n)+)", dedent(block), flags=re.MULTILINE)
        for typed, promised in zip(parts[::2], [*parts[1::2], ""], strict=True):
            if typed.strip() not in ("", START):
                found.append(Step(typed, re.findall(rf"{PROMISE}(.*)", promised)))
    assert all(step.promised for step in found[-3:]), "a page without promises proves nothing"
    return found


@contextmanager
def copy_of_the_project() -> Iterator[Path]:
    """What a clone would hold, with this environment's packages."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True).stdout
    with TemporaryDirectory(prefix="walk") as folder:
        for name in listed.decode().splitlines():
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
        Path(folder, ".venv").symlink_to(sys.prefix)
        yield Path(folder)


@contextmanager
def demo(folder: Path) -> Iterator[int]:
    """The demo, ready to answer on the port given; ended as by Ctrl-C."""
    port = free_port()
    command = [".venv/bin/python", "manage.py", "demo", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=bare_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/readyz", process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            sleep(0.5)
    raise SystemExit("The demo did not start.")


def walk(folder: Path, port: int, steps: list[Step]) -> None:
    """Types the steps in one shell. Raises SystemExit at the first that does not hold."""
    (folder / "steps").write_text(
        f"\nprintf '{END}'\n".join(step.typed for step in steps).replace(
            "demo --shell", f"demo --shell --port {port}"
        )
    )
    done = shell("bash -euo pipefail steps 2>&1", bare_environment(), folder)
    shown = done.stdout.split(END)
    for step, seen in zip(steps, shown, strict=False):
        print(*(f"$ {line}" for line in step.typed.splitlines()), seen, sep="\n")
        for promise in step.promised:
            if promise not in seen:
                raise SystemExit(f"The page promises what was not to be seen: {promise}")
    if done.returncode or len(shown) != len(steps):
        raise SystemExit("The last command failed.")


def main() -> None:
    began = monotonic()
    page = (ROOT / "docs" / "walk.md").read_text()
    with copy_of_the_project() as folder, demo(folder) as port:
        walk(folder, port, steps(page))
    print(f"Walked in {monotonic() - began:.0f} seconds.")


if __name__ == "__main__":
    main()
