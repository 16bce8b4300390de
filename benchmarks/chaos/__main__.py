"""Proof that nothing is half done, lost or leaked, whatever fails (about 2 minutes).

    python -m benchmarks.chaos [--seed 1] [--rounds 1]

Students, guests and uploads keep two server processes and a worker busy through PgBouncer, while
one fault after the other comes in a seeded order: the provider hangs, drops connections, answers
429 and garbage; the database is restarted, falls silent, takes no connections, is locked; servers
and worker are killed; clocks jump; a disk is full. After each fault every server must be ready
again within 5 s; at the end the rows must tell what the clients were told. It stops at the first
claim that does not hold.
"""

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.chaos import invariants
from benchmarks.chaos.faults import HELD_S, Fault, faults_of
from benchmarks.chaos.load import Load, going_on, make_load
from benchmarks.chaos.stage import Stage, answers_again, stage
from benchmarks.service import DATABASE
from tests import database

READY_WITHIN_S = 5.0
QUIET_S = 2.0


async def suffer(stage: Stage, load: Load, rounds: int, within_s: float) -> None:
    faults = list(faults_of(stage).items()) * rounds
    stage.dice.shuffle(faults)
    async with going_on(stage, load):
        await asyncio.sleep(QUIET_S)
        for name, fault in faults:
            print(f"  {name}: ", end="", flush=True)
            print(f"ready again after {await _one(stage, fault, within_s):.1f} s", flush=True)
            await asyncio.sleep(QUIET_S)
    print(f"  told: {dict(load.codes.most_common())}")
    assert load.codes["internal_error"] == 0, "a fault was answered as one of ours"


async def _one(stage: Stage, fault: Fault, within_s: float) -> float:
    """Does a fault; seconds after its end until all are ready."""
    async with fault(stage):
        await asyncio.sleep(stage.dice.uniform(*HELD_S))
    return await answers_again(stage, within_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ready-within", type=float, default=READY_WITHIN_S, help="seconds")
    parser.add_argument("--rounds", type=int, default=1, help="how often every fault comes")
    options = parser.parse_args()
    with (
        TemporaryDirectory(prefix="chaos") as folder,
        database.test_server(Path(folder) / "database") as server,
        database.django_database(server, DATABASE),
        stage(server, options.seed) as running,
    ):
        load = make_load(running)
        print("Faults:", flush=True)
        asyncio.run(suffer(running, load, options.rounds, options.ready_within))
        print("Afterwards:", flush=True)
        invariants.check(running, load)
        database.superuser().close()  # dead since the restart
    print("Everything holds.")


if __name__ == "__main__":
    main()
