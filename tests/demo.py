"""The demo as a newcomer starts it: `manage.py demo` in a copy of this tree, with nothing made."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.service import end, free_port, wait_for
from tests.processes import ROOT, bare_environment

LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "tests", "benchmarks")
FIRST_START_S = 300
"""How long the first start may take on a busy machine; alone it takes ten seconds."""


@dataclass(frozen=True)
class Demo:
    """A running demo; `folder` holds its tree, its keys and its data."""

    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"


@contextmanager
def running_demo() -> Iterator[Demo]:
    """A demo with a world of its own, which is gone afterwards."""
    with TemporaryDirectory(prefix="demo") as made:
        folder = Path(made) / "service"
        shutil.copytree(ROOT, folder, ignore=LEFT_BEHIND)
        port = free_port()
        command = [sys.executable, "manage.py", "demo", "--port", str(port)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=bare_environment(), stdout=log, stderr=subprocess.STDOUT
            )
            try:
                wait_for(f"http://127.0.0.1:{port}/readyz", FIRST_START_S)
                yield Demo(f"http://127.0.0.1:{port}", folder, process)
            finally:
                end(process)
