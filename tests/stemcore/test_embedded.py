"""The embedded server: shared, stopped by its last user, and never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

import psutil
import psycopg
import pytest

from stemcore.embedded import platform
from stemcore.embedded.platform import PlatformOutdated, embedded_database, install_platform
from stemcore.embedded.server import (
    THROWAWAY_OPTIONS,
    EmbeddedServerError,
    ServerHandle,
    start,
)
from tests.database import Superuser, new_database
from tests.processes import heeding_signals

ROOT = Path(__file__).resolve().parents[2]

# Starts the server, says so, and stays until its input ends. It looks again and again, since a
# signal that comes just before a read blocks would be heeded no sooner than the read ends.
USER = """
import select, sys
from pathlib import Path
from stemcore.embedded.server import THROWAWAY_OPTIONS, start
start(Path(sys.argv[1]), THROWAWAY_OPTIONS)
{after}
print("started", flush=True)
while not select.select([sys.stdin], [], [], 0.1)[0]:
    pass
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder with a stopped server in it."""
    with TemporaryDirectory() as name:
        data_dir = Path(name) / "data"
        start(data_dir, THROWAWAY_OPTIONS).close()
        yield data_dir


@pytest.fixture
def above() -> Iterator[Path]:
    """An empty folder. Each pytest that starts closes those below its `tmp_path` to the server."""
    with TemporaryDirectory() as name:
        yield Path(name)


def use_in_a_process(folder: Path, after: str = "") -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", USER.format(after=after), str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def server_pid(folder: Path) -> int | None:
    """The server's process as its data folder names it, None when it is stopped."""
    file = folder / "postgres" / "postmaster.pid"
    pid = int(file.read_text().split()[0]) if file.exists() else None
    return pid if pid is not None and is_alive(pid) else None


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_gone(pid: int) -> None:
    """The stopped server has said goodbye, but may take a moment to end."""
    for _ in range(600):
        if not is_alive(pid):
            return
        sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


def end(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> int:
    process.send_signal(number)
    with process:
        return process.wait(timeout=120)


def test_it_runs_real_postgres_with_vectors_in_utc(database: Superuser) -> None:
    row = database.execute(
        "SELECT current_setting('server_version_num')::int / 10000 AS version,"
        " current_setting('TimeZone') AS zone, current_setting('max_connections')::int AS places,"
        " '[3,4]'::vector <-> '[0,0]' AS distance"
    ).fetchone()
    assert row is not None
    assert 15 <= row["version"] <= 17
    assert row["places"] >= 100
    assert (row["zone"], row["distance"]) == ("UTC", 5)


def test_it_listens_on_its_socket_alone(database_server: ServerHandle) -> None:
    with psycopg.connect(database_server.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    socket = database_server.socket_dir / ".s.PGSQL.5432"
    assert socket.is_socket()
    assert database_server.socket_dir.stat().st_mode & 0o077 == 0


def test_it_never_runs_as_root(folder: Path) -> None:
    process = use_in_a_process(folder)
    pid = server_pid(folder)
    assert pid is not None
    assert psutil.Process(pid).uids().real != 0
    end(process)


def test_processes_share_it_and_the_last_one_stops_it(folder: Path) -> None:
    first = use_in_a_process(folder)
    pid = server_pid(folder)
    second = use_in_a_process(folder)
    assert server_pid(folder) == pid
    end(first)
    assert server_pid(folder) == pid
    end(second)
    assert server_pid(folder) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves_no_process_behind(folder: Path, number: int) -> None:
    with heeding_signals():
        process = use_in_a_process(folder)
    pid = server_pid(folder)
    assert end(process, number) != 0
    assert pid is not None
    wait_until_gone(pid)


def test_a_normal_end_leaves_no_process_behind(folder: Path) -> None:
    process = use_in_a_process(folder)
    process.communicate("", timeout=120)
    assert process.returncode == 0
    assert server_pid(folder) is None


def test_a_forked_child_does_not_stop_it(folder: Path) -> None:
    process = use_in_a_process(folder, after="import os\nif os.fork() == 0: sys.exit()\nos.wait()")
    assert server_pid(folder) is not None
    end(process)
    assert server_pid(folder) is None


def test_a_killed_user_does_not_keep_it_alive(folder: Path) -> None:
    end(use_in_a_process(folder), signal.SIGKILL)
    left_over = server_pid(folder)
    assert left_over is not None
    process = use_in_a_process(folder)
    assert server_pid(folder) == left_over
    end(process)
    assert server_pid(folder) is None


def test_a_killed_server_starts_again(folder: Path) -> None:
    process = use_in_a_process(folder)
    pid = server_pid(folder)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    end(process)
    again = use_in_a_process(folder)
    assert server_pid(folder) not in (None, pid)
    end(again)


@pytest.mark.parametrize("name", ["a folder with spaces, and 'quotes'", "long-" + "x" * 120])
def test_it_lives_in_odd_folders(above: Path, name: str) -> None:
    handle = start(above / name, THROWAWAY_OPTIONS)
    try:
        with psycopg.connect(handle.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        assert handle.close(remove=True)
    assert not handle.socket_dir.exists()
    assert not (above / name / "postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another account")
def test_it_stops_although_a_folder_above_was_closed(above: Path) -> None:
    handle = start(above / "data", THROWAWAY_OPTIONS)
    above.chmod(0o700)
    assert handle.close()
    assert server_pid(above / "data") is None


def test_starting_twice_in_a_process_is_one_share(folder: Path) -> None:
    handle = start(folder, THROWAWAY_OPTIONS)
    assert start(folder) is handle
    assert handle.close()
    assert not handle.close()


def test_its_data_is_not_removed_under_another_user(folder: Path) -> None:
    process = use_in_a_process(folder)
    handle = start(folder)
    assert not handle.close(remove=True)
    assert server_pid(folder) is not None
    end(process)


def test_a_server_that_cannot_start_says_why(above: Path) -> None:
    with pytest.raises(EmbeddedServerError, match="no_such_setting"):
        start(above / "data", {"no_such_setting": "on"})


def test_the_service_logs_in_as_a_role_that_owns_nothing(above: Path) -> None:
    settings = embedded_database(above / "data")
    try:
        with psycopg.connect(
            host=str(settings["HOST"]), dbname=str(settings["NAME"]), user=str(settings["USER"])
        ) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolbypassrls, (SELECT count(*) FROM pg_class"
                " WHERE relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
            ).fetchone()
        assert row == (False, True, 0)
        assert embedded_database(above / "data") == settings
    finally:
        start(above / "data").close(remove=True)


def test_the_platform_is_installed_once(database_server: ServerHandle, worker_id: str) -> None:
    name = f"twice_{worker_id}"
    with new_database(database_server, name) as superuser:
        superuser.execute("INSERT INTO auth.users (id) VALUES (gen_random_uuid())")
        install_platform(superuser)
        found = superuser.execute("SELECT count(*) AS n FROM auth.users").fetchone()
        assert found == {"n": 1}


def test_an_older_platform_is_recognised(
    database_server: ServerHandle, worker_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = tmp_path / "99_more.sql"
    newer.write_text("CREATE TABLE more ();")
    with new_database(database_server, f"older_{worker_id}") as superuser:
        monkeypatch.setattr(platform, "SQL_FILES", [*platform.SQL_FILES, newer])
        with pytest.raises(PlatformOutdated, match="make reset"):
            install_platform(superuser)
        assert superuser.execute("SELECT to_regclass('more') AS found").fetchone() == {
            "found": None
        }
