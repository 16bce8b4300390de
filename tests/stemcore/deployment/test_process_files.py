"""Dockerfile, compose.yaml, Procfile and timers name what there is, and no more."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.core.management import get_commands, load_command_class

from tests.processes import ROOT, bare_environment, shell

DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
TIMERS = (ROOT / "deploy" / "timers.sh").read_text()


def lines(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} +(.*)$", DOCKERFILE, re.MULTILINE)


def copied() -> list[str]:
    """What the image takes from the repository."""
    return [
        source
        for line in lines("COPY")
        if not line.startswith("--from")
        for source in line.split()[:-1]
    ]


def test_the_image_holds_every_app_and_nothing_that_is_missing() -> None:
    assert all((ROOT / source).exists() for source in copied())
    ours = {
        config.name.partition(".")[0]
        for config in apps.get_app_configs()
        if "site-packages" not in config.path
    }
    assert ours <= set(copied())
    assert not [source for source in copied() if "dev" in source or "demo" in source]


def test_what_is_copied_is_let_through_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())


def test_the_image_has_the_python_that_the_requirements_are_pinned_for() -> None:
    pinned = re.search(r"with Python (\S+)", (ROOT / "requirements.txt").read_text())
    assert pinned is not None
    images = {line.split()[0] for line in lines("FROM")}
    assert images == {f"python:{pinned[1]}-slim-bookworm"}


def test_the_image_runs_unprivileged_and_says_whether_it_lives() -> None:
    assert lines("USER") == ["10001"]
    (check,) = lines("HEALTHCHECK")
    command = json.loads(check.partition("CMD")[2])
    compile(command[2], "HEALTHCHECK", "exec")
    assert "/healthz" in command[2]
    assert f":{lines('EXPOSE')[0]}/" in command[2]


@pytest.mark.proof
def test_what_is_copied_is_enough_to_be_built_and_to_serve(tmp_path: Path) -> None:
    for source in copied():
        if (ROOT / source).is_dir():
            skipped = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, tmp_path / source, ignore=skipped)
        else:
            shutil.copy(ROOT / source, tmp_path)
    (build,) = [line for line in lines("RUN") if "collectstatic" in line]
    prepared = build.partition("&&")[2].strip()
    known = " ".join(re.findall(r"\w+=\S+", prepared))
    command = f"{prepared} && {known} python -c 'import stemcore.asgi'"
    done = shell(command, bare_environment(), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / ".data" / "static" / "staticfiles.json").is_file()


def shell_lines() -> list[str]:
    """Everything that starts a program of ours."""
    (served,) = lines("CMD")
    found = [shlex.join(json.loads(served)), *PROCFILE.values()]
    services = COMPOSE["services"].values()
    found += [shlex.join(one["command"]) for one in services if "command" in one]
    found += [f"python manage.py {words}" for words in re.findall(r'"(\w+[^"]*)"', TIMERS)[:3]]
    return [part for line in found for part in line.split(" && ")]


@pytest.mark.parametrize("line", shell_lines())
def test_every_command_is_there_with_its_options(line: str) -> None:
    program, *words = shlex.split(re.sub(r"\$\{\w+:-(\w+)\}", r"\1", line))
    if program == "env":
        assert words[0] == "SERVE=console"
        program, *words = words[1:]
    if program == "sh":
        assert (ROOT / words[0]).is_file()
        return
    assert (program, words[0]) == ("python", "manage.py")
    command = load_command_class(get_commands()[words[1]], words[1])
    command.create_parser("manage.py", words[1]).parse_args(words[2:])


def test_all_name_the_same_processes() -> None:
    assert set(COMPOSE["services"]) == PROCFILE.keys() - {"release"}
    served = shlex.join(json.loads(lines("CMD")[0]))
    assert re.sub(r"\$\{\w+:-(\w+)\}", r"\1", PROCFILE["web"]) == served
    console = COMPOSE["services"]["console"]
    assert console["environment"] == {"SERVE": "console"}
    by_hand = PROCFILE["console"].replace("${CONSOLE_PORT:-8002}", lines("EXPOSE")[0])
    assert f"env SERVE=console {shlex.join(console['command'])}" == by_hand
    assert shlex.join(COMPOSE["services"]["worker"]["command"]) == PROCFILE["worker"]
    assert shlex.join(COMPOSE["services"]["timers"]["command"]) == PROCFILE["timers"]
