"""Proof that every material ends, once, whatever becomes of the workers (about 10 minutes).

    python -m benchmarks.worker [--jobs 500] [--kills 50]

Two workers and the platform's own on one queue. A worker is killed at random moments, three of ten
embedding calls fail, the database is restarted once. A tenth of the files is broken. Nothing may be
lost or stored twice, and what fails has a reason.
"""

import argparse
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.service import DATABASE
from benchmarks.worker.proof import Trial, run
from tests import database

PAUSE_S = (1.0, 8.0)
PROVIDER_S = 3.0
PATIENCE_S = 1200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--kills", type=int, default=50)
    options = parser.parse_args()
    with (
        TemporaryDirectory(prefix="worker") as folder,
        database.test_server(Path(folder) / "database") as server,
        database.django_database(server, DATABASE),
    ):
        trial = Trial(options.jobs, options.kills, PAUSE_S, True, PROVIDER_S, PATIENCE_S)
        found = run(server, DATABASE, trial)
        with suppress(psycopg.OperationalError):
            database.superuser().execute("select 1")  # its connection died with the restart
    print(
        f"{options.jobs} jobs, {options.kills} kills, {found.seconds:.0f} s: "
        f"{found.completed} completed ({found.by_platform} by the platform's worker), "
        f"{found.failed} failed with a reason, {found.attempts} attempts, none lost, none twice."
    )


if __name__ == "__main__":
    main()
