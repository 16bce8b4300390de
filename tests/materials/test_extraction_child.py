"""The child that parses: what it cannot reach, and whose fault it is when it ends.

A parser that a file has taken over is played by a module of the parser's name that runs the
code of the test when the parser would be called. What the test sees is what came out of the child.
"""

import ctypes
import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from textwrap import dedent, indent

import psutil
import pytest

import materials
from materials import errors
from materials.extraction import Bounds, Kind, child, children, extract
from tests.materials import files

Taken = Callable[..., str]

_PARSER = '''
import _thread, ctypes, errno, os, socket, sys
from materials.extraction.model import Extraction, Segment

def attempt(action):
    """What became of it: "done ...", or the name of the error."""
    try:
        return f"done {action()!r}"
    except OSError as error:
        return errno.errorcode.get(error.errno, "OSError")

def payload():
{payload}

def read_pdf(content, page_limit):
    return Extraction((Segment("page", 1, None, str(payload())),))
'''


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Taken:
    """Runs code in the place of the parser and gives the text that it returns."""
    package = tmp_path / "path" / "materials" / "extraction"
    package.mkdir(parents=True)
    room = Path(materials.__file__).parent
    # The packages as they are, but for the parser, which is found first.
    (package.parent / "__init__.py").write_text(f"__path__.append({str(room)!r})")
    (package / "__init__.py").write_text(f"__path__.append({str(room / 'extraction')!r})")
    monkeypatch.syspath_prepend(str(package.parent.parent))

    def run(code: str, **bounds: int) -> str:
        body = indent(dedent(code), "    ")
        children.keeper.forget()  # before: one that just starts would compile the code of the last
        shutil.rmtree(package / "__pycache__", ignore_errors=True)
        (package / "pdf.py").write_text(_PARSER.replace("{payload}", body))
        limits = Bounds(**bounds)
        return extract(b"%PDF-1.7", Kind.PDF, page_limit=1, bounds=limits).segments[0].text

    return run


# What a parser that was taken over cannot do ----------------------------------------------------


