"""The service's own programs as processes, the way an operator runs them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 600  # seconds; only a hanging process needs them


def bare_environment() -> dict[str, str]:
    """The environment of an activated venv, without a variable of the service."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": os.environ.get("HOME", "/")}


def environment(**variables: str) -> dict[str, str]:
    """The same with these variables of the service.

    The rest are set and blank, so that no `.env` file of a developer gets a say.
    """
    names = (line.partition("=")[0] for line in (ROOT / ".env.example").read_text().splitlines())
    blank = {name: "" for name in names if name.isidentifier()}
    return {**bare_environment(), **blank, **variables}


def shell(
    command: str, variables: Mapping[str, str], folder: Path = ROOT
) -> "subprocess.CompletedProcess[str]":
    """Runs one line of a shell to its end, without a terminal."""
    return subprocess.run(
        command,
        shell=True,
        check=False,
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Processes that are started here heed SIGINT and SIGHUP, even if this one was told not to.

    A suite that runs in the background of a shell ignores them, and what it starts inherits that.
    """
    ignored = [
        one for one in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(one) is signal.SIG_IGN
    ]
    for one in ignored:
        signal.signal(one, signal.SIG_DFL)
    try:
        yield
    finally:
        for one in ignored:
            signal.signal(one, signal.SIG_IGN)
