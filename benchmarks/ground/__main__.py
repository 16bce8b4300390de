"""Proof that nothing stuck stops the rest (about 2 minutes).

    python -m benchmarks.ground [--only locked,database,connections,searches,leases,sigterm]

One server process with a relay to its database, which locks, hangs and falls silent. It stops at
the first claim that does not hold.
"""

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.ground import scenarios
from benchmarks.ground.world import World, make_world, side_of
from benchmarks.service import DATABASE
from stemcore.embedded.server import ServerHandle
from tests import database, factories
from tests.service import service
from tests.stubs.providers import ProviderStub

PROOFS = {
    "locked": ("A session's row locked by somebody else:", scenarios.locked_row),
    "database": ("A database that accepts and never answers:", scenarios.silent_database),
    "connections": ("Connections that fall silent, new ones work:", scenarios.silent_connections),
    "searches": ("Twelve word searches in a class of 5,000 chunks:", scenarios.searches),
    "sigterm": ("SIGTERM with a locked row and a silent database:", scenarios.sigterm),
}
LEASES = "leases"


async def prove(parts: list[str], server: ServerHandle, world: World, port: int) -> None:
    environ = {"LOG_LEVEL": "error", "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/openai/v1"}
    for part in parts:
        if part == LEASES:
            continue
        title, proof = PROOFS[part]
        print(title, flush=True)
        with service(server, DATABASE, environ) as running:
            async with side_of(running.url, world) as side:
                await side.list_sessions()
                await proof(side, running)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join([*PROOFS, LEASES]), help="commas between")
    parts = parser.parse_args().only.split(",")
    with (
        TemporaryDirectory(prefix="ground") as folder,
        database.test_server(Path(folder) / "database") as server,
        database.django_database(server, DATABASE),
    ):
        world = make_world()
        stub = ProviderStub(record=False).start()
        try:
            asyncio.run(prove(parts, server, world, stub.port))
        finally:
            stub.stop()
        if LEASES in parts:
            print("Every thread for requests busy for longer than a lease:", flush=True)
            guest = factories.guest()
            sandbox = factories.sandbox(guest)
            asyncio.run(scenarios.busy_threads(sandbox.id))
    print("Everything holds.")


if __name__ == "__main__":
    main()
