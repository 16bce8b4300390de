"""A wall clock for other processes, which can be moved while they run."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class Clock:
    """The wall clock of every process that is started with `environ`."""

    def __init__(self, compiler: str, folder: Path) -> None:
        library = folder / "clock.so"
        self._ahead = folder / "ahead"
        self.environ = {"LD_PRELOAD": str(library), "CLOCK_AHEAD_FILE": str(self._ahead)}
        self._ahead.write_bytes(bytes(8))
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self._check()

    def move(self, seconds: int) -> None:
        """Sets the clock so many seconds before the true time, or, below 0, behind it."""
        with self._ahead.open("r+b", buffering=0) as file:  # in place: the processes have it mapped
            file.write(seconds.to_bytes(8, sys.byteorder, signed=True))

    def _check(self) -> None:
        """Sees a process with the clock moved."""
        self.move(3_600)
        command = [sys.executable, "-c", "import time; print(time.time())"]
        seen = subprocess.check_output(command, env={**os.environ, **self.environ})
        assert float(seen) - time.time() > 3_000, "the clock did not move"
        self.move(0)


def make_clock(folder: Path) -> Clock | None:
    """A clock that shows the true time, on Linux and where a C compiler is; None elsewhere."""
    compiler = shutil.which("cc")
    return Clock(compiler, folder) if compiler and sys.platform == "linux" else None
