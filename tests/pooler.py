"""PgBouncer, as Debian packages it, in front of a database server.

With TEST_POOL_MODE=transaction (`make test-pooler`) the service's connections of the whole suite
go through one, over which each transaction gets another of the server's connections.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pwd import getpwnam
from socket import AF_UNIX, socket
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

import pytest
from django.conf import settings

from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import SUPERUSER, UNPRIVILEGED, ServerHandle

PORT = 5432  # of its socket's name, the usual one; nothing listens on the network
SETTINGS = """
[databases]
* = host={server}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
max_client_conn = 1000
server_round_robin = 1
server_login_retry = 1
"""

needs_direct = pytest.mark.skipif(
    os.environ.get("TEST_POOL_MODE") == "transaction",
    reason="what it shows is a direct connection's",
)


def program() -> str | None:
    """Where it is installed, or None; Debian puts it out of an ordinary account's path."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")


class Pooled(ServerHandle):
    """A server as its users see it behind a pooler; its superuser goes the direct way."""

    def __init__(self, direct: ServerHandle, socket_dir: Path) -> None:
        self.direct = direct
        self.data_dir = direct.data_dir
        self.socket_dir = socket_dir

    def url(self, database: str = SUPERUSER, user: str = SUPERUSER) -> str:
        if user == SUPERUSER:
            return self.direct.url(database, user)
        return super().url(database, user)


def direct(server: ServerHandle) -> ServerHandle:
    """The server without the pooler before it, if there is one: the way of migrations."""
    return server.direct if isinstance(server, Pooled) else server


@contextmanager
def as_the_service_sees_it(server: ServerHandle) -> Iterator[ServerHandle]:
    """The server, behind a pooler where the suite is to run through one."""
    if settings.DATABASE_POOL_MODE != "transaction":
        yield server
        return
    with pooler(server.socket_dir, "transaction", LOGIN) as socket_dir:
        yield Pooled(server, socket_dir)


@contextmanager
def pooler(server: Path, mode: str, user: str) -> Iterator[Path]:
    """Runs it before the server with that socket folder; yields the folder of its own socket."""
    found = program()
    assert found is not None, "PgBouncer is not installed (Debian's package pgbouncer)"
    with TemporaryDirectory() as name:
        folder = Path(name)
        ini = folder / "pgbouncer.ini"
        ini.write_text(SETTINGS.format(server=server, folder=folder, port=PORT, mode=mode))
        (folder / "users").write_text(f'"{user}" ""\n"{SUPERUSER}" ""\n')
        with subprocess.Popen([found, "--quiet", ini], **_identity(folder)) as process:
            try:
                _wait_for(folder / f".s.PGSQL.{PORT}", process)
                yield folder
            finally:
                process.terminate()


def _identity(folder: Path) -> dict[str, Any]:
    """Arguments of a process that is not root's, which it refuses to be; it gets the folder."""
    if os.geteuid() != 0:
        return {}
    account = getpwnam(UNPRIVILEGED)
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        # Its file is there a moment before it listens.
        with socket(AF_UNIX) as probe, suppress(FileNotFoundError, ConnectionRefusedError):
            probe.connect(str(path))
            return
        assert process.poll() is None, "PgBouncer ended at its start"
        sleep(0.05)
    raise AssertionError("PgBouncer does not listen")
