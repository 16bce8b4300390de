"""Workers that are killed, in short; `make proof-worker` shows it at length."""

from typing import Any

import pytest

from benchmarks.worker.fleet import LOCK_MINUTES
from benchmarks.worker.proof import Trial, run
from stemcore.embedded.server import ServerHandle
from tests.materials.queue import pass_time


@pytest.mark.proof
def test_kills_lose_nothing_and_store_nothing_twice(
    database: Any, database_server: ServerHandle, worker_id: str
) -> None:
    def locks_run_out() -> None:
        pass_time(LOCK_MINUTES * 60 + 1)

    trial = Trial(8, 3, (1.0, 2.5), False, 0.5, 240, locks_run_out)
    found = run(database_server, f"test_{worker_id}", trial)
    assert found.completed + found.failed == 8
