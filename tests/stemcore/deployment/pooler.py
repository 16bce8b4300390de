"""PgBouncer, as Debian packages it, in front of a database server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pwd import getpwnam
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any

from stemcore.embedded.server import UNPRIVILEGED

PORT = 6432  # of its socket's name; nothing listens on the network
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
"""


def program() -> str | None:
    """Where it is installed, or None; Debian puts it out of an ordinary account's path."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")


@contextmanager
def pooler(server: Path, mode: str, user: str) -> Iterator[Path]:
    """Runs it before the server with that socket folder; yields the folder of its own socket."""
    found = program()
    assert found is not None
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = folder / "pgbouncer.ini"
        settings.write_text(SETTINGS.format(server=server, folder=folder, port=PORT, mode=mode))
        (folder / "users").write_text(f'"{user}" ""\n')
        with subprocess.Popen([found, "--quiet", settings], **_identity(folder)) as process:
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


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if socket.exists():
            return
        assert process.poll() is None, "PgBouncer ended at its start"
        sleep(0.05)
    raise AssertionError("PgBouncer does not listen")