def test_it_cannot_read_the_environment_of_the_service(
    taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    theirs = "lambda: open(f'/proc/{os.getppid()}/environ').read()"
    seen = taken(f"return [*os.environ], attempt({theirs})")
    assert seen in ("(['LC_CTYPE'], 'EPERM')", "([], 'EPERM')")


def test_it_cannot_read_a_file_with_keys(taken: Taken, tmp_path: Path) -> None:
    keys = tmp_path / ".env"
    keys.write_text("OPENAI_API_KEY=sk-secret")
    keys.chmod(0o644)
    code = f"return attempt(open({str(keys)!r}).read), attempt(lambda: os.listdir('.'))"
    assert taken(code.replace("open(", "lambda: open(")) == "('EPERM', 'EPERM')"


def test_it_cannot_write(taken: Taken, tmp_path: Path) -> None:
    target = tmp_path / "left-behind"
    tmp_path.chmod(0o777)
    for mode in ("w", "a", "x"):
        assert taken(f"return attempt(lambda: open({str(target)!r}, {mode!r}))") == "EPERM"
    assert taken(f"return attempt(lambda: os.mkdir({str(target)!r}))") == "EPERM"
    assert not target.exists()


def test_it_cannot_connect(taken: Taken) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        assert taken(f"return attempt(lambda: socket.socket().connect({address}))") == "EPERM"
        assert taken("return attempt(socket.socketpair)") == "EPERM"


@pytest.mark.parametrize(
    "action",
    [
        "os.kill(os.getppid(), 0)",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.pidfd_open(os.getppid())",
    ],
)
def test_it_cannot_touch_other_processes(taken: Taken, action: str) -> None:
    assert taken(f"return attempt(lambda: {action})") == "EPERM"


def test_it_cannot_look_into_another_process(taken: Taken) -> None:
    code = """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace(16, os.getppid(), 0, 0)
    first = ctypes.get_errno()
    libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0)
    return first, ctypes.get_errno()
    """
    assert taken(code) == "(1, 1)"


def wait_forever() -> str:
    """Code that waits without the processor; to sleep is refused as well."""
    return "lock = _thread.allocate_lock(); lock.acquire(); lock.acquire()"


def the_child(seconds: float = 20, of: int | None = None) -> psutil.Process:
    """The process that parses, once it is confined."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for process in psutil.Process(of).children():
            with suppress(psutil.Error, FileNotFoundError):
                if "child.py" in " ".join(process.cmdline()) and _filtered(process.pid):
                    return process
        time.sleep(0.01)
    raise AssertionError("no confined child was seen")


def _filtered(pid: int) -> bool:
    return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()


@contextmanager
def running(taken: Taken, code: str) -> Iterator[tuple[psutil.Process, Future[str]]]:
    """The child while it runs the code, and what will come of it."""
    children.keeper.forget()  # or the one that waits is seen in its place
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(taken, code)
        process = the_child()
        try:
            yield process, outcome
        finally:
            with suppress(psutil.Error):
                process.kill()
            outcome.exception()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_it_is_nobody_when_the_service_is_root(taken: Taken) -> None:
    with running(taken, wait_forever()) as (process, _):
        assert set(process.uids()) == set(process.gids()) == {65534}


def test_it_works_in_an_empty_folder_of_its_own(taken: Taken) -> None:
    with running(taken, wait_forever()) as (process, _):
        folder = Path(process.cwd())
        assert list(folder.iterdir()) == []
        assert folder != Path.cwd()
    assert not folder.exists()


def test_the_service_hides_its_memory_from_its_neighbours() -> None:
    """Where no wall can be had: prctl's PR_GET_DUMPABLE, of this process, which runs the apps."""
    assert ctypes.CDLL(None).prctl(3) == 0


# Whose fault ------------------------------------------------------------------------------------


def test_what_the_file_needs_too_much_of_is_said_to_be_too_large(taken: Taken) -> None:
    with pytest.raises(errors.TooLarge):
        taken("return len(bytes(400 * 2**20))", memory_bytes=300 * 2**20)
    with pytest.raises(errors.TooLarge):
        taken("return 'x' * 2**20", output_bytes=2**19)
    with pytest.raises(errors.TooLarge):
        taken("return payload()")


def test_a_file_that_needs_too_much_of_the_processor_is_said_to_be_slow(taken: Taken) -> None:
    with pytest.raises(errors.TooSlow, match="too long"):
        taken("while True: pass", cpu_seconds=1)


def test_a_busy_machine_is_no_fault_of_the_file(taken: Taken) -> None:
    with pytest.raises(errors.ReaderStarved, match="try again later"):
        taken(wait_forever(), seconds=1)


def test_a_killed_child_is_no_fault_of_the_file(taken: Taken) -> None:
    with running(taken, wait_forever()) as (process, outcome):
        process.kill()
        with pytest.raises(errors.ReaderKilled, match="interrupted"):
            outcome.result()


def test_a_parser_that_falls_over_does_not_make_the_file_damaged(taken: Taken) -> None:
    with pytest.raises(errors.ReaderCrashed, match="simpler"):
        taken("ctypes.string_at(0)")


def test_a_parser_that_gives_up_takes_the_file_for_damaged_and_says_where(
    taken: Taken, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(errors.BrokenFile):
        taken("raise ValueError('the words of a student')")
    assert "ValueError at pdf.py:" in caplog.text
    assert "student" not in caplog.text


def test_what_a_taken_parser_says_is_not_believed(taken: Taken) -> None:
    for said in ("b'{}'", "b'not json'", "b''"):
        with pytest.raises((errors.ReaderCrashed, errors.ReaderUnavailable)):
            taken(f"os.write(1, {said}); os._exit(0)")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (errno.ENOSPC, errors.NoRoom),
        (errno.EDQUOT, errors.NoRoom),
        (errno.EMFILE, errors.ReaderUnavailable),
        (errno.ENOMEM, errors.ReaderUnavailable),
    ],
)
def test_the_machines_own_troubles_are_no_fault_of_the_file(
    code: int, error: type[errors.MaterialDelayed], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OSError(code, "of the system")

    children.keeper.forget()
    monkeypatch.setattr("materials.extraction.children.TemporaryFile", fail)
    with pytest.raises(error, match="try again later"):
        extract(files.text_pdf("Text"), Kind.PDF, page_limit=1)


def test_a_full_disk_under_the_child_is_no_fault_of_the_file() -> None:
    order, ours = os.pipe()
    with open("/dev/full", "wb") as full, open(os.devnull, "rb") as nothing:
        start = {"path": sys.path, "bounds": asdict(Bounds()), "order": order}
        command = [sys.executable, "-I", "-S", child.__file__, json.dumps(start)]
        os.write(ours, b'{"kind": "pdf", "page_limit": 1}')
        os.close(ours)
        done = subprocess.run(command, stdin=nothing, stdout=full, env={}, pass_fds=[order])
    os.close(order)
    assert done.returncode == child.NO_ROOM_EXIT


# The child that waits ---------------------------------------------------------------------------


def the_waiting() -> psutil.Process:
    """The child that waits for the next file."""
    extract(files.text_pdf("Text"), Kind.PDF, page_limit=1)
    return the_child()


def test_the_next_child_waits_confined_and_takes_the_next_file() -> None:
    waiting = the_waiting()
    assert extract(files.text_pdf("Second"), Kind.PDF, page_limit=1).segments[0].text == "Second"
    assert not waiting.is_running()


def test_a_child_that_died_waiting_costs_no_file() -> None:
    waiting = the_waiting()
    waiting.kill()
    waiting.wait(20)
    assert extract(files.text_pdf("Second"), Kind.PDF, page_limit=1).segments[0].text == "Second"


def test_a_child_that_is_only_about_to_start_is_forgotten_too() -> None:
    keeper, busy = children._Keeper(), threading.Event()
    keeper._thread.submit(busy.wait)
    keeper.prepare(sys.path, Bounds())
    with ThreadPoolExecutor(1) as pool:
        forgotten = pool.submit(keeper.forget)
        futures.wait([forgotten], timeout=0.2)
        busy.set()
    keeper._thread.shutdown()
    assert keeper._spare is None


def test_the_waiting_child_ends_with_its_parent() -> None:
    code = (
        "from materials.extraction import Kind, extract;"
        "from tests.materials import files; import time;"
        "extract(files.text_pdf('Text'), Kind.PDF, page_limit=1);"
        "print('done', flush=True); time.sleep(60)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"done\n"
        waiting = the_child(of=parent.pid)
        parent.kill()
    waiting.wait(20)


# What it may cost -------------------------------------------------------------------------------


def test_it_loads_little_of_python_before_it_reads(taken: Taken) -> None:
    """Its start is the cost of a small file: the libraries of the service are not loaded."""
    loaded = set(taken("return ' '.join(sys.modules)").split())
    heavy = {"django", "pydantic", "structlog", "subprocess", "asyncio", "ssl", "pypdfium2_raw"}
    assert not loaded & heavy
