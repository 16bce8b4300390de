"""`manage.py doctor`: nothing to say of what is well; each fault has its line and its remedy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from jwt.algorithms import ECAlgorithm

from stemcore.providers.gateway import breaker
from stemcore.settings import ProviderSettings
from tests.processes import shell
from tests.provider_fixtures import KEY, MODELS
from tests.stemcore.deployment.test_first_deployment import PASSWORD, SETTINGS, settings_of
from tests.stubs import steps
from tests.stubs.providers import ProviderStub
from tests.stubs.server import StubServer
from tests.stubs.supabase import AuthStub, StorageStub

PUBLISHABLE = "sb_publishable_of_the_tests"
SECRET = "sb_secret_of_the_tests"
CHECKS = [
    "settings",
    "database",
    "search path",
    "migrations",
    "rights of the login",
    "exposure of schema stem",
    "platform's tables",
    "storage",
    "access tokens",
    "clock and the database's",
    "clock and Supabase's",
    "clock and openai's",
    "clock and gemini's",
    "provider openai",
    "provider gemini",
    "embeddings openai",
    "embeddings gemini",
    "queue of materials",
    "column of vectors",
]


@dataclass
class Deployment:
    """What the doctor examines; a test breaks a part of it."""

    settings: Any
    auth: AuthStub
    storage: StorageStub
    providers: ProviderStub
    database: "psycopg.Connection[dict[str, Any]]"

    def configure(self, name: str, **changes: str) -> None:
        model, embedding_model = MODELS[name]
        stub = getattr(self.providers, name)
        known = {
            "api_key": KEY.format(name=name),
            "model": model,
            "embedding_model": embedding_model,
            "base_url": stub.base_url,
        }
        self.settings.PROVIDERS = {
            **self.settings.PROVIDERS,
            name: ProviderSettings(**{**known, **changes}),
        }


@pytest.fixture
def deployment(settings: Any, database: Any, provider_server: ProviderStub) -> Iterator[Deployment]:
    """One in which all is well."""
    auth, storage = AuthStub(api_key=PUBLISHABLE), StorageStub(SECRET)
    provider_server.reset()
    breaker.reset()
    with StubServer({**auth.routes, **storage.routes}) as project:
        settings.DEBUG = False
        settings.SECRET_KEY = SETTINGS["DJANGO_SECRET_KEY"]
        settings.PYTHON_BACKEND_API_KEY = SETTINGS["PYTHON_BACKEND_API_KEY"]
        settings.ALLOWED_HOSTS = ["backend.example.org"]
        settings.SUPABASE_URL = project.url
        settings.SUPABASE_SERVICE_ROLE_KEY = SECRET
        settings.SUPABASE_PUBLISHABLE_KEY = PUBLISHABLE
        settings.SUPABASE_JWT_SECRET = ""
        settings.SUPABASE_JWT_VERIFICATION = "remote"
        settings.MATERIAL_FILES_DIR = None
        settings.AI_PROVIDER_DEFAULT = "openai"
        settings.PROVIDERS = {}
        # A project on loopback has no certificate; the tests collect no static files.
        settings.SILENCED_SYSTEM_CHECKS = ["stemcore.E018", "stemcore.W023"]
        made = Deployment(settings, auth, storage, provider_server, database)
        made.configure("openai")
        made.configure("gemini")
        yield made


def examined() -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and the results by their check."""
    out, code = StringIO(), 0
    try:
        call_command("doctor", "--json", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, {result["check"]: result for result in json.loads(out.getvalue())}


def found() -> tuple[int, dict[str, list[str]]]:
    """The exit code, and the ids of the findings by their check."""
    code, results = examined()
    return code, {
        name: [finding["id"] for finding in result["findings"]]
        for name, result in results.items()
        if result["findings"]
    }


def test_a_sound_deployment_has_a_line_for_each_part_and_no_finding(
    deployment: Deployment,
) -> None:
    code, results = examined()
    assert [(name, result["outcome"]) for name, result in results.items()] == [
        (name, "ok") for name in CHECKS
    ]
    assert code == 0


def test_the_table_says_what_to_do_and_shows_no_secret(deployment: Deployment) -> None:
    deployment.providers.openai.always(steps.error(401, code="invalid_api_key"))
    deployment.auth.api_key = "another"
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", stdout=out)
    assert end.value.code == 1
    lines = out.getvalue().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("provider openai"))
    assert (
        "FAILED   openai answered with status 401 (invalid_api_key). (stemcore.E036)" in lines[at]
    )
    assert lines[at + 1].strip() == "→ Check OPENAI_API_KEY and the credit of its account."
    secrets = [PUBLISHABLE, SECRET, "sk-secret", SETTINGS["DJANGO_SECRET_KEY"]]
    assert not [secret for secret in secrets if secret in out.getvalue()]


