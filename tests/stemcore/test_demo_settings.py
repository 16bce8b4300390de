"""The demo beside a `.env` that is somebody's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import bare_environment, shell
from tests.walk import copy_of_the_project

OWN_LINES = "AI_PROVIDER_DEFAULT=openai\nOPENAI_API_KEY=sk-some-key\nOPENAI_MODEL=some-model\n"
SHELL = ".venv/bin/python manage.py demo --shell"


@pytest.fixture(scope="module")
def clone() -> Iterator[Path]:
    with copy_of_the_project() as folder:
        yield folder


@pytest.mark.parametrize("whose", ["a provider and its key", "the example"])
def test_it_says_what_to_do_with_a_file_that_does_not_serve_it(clone: Path, whose: str) -> None:
    own = (clone / ".env.example").read_text() if whose == "the example" else OWN_LINES
    (clone / ".env").write_text(own)
    done = shell(SHELL, bare_environment(), clone)
    assert done.returncode == 1
    assert "DJANGO_DEBUG, DJANGO_SECRET_KEY" in done.stderr
    assert "move it away, start the demo" in done.stderr
    assert "Traceback" not in done.stderr
    assert (clone / ".env").read_text() == own


def test_lines_put_into_the_demos_own_file_count(clone: Path) -> None:
    (clone / ".env").unlink(missing_ok=True)
    shell(SHELL, bare_environment(), clone)
    made = (clone / ".env").read_text()
    (clone / ".env").write_text(made.replace("AI_PROVIDER_DEFAULT=offline\n", OWN_LINES))
    done = shell(SHELL, bare_environment(), clone)
    assert (done.returncode, done.stderr) == (0, "")
    assert "STUDENT_TOKEN=" in done.stdout
