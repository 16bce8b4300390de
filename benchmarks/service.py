"""The service as a process to be measured, with a stub of the providers and a small world."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import psutil

from chat.models import ChatSession
from classes.models import Classroom
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from stemcore.supabase.tokens import PlatformUser
from tests import database, factories
from tests.ports import free_port
from tests.service import end, environment, wait_for
from tests.tokens import credentials

DATABASE = "benchmark"
MESSAGES = 60


@dataclass(frozen=True)
class World:
    """What the requests of a benchmark speak of."""

    student: PlatformUser
    classroom: Classroom
    session: ChatSession

    def body(self, **more: Any) -> dict[str, Any]:
        ids = {"class_id": str(self.classroom.id), "user_id": str(self.student.id)}
        return {**ids, "session_id": str(self.session.id), **more}

    @property
    def headers(self) -> dict[str, str]:
        return credentials(self.student)


@dataclass(frozen=True)
class Process:
    """A child process and what /proc tells of it."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cpu_s(self) -> float:
        """CPU seconds of all threads so far, in user and in kernel mode."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    @property
    def memory_mb(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True)
class Bench:
    """Everything that runs."""

    service: Process
    stub: Process
    world: World
    server: ServerHandle

    @property
    def connections(self) -> int:
        """Connections that the service holds to the database."""
        found = (
            database.superuser()
            .execute("SELECT count(*) AS n FROM pg_stat_activity WHERE usename = %s", [LOGIN])
            .fetchone()
        )
        return int(found["n"]) if found else 0


STUB = ("-m", "tests.stubs.providers")


@contextmanager
def running(stub_delay_ms: float, stub_program: Sequence[str] = STUB) -> Iterator[Bench]:
    """The service with one worker, a stub that takes so long, and a class with a conversation."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench")))
        server = stack.enter_context(database.test_server(folder / "database"))
        stack.enter_context(database.django_database(server, DATABASE))
        world = make_world()
        stub = stack.enter_context(child(*stub_program, "--delay-ms", str(stub_delay_ms)))
        service = stack.enter_context(serving(server, stub.port))
        yield Bench(service, stub, world, server)


def database_cpu_s() -> float:
    """CPU seconds of Postgres: its first process, and all that work for it."""
    backend = psutil.Process(database.superuser().info.backend_pid)
    first = backend.parent()
    assert first is not None
    return sum(_cpu_s(one) for one in [first, *first.children(recursive=True)])


def _cpu_s(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)


def make_world() -> World:
    teacher = factories.user("teacher", "Tess Teacher")
    student = factories.user("student", "Sam Student")
    classroom = factories.classroom(teacher, title="Plant biology")
    factories.enrollment(classroom, student)
    factories.blueprint(classroom)
    material = factories.material(classroom)
    for number in range(20):
        factories.chunk(material, f"Chapter {number}. " + "Chlorophyll absorbs light. " * 40)
    session = factories.chat_session(classroom, student)
    factories.chat_messages(session, MESSAGES)
    return World(student, classroom, session)


@contextmanager
def child(*arguments: str, **environment: str) -> Iterator[Process]:
    """A Python process that prints its port as its first line."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Process(process.pid, int(process.stdout.readline()))
    finally:
        end(process)


@contextmanager
def serving(server: ServerHandle, stub_port: int, **environ: str) -> Iterator[Process]:
    """A server process of one worker, with these variables besides."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        env={**os.environ, **environment(server.url(DATABASE, LOGIN), stub_port), **environ},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield Process(process.pid, port)
    finally:
        end(process)


@contextmanager
def all_the_while(work: Callable[[Event], None]) -> Iterator[None]:
    """Runs the work in a thread beside the block; it is to end soon after the event is set."""
    stopped = Event()
    thread = Thread(target=work, args=[stopped])
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