@pytest.mark.parametrize(
    ("reaction", "code", "finding"),
    [
        (steps.error(401), 1, "stemcore.E036"),
        (steps.error(404, code="model_not_found"), 1, "stemcore.E036"),
        (steps.disconnect(), 1, "stemcore.E036"),
        (steps.malformed(), 1, "stemcore.E036"),
        (steps.error(429), 0, "stemcore.W037"),
        (steps.error(503), 0, "stemcore.W037"),
    ],
)
def test_a_provider_that_fails(
    deployment: Deployment, reaction: Any, code: int, finding: str
) -> None:
    deployment.providers.gemini.always(reaction)
    assert found() == (code, {"provider gemini": [finding]})


def test_what_hangs_ends_and_holds_up_nothing_else(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stemcore.doctor.providers.CALL_S", 0.5)
    deployment.providers.openai.always(steps.hang())
    code, results = examined()
    (finding,) = results["provider openai"]["findings"]
    assert finding["found"] == "openai did not answer within 0.5 s."
    assert results["database"]["outcome"] == results["storage"]["outcome"] == "ok"
    assert code == 1


def test_a_check_that_never_ends_is_ended(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stemcore.doctor.LIMIT_S", 3.0)
    deployment.storage.delay_s = 600
    code, findings = found()
    assert (code, findings["storage"]) == (1, ["stemcore.E030"])


def test_vectors_of_another_size(deployment: Deployment) -> None:
    deployment.providers.openai.always_embeddings(steps.vectors([1.0, 0.0, 0.0]))
    assert found() == (1, {"embeddings openai": ["stemcore.E038"]})


def test_a_platform_without_chunks(deployment: Deployment) -> None:
    deployment.settings.PROVIDERS = {}
    deployment.database.execute("ALTER TABLE material_chunks RENAME COLUMN embedding TO away")
    try:
        code, findings = found()
    finally:
        deployment.database.execute("ALTER TABLE material_chunks RENAME COLUMN away TO embedding")
    assert findings["column of vectors"] == ["materials.E003"]
    assert code == 1


def test_another_size_in_the_settings(deployment: Deployment) -> None:
    deployment.settings.EMBEDDING_DIM = 768
    deployment.settings.PROVIDERS = {}
    code, findings = found()
    assert findings["column of vectors"] == ["materials.E003"]
    assert code == 1


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        ({"status": 400, "body": {"message": "jwt malformed"}}, "stemcore.E032"),
        (
            {"status": 400, "body": {"statusCode": "404", "error": "Bucket not found"}},
            "stemcore.E032",
        ),
        ({"status": 500}, "stemcore.E032"),
        ({"key": "another"}, "stemcore.E032"),
    ],
)
def test_storage_that_fails(deployment: Deployment, broken: dict[str, Any], finding: str) -> None:
    for name, value in broken.items():
        setattr(deployment.storage, name, value)
    assert found() == (1, {"storage": [finding]})


@pytest.mark.parametrize(
    ("broken", "finding"),
    [
        ({"api_key": "another"}, "stemcore.E034"),
        ({"status": 503}, "stemcore.E033"),
        ({"raw": b'{"id": "1f8e4a52-6a3f-4b52-9d8e-3a1f0c9b7d11"}'}, "stemcore.E033"),
    ],
)
def test_auth_that_fails(deployment: Deployment, broken: dict[str, Any], finding: str) -> None:
    for name, value in broken.items():
        setattr(deployment.auth, name, value)
    assert found() == (1, {"access tokens": [finding]})


