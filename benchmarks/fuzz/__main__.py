"""Starts a demo and sends it what its document allows, and what it forbids.

    python -m benchmarks.fuzz            at least 5,000 cases, in 10 to 20 minutes
    python -m benchmarks.fuzz --quick    the same few hundred each time, within a minute

A teacher's and a student's calls in turn. Exits with 1 when an answer is not as the document says.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from stemcore.embedded.demo.people import CLASS_ID, STUDENT_ID, TEACHER_ID
from tests.demo import Demo, running_demo
from tests.processes import ROOT

LEAST = 5_000
QUICK = ("--phases", "examples,fuzzing", "--max-examples", "6", "--generation-deterministic")
WHOLE = ("--max-examples", "75", "--generation-unique-inputs")
CONFIG = """
hooks = "benchmarks.fuzz.hooks"
warnings = false

[cache]
enabled = false

[auth.openapi.serviceKey]
api_key = "{key}"

[auth.openapi.serviceKeyAsBearer]
bearer = "{key}"

[auth.openapi.userToken]
bearer = "{token}"

[checks.not_a_server_error]
enabled = false

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 409, 413, 415, 422, 429, 502]
"""


def main() -> int:
    quick, began = "--quick" in sys.argv, monotonic()
    with running_demo() as demo:
        print(f"The demo answers after {monotonic() - began:.0f} s.", flush=True)
        runs = [_run(demo, user, quick) for user in (TEACHER_ID, STUDENT_ID)]
    cases = sum(run["test_cases"]["generated"] for run in runs)
    faults = sum(run["test_cases"]["unique_failures"] for run in runs)
    errors = sum(len(run["errors"]) for run in runs)
    print(f"{cases:,} cases, {faults} faults, {errors} errors, {monotonic() - began:.0f} s")
    enough = quick or cases >= LEAST
    return 0 if enough and all(run["exit_code"] == 0 for run in runs) else 1


def _run(demo: Demo, user: str, quick: bool) -> Any:
    """One run of schemathesis as a user; returns its report."""
    with TemporaryDirectory(prefix="fuzz") as made:
        config, report = Path(made) / "schemathesis.toml", Path(made) / "report.json"
        config.write_text(CONFIG.format(key=demo.key, token=demo.tokens[user]))
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run"),
            *(str(ROOT / "docs" / "openapi.yaml"), "--url", demo.url),
            *("--report", "json", "--report-json-path", str(report)),
            *("--continue-on-failure", "--no-shrink", "--request-timeout", "60"),
            *(QUICK if quick else WHOLE),
        ]
        environ = {**os.environ, "FUZZ_USER": user, "FUZZ_SESSION": _session(demo, user)}
        subprocess.run(command, cwd=ROOT, env=environ, check=False)
        return json.loads(report.read_text())


def _session(demo: Demo, user: str) -> str:
    """A new chat session of the user's."""
    body = {"class_id": CLASS_ID, "user_id": user}
    answer = demo.post("/v1/chat/workspace/sessions/create", body, user)
    return str(answer.json()["data"]["session"]["id"])


if __name__ == "__main__":
    sys.exit(main())
