"""`check --deploy`: each weakness of the settings has its id and its remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import get_finders

from stemcore.checks.deployment import check_settings
from stemcore.settings import ProviderSettings
from tests.stemcore.deployment.test_first_deployment import SETTINGS

KEY = SETTINGS["PYTHON_BACKEND_API_KEY"]
SERVING = ProviderSettings(api_key="k", model="m", embedding_model="e")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose manifest names every file of the admin."""
    folder = tmp_path_factory.mktemp("static")
    names = [name for finder in get_finders() for name, _ in finder.list(None)]
    manifest = {"version": "1.1", "hash": "", "paths": {name: name for name in names}}
    (folder / "staticfiles.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture
def sound(settings: Any, collected: Path) -> Any:
    """Settings of a deployment in which nothing is weak."""
    settings.STATIC_ROOT = collected
    settings.SECRET_KEY = SETTINGS["DJANGO_SECRET_KEY"]
    settings.PYTHON_BACKEND_API_KEY = KEY
    settings.ALLOWED_HOSTS = ["backend.example.org"]
    settings.SUPABASE_URL = "https://project.supabase.co"
    settings.SUPABASE_SERVICE_ROLE_KEY = "service-role-key"
    settings.SUPABASE_JWT_SECRET = ""
    settings.PROVIDERS = {"openai": SERVING}
    settings.AI_PROVIDER_DEFAULT = "openai"
    return settings


def test_a_sound_deployment_has_no_finding(sound: Any) -> None:
    assert check_settings() == []


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        (
            {
                "PYTHON_BACKEND_API_KEY": "",
                "PYTHON_BACKEND_ALLOW_UNAUTHENTICATED_REQUESTS": True,
            },
            ["E011"],
        ),
        ({"PYTHON_BACKEND_API_KEY": ""}, ["E012"]),
        ({"PYTHON_BACKEND_API_KEY": "k"}, ["E013"]),
        ({"PYTHON_BACKEND_API_KEY": "ab" * 32}, ["E013"]),
        ({"SUPABASE_SERVICE_ROLE_KEY": KEY}, ["E014"]),
        ({"MATERIAL_WORKER_TOKEN": SETTINGS["DJANGO_SECRET_KEY"]}, ["E014"]),
        ({"SUPABASE_JWT_SECRET": "abc"}, ["E015"]),
        ({"ALLOWED_HOSTS": ["backend.example.org", "*"]}, ["E016"]),
        ({"SUPABASE_URL": ""}, ["E017"]),
        ({"SUPABASE_URL": "http://project.supabase.co"}, ["E018"]),
        ({"SUPABASE_SERVICE_ROLE_KEY": "", "SUPABASE_PUBLISHABLE_KEY": ""}, ["E019"]),
        ({"PROVIDERS": {}}, ["E020", "W021"]),
        ({"PROVIDERS": {}, "AI_PROVIDER_DEFAULT": "offline"}, ["E020", "W021"]),
        ({"PROVIDERS": {"openai": ProviderSettings("k", "m")}}, ["W021"]),
        ({"AI_PROVIDER_DEFAULT": "gemini"}, ["W022"]),
        ({"STATIC_ROOT": "/nowhere"}, ["W023"]),
    ],
)
def test_each_weakness_has_an_id_and_a_remedy(
    sound: Any, changes: dict[str, Any], ids: list[str]
) -> None:
    for name, value in changes.items():
        setattr(sound, name, value)
    found = check_settings()
    assert [message.id for message in found] == [f"stemcore.{code}" for code in ids]
    assert all(message.hint for message in found)
    assert not [message for message in found if KEY in f"{message.msg}{message.hint}"]


@pytest.mark.parametrize(
    ("part", "ids"),
    [("SERVES_API", ["E012", "E017", "E020", "W021"]), ("SERVES_CONSOLE", ["E016", "W023"])],
)
def test_a_process_answers_for_the_part_that_it_serves(
    sound: Any, part: str, ids: list[str]
) -> None:
    sound.SERVES_API = sound.SERVES_CONSOLE = False
    setattr(sound, part, True)
    sound.PYTHON_BACKEND_API_KEY = sound.SUPABASE_URL = ""
    sound.PROVIDERS, sound.ALLOWED_HOSTS, sound.STATIC_ROOT = {}, ["*"], "/nowhere"
    assert [message.id for message in check_settings()] == [f"stemcore.{code}" for code in ids]


@pytest.mark.parametrize("ports", ["6543", "5432,6543"])
def test_a_transaction_pooler_has_to_be_named(
    sound: Any, monkeypatch: pytest.MonkeyPatch, ports: str
) -> None:
    monkeypatch.setitem(sound.DATABASES["default"], "PORT", ports)
    sound.DATABASE_POOL_MODE = "session"
    assert [message.id for message in check_settings()] == ["stemcore.E024"]
    sound.DATABASE_POOL_MODE = "transaction"
    assert check_settings() == []
