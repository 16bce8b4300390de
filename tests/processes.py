"""The service's own programs as processes, the way an operator runs them."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping, Sequence
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


def typed(command: str, variables: Mapping[str, str], answers: Sequence[str]) -> tuple[int, str]:
    """Runs one line of a shell at a terminal, typing an answer whenever it asks.

    Returns the exit code and what the terminal showed.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execvpe("/bin/sh", ["sh", "-c", command], dict(variables))
    shown = ""
    left = list(answers)
    while news := _read(terminal):
        shown += news
        if left and shown.endswith(": "):
            os.write(terminal, f"{left.pop(0)}\n".encode())
            shown += "\n"
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the other side has closed
        return ""
