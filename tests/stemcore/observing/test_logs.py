"""Log lines as an operator's collector gets them: from a process, on its standard error."""

import json
import subprocess
import sys
from typing import Any

from tests.processes import ROOT

WRITES = """
import logging, os, sys
from uuid import UUID
from structlog import get_logger
from stemcore.context import request_id
from stemcore.logs import configure_logging
configure_logging({form!r}, "info")
log = get_logger("stemcore.here")
{before}
log.debug("too_low")
log.info("plain", number=1, key=UUID(int=7), path="/caf\\u00e9\\udcff")
request_id.set("from-the-caller")
try:
    {{}}["Sam's answer"]
except KeyError as error:
    log.error("broke", exc_info=error)
logging.getLogger("a.library").warning("of %s", "theirs")
logging.getLogger("openai").info("a body")
print("went on")
"""


def written(form: str, before: str = "", **options: Any) -> "subprocess.CompletedProcess[str]":
    script = WRITES.format(form=form, before=before)
    run = [sys.executable, "-c", script]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60, **options)


def test_json_is_a_line_an_event_whoever_wrote_it() -> None:
    lines = [json.loads(line) for line in written("json").stderr.splitlines()]
    plain, broke, theirs = lines
    assert plain.pop("timestamp").endswith("Z")
    assert plain == {
        "event": "plain",
        "level": "info",
        "logger": "stemcore.here",
        "number": 1,
        "key": "UUID('00000000-0000-0000-0000-000000000007')",
        "path": "/café\udcff",
    }
    assert (broke["event"], broke["level"], broke["error"]) == ("broke", "error", "KeyError")
    assert broke["request_id"] == "from-the-caller"
    assert "Sam" not in json.dumps(broke)
    assert (theirs["event"], theirs["logger"]) == ("of theirs", "a.library")


def test_the_console_form_shows_the_same_events() -> None:
    lines = written("console").stderr.splitlines()
    assert [word for line in lines for word in ("plain", "broke", "theirs") if word in line] == [
        "plain",
        "broke",
        "theirs",
    ]


def test_a_log_that_takes_no_lines_stops_nobody() -> None:
    """A collector that died leaves a pipe without a reader; a disk may be full."""
    no_reader = "r, w = os.pipe(); os.dup2(w, 2); os.close(r); os.close(w)"
    for before in (no_reader, "os.close(2)"):
        ended = written("json", before)
        assert (ended.returncode, ended.stdout) == (0, "went on\n")