def test_local_verification_wants_keys(deployment: Deployment) -> None:
    deployment.settings.SUPABASE_JWT_VERIFICATION = "local"
    assert found() == (1, {"access tokens": ["stemcore.E035"]})
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    jwk = ECAlgorithm.to_jwk(public, as_dict=True)
    deployment.auth.jwks = [{**jwk, "kid": "key-1", "alg": "ES256", "use": "sig"}]
    assert found() == (0, {})


@pytest.mark.parametrize(
    ("off", "code", "finding"),
    [
        (timedelta(minutes=-20), 1, "stemcore.E039"),
        (timedelta(minutes=20), 1, "stemcore.E039"),
        (timedelta(seconds=30), 0, "stemcore.W040"),
    ],
)
def test_a_clock_that_is_off(
    deployment: Deployment, off: timedelta, code: int, finding: str
) -> None:
    deployment.auth.date = format_datetime(datetime.now(UTC) + off, usegmt=True)
    assert found() == (code, {"clock and Supabase's": [finding]})


@contextmanager
def changed(deployment: Deployment, change: str, back: str) -> Iterator[None]:
    """A change of the platform's owner, taken back in the end."""
    deployment.database.execute(change.encode())
    try:
        yield
    finally:
        deployment.database.execute(back.encode())


RENAME = "ALTER FUNCTION public.{} RENAME TO {}"


@pytest.mark.parametrize(
    ("change", "back", "check", "ids"),
    [
        (
            "GRANT USAGE ON SCHEMA stem TO anon",
            "REVOKE USAGE ON SCHEMA stem FROM anon",
            "exposure of schema stem",
            ["stemcore.E004"],
        ),
        (
            "ALTER TABLE public.materials RENAME title TO name",
            "ALTER TABLE public.materials RENAME name TO title",
            "platform's tables",
            ["stemcore.I001", "stemcore.E001"],
        ),
        (
            RENAME.format("ack_material_job(bigint)", "gone"),
            RENAME.format("gone(bigint)", "ack_material_job"),
            "queue of materials",
            ["materials.E001"],
        ),
        (
            "ALTER TABLE pgmq.q_material_jobs RENAME TO gone",
            "ALTER TABLE pgmq.gone RENAME TO q_material_jobs",
            "queue of materials",
            ["materials.E002"],
        ),
        (
            "UPDATE stem.django_migrations SET name = 'gone' WHERE app = 'stemcore'"
            " AND name = '0004_call_log_days'",
            "UPDATE stem.django_migrations SET name = '0004_call_log_days' WHERE name = 'gone'",
            "migrations",
            ["stemcore.E031"],
        ),
    ],
)
def test_a_database_in_which_something_is_amiss(
    deployment: Deployment, change: str, back: str, check: str, ids: list[str]
) -> None:
    with changed(deployment, change, back):
        code, findings = found()
    assert findings.keys() == {check}
    assert sorted(set(findings[check])) == sorted(ids)
    assert code == 1


def test_a_message_that_was_looked_at_is_still_there(deployment: Deployment) -> None:
    deployment.database.execute(b"SELECT pgmq.send('material_jobs', '{}')")
    examined()
    row = deployment.database.execute(
        b"SELECT count(*) AS waiting FROM pgmq.q_material_jobs"
        b" WHERE read_ct = 0 AND vt <= clock_timestamp()"
    ).fetchone()
    assert row == {"waiting": 1}


def test_where_nothing_answers_each_part_says_so_once(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    settings = settings_of(tmp_path, SUPABASE_URL=nowhere, OPENROUTER_BASE_URL=nowhere)
    done = shell("python manage.py doctor --json", settings)
    results = {result["check"]: result for result in json.loads(done.stdout)}
    assert (done.returncode, done.stderr) == (1, "")
    failed = {name for name, one in results.items() if one["outcome"] == "failed"}
    assert failed == {
        "settings",  # an http:// address
        "database",
        "storage",
        "access tokens",
        "provider openrouter",
        "embeddings openrouter",
    }
    assert results["migrations"]["reason"] == "needs database"
    assert results["clock and Supabase's"]["reason"] == "no answer with a date"
    secrets = [PASSWORD, *(SETTINGS[name] for name in SETTINGS if "KEY" in name)]
    assert not [secret for secret in secrets if secret in done.stdout]
