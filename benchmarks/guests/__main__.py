"""Proof that guests' quotas and slots hold, whatever runs and whatever dies (about 6 minutes).

    python -m benchmarks.guests [--only quotas,slots,kills,database]

Four server processes share one database, a stub stands for the provider, and the platform's own
timers run beside all of it twice a second. It stops at the first claim that does not hold.
"""

import argparse
import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

import benchmarks.django_setup  # noqa: F401 - before what needs Django
from benchmarks.guests import scenarios
from benchmarks.guests.fleet import fleet, platform_timers
from benchmarks.guests.scenarios import LOAD_QUOTA, QUOTA, SLOTS, proven
from benchmarks.service import DATABASE
from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests import database
from tests.stubs.providers import ProviderStub
from tests.stubs.relay import Relay

MOST_S = 900
PARTS = ("quotas", "slots", "kills", "database")


async def prove_quotas(server: ServerHandle, stub: ProviderStub) -> None:
    limits = {
        f"GUEST_{name}_LIMIT": str(QUOTA)
        for name in ("CHAT", "QUIZ", "FLASHCARDS", "BLUEPRINT", "EMBEDDING")
    }
    async with fleet(server, stub.port, **limits) as four:
        await proven(
            f"{QUOTA} of {scenarios.CROWD} requests at once, for each feature:",
            scenarios.quotas(four, stub),
        )
        await proven(
            "The same, with a provider that fails every second call and clients that insist:",
            scenarios.quotas_with_failures(four, stub),
        )


def _few_slots() -> dict[str, str]:
    return {
        "GUEST_MAX_CONCURRENT_AI_REQUESTS": str(SLOTS),
        "GUEST_EMBEDDING_LIMIT": str(LOAD_QUOTA),
    }


async def prove_slots(server: ServerHandle, stub: ProviderStub) -> None:
    async with fleet(server, stub.port, **_few_slots()) as four:
        await proven("100 requests of 20 guests for 5 slots:", scenarios.slots(four, stub))
        await proven("A teacher beside a crowd of guests:", scenarios.teacher_beside(four, stub))
        await proven("Clients that leave:", scenarios.disconnects(four, stub))


async def prove_kills(server: ServerHandle, stub: ProviderStub) -> None:
    async with fleet(server, stub.port, **_few_slots()) as four:
        await proven("kill -9 at 30 random moments:", scenarios.kills(four, stub))


async def prove_database(server: ServerHandle, stub: ProviderStub) -> None:
    with Relay(server.socket_dir) as way:
        environ = {**_few_slots(), "DATABASE_URL": way.url(DATABASE, LOGIN)}
        async with fleet(server, stub.port, **environ) as four:
            await proven("The database away for 5 s:", scenarios.database_away(four, stub, way))


async def prove(parts: list[str], server: ServerHandle, stub: ProviderStub) -> None:
    proofs = {
        "quotas": prove_quotas,
        "slots": prove_slots,
        "kills": prove_kills,
        "database": prove_database,
    }
    async with asyncio.timeout(MOST_S):
        for part in parts:
            await proofs[part](server, stub)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas between")
    parts = parser.parse_args().only.split(",")
    with (
        TemporaryDirectory(prefix="guests") as folder,
        database.test_server(Path(folder) / "database") as server,
        database.django_database(server, DATABASE),
        platform_timers(server),
    ):
        stub = ProviderStub(record=False).start()
        try:
            asyncio.run(prove(parts, server, stub))
        finally:
            stub.stop()
    print("Everything holds.")


if __name__ == "__main__":
    main()
