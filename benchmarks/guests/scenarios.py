"""What is done to the service, and what must hold."""

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from benchmarks.guests.fleet import Fleet
from benchmarks.guests.world import (
    EMBEDDING,
    FEATURES,
    Feature,
    Guest,
    Outcome,
    ask,
    at_rest,
    every_second_fails,
    left_over,
    new_guest,
    right_answer,
)
from stemcore.guests.admissions import LEASE_S
from stemcore.guests.sweeper import SWEEP_EVERY_S
from tests import factories
from tests.stubs.providers import ProviderStub
from tests.stubs.relay import Relay

CROWD = 200
QUOTA = 20
SLOTS = 5
KILLS = 30
PROVIDER_S = 0.3
RECOVERY_S = LEASE_S + SWEEP_EVERY_S + 3.0
"""Until everything that a dead process held is back."""


@asynccontextmanager
async def clients() -> AsyncIterator[aiohttp.ClientSession]:
    # A connection for each request: one that is kept may be closed by a dying process.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client:
        yield client


def provider(stub: ProviderStub, reaction: Any) -> None:
    stub.reset()
    stub.always(reaction)
    stub.always_embeddings(reaction)


async def _spread(
    client: aiohttp.ClientSession, fleet: Fleet, feature: Feature, guests: list[Guest]
) -> list[Outcome]:
    """One request of each guest in the list, all at once, over all processes in turn."""
    bodies = [feature.body(guest) for guest in guests]
    return await asyncio.gather(
        *(
            ask(client, fleet.ports[n % len(fleet.ports)], feature, guest, body)
            for n, (guest, body) in enumerate(zip(guests, bodies, strict=True))
        )
    )


async def quotas(fleet: Fleet, stub: ProviderStub) -> None:
    """Of 200 requests at once, exactly 20 succeed and are counted."""
    provider(stub, right_answer(PROVIDER_S))
    for feature in FEATURES:
        guest = new_guest()
        async with clients() as client:
            outcomes = await _spread(client, fleet, feature, [guest] * CROWD)
        found = Counter(outcome.code for outcome in outcomes)
        print(f"  {feature.name:<11} {dict(found)}, counted {guest.used(feature.name)}")
        assert found == {"ok": QUOTA, "guest_rate_limit": CROWD - QUOTA}, found
        assert guest.used(feature.name) == QUOTA
        await at_rest(SWEEP_EVERY_S + 1)


async def quotas_with_failures(fleet: Fleet, stub: ProviderStub) -> None:
    """Every second provider call fails and clients insist: never more than 20, and 20 at last."""
    for feature in FEATURES:
        provider(stub, every_second_fails(0.05))
        guest, seen = new_guest(), Counter[str]()
        bodies = [feature.body(guest) for _ in range(CROWD)]

        async def insist(
            client: aiohttp.ClientSession,
            number: int,
            body: dict[str, Any],
            feature: Feature = feature,
            guest: Guest = guest,
            seen: Counter[str] = seen,
        ) -> None:
            for turn in range(100):
                port = fleet.ports[(number + turn) % len(fleet.ports)]
                outcome = await ask(client, port, feature, guest, body)
                seen[outcome.code] += 1
                assert seen["ok"] <= QUOTA
                if outcome.status == 200 or seen["ok"] == QUOTA:
                    return
                await asyncio.sleep(random.uniform(0.05, 0.2))

        async with clients() as client:
            await asyncio.gather(*(insist(client, n, body) for n, body in enumerate(bodies)))
            last = await ask(client, fleet.ports[0], feature, guest)
        print(f"  {feature.name:<11} {dict(seen)}, counted {guest.used(feature.name)}")
        assert seen["ok"] == guest.used(feature.name) == QUOTA
        assert last.code == "guest_rate_limit"
        await at_rest(SWEEP_EVERY_S + 1)


async def slots(fleet: Fleet, stub: ProviderStub) -> None:
    """Five slots, 100 requests of 20 guests: never more than 5 in flight, all served in turn."""
    provider(stub, right_answer(PROVIDER_S))
    guests = [new_guest() for _ in range(20)]
    async with clients() as client:
        outcomes = await _spread(client, fleet, EMBEDDING, guests * 5)
    waits = [outcome.seconds for outcome in outcomes]
    longest, mean = max(waits), statistics.mean(waits)
    print(
        f"  {dict(Counter(outcome.code for outcome in outcomes))},"
        f" at most {stub.openai.most_in_flight} in flight,"
        f" wait {mean:.1f} s in the mean, {longest:.1f} s the longest"
        f" (ideal {20 * PROVIDER_S:.1f} s)"
    )
    assert {outcome.status for outcome in outcomes} == {200}
    assert stub.openai.most_in_flight <= SLOTS
    assert longest < 3 * mean
    await at_rest(SWEEP_EVERY_S + 1)


async def teacher_beside(fleet: Fleet, stub: ProviderStub) -> None:
    """A signed-in teacher asks while 200 guests' requests wait for five slots that are taken."""
    provider(stub, right_answer(0.0))
    user = factories.user("teacher")
    teacher = Guest(user, new_guest().sandbox, factories.classroom(user))
    async with clients() as client:
        alone = await _times(client, fleet, teacher)
        provider(stub, right_answer(30.0))
        crowd = [
            asyncio.create_task(_spread(client, fleet, EMBEDDING, [new_guest()] * 10))
            for _ in range(20)
        ]
        await _until(lambda: left_over()[0] == 200, 20)
        provider(stub, right_answer(0.0))
        beside = await _times(client, fleet, teacher)
        rows = left_over()[0]
        for task in crowd:
            task.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)
    print(
        f"  median {statistics.median(alone) * 1000:.1f} ms alone,"
        f" {statistics.median(beside) * 1000:.1f} ms beside {rows} guests' requests"
    )
    assert rows == 200
    assert statistics.median(beside) < 2 * statistics.median(alone) + 0.02
    assert teacher.used("embedding") == 0
    await at_rest(2.0 + SWEEP_EVERY_S)


async def _times(client: aiohttp.ClientSession, fleet: Fleet, who: Guest) -> list[float]:
    outcomes = [
        await ask(client, fleet.ports[n % len(fleet.ports)], EMBEDDING, who) for n in range(60)
    ]
    assert {outcome.status for outcome in outcomes} == {200}
    return [outcome.seconds for outcome in outcomes]


async def disconnects(fleet: Fleet, stub: ProviderStub) -> None:
    """Clients leave while waiting and while generating: all is back within 2 s."""
    provider(stub, right_answer(30.0))
    guests = [new_guest() for _ in range(10)]
    async with clients() as client:
        asking = asyncio.create_task(_spread(client, fleet, EMBEDDING, guests * 4))
        await _until(lambda: left_over()[0] == 40 and stub.openai.in_flight == SLOTS, 10)
        before = left_over()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        seconds = await at_rest(2.0)
    used = sum(guest.used("embedding") for guest in guests)
    print(f"  {before[0]} requests, {before[1]} in flight: all back after {seconds:.2f} s")
    assert before[1] == SLOTS
    assert used == 0


async def kills(fleet: Fleet, stub: ProviderStub) -> None:
    """`kill -9` at 30 random moments: nothing leaks, nothing is lost, the others go on serving."""
    provider(stub, right_answer(PROVIDER_S))
    guests = [new_guest() for _ in range(20)]
    load = _Load(fleet, guests)
    async with clients() as client, load.running(client, each=3):
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(2, 8))
            await asyncio.to_thread(fleet.kill, random.randrange(len(fleet.ports)))
    await asyncio.to_thread(fleet.wait)
    print(f"  {load.summary()}, at most {stub.openai.most_in_flight} in flight")
    seconds = await at_rest(RECOVERY_S)
    print(f"  everything back {seconds:.1f} s after the load")
    assert stub.openai.most_in_flight <= SLOTS
    assert load.wrong == Counter(), f"processes that were not killed answered {load.wrong}"
    load.check_counts()
    await _use_up(fleet, guests[:3])


async def database_away(fleet: Fleet, stub: ProviderStub, way: Relay) -> None:
    """The database is away for 5 s under load."""
    provider(stub, right_answer(PROVIDER_S))
    load = _Load(fleet, [new_guest() for _ in range(20)])
    async with clients() as client, load.running(client, each=2):
        await asyncio.sleep(3)
        await asyncio.to_thread(way.cut)
        await asyncio.sleep(5)
        await asyncio.to_thread(way.mend)
        at_return = load.served
        await asyncio.sleep(RECOVERY_S)
    print(f"  {load.summary()}; {load.served - at_return} of them after its return")
    await at_rest(RECOVERY_S)
    assert load.wrong.keys() <= {
        "guest_sandbox_verification_unavailable",
        "guest_rate_limit_unavailable",
    }, load.wrong
    assert load.wrong
    assert load.served > at_return
    load.check_counts()
    assert stub.openai.most_in_flight <= SLOTS


class _Load:
    """Guests that ask again and again, each in several requests at once."""

    def __init__(self, fleet: Fleet, guests: list[Guest]) -> None:
        self._fleet = fleet
        self.seen: dict[int, Counter[str]] = {n: Counter() for n in range(len(guests))}
        self._guests = guests
        self.lost = 0
        self.wrong: Counter[str] = Counter()

    @property
    def served(self) -> int:
        return sum(found["ok"] for found in self.seen.values())

    def summary(self) -> str:
        return f"{self.served} served, {self.lost} lost with their process, {dict(self.wrong)} else"

    @asynccontextmanager
    async def running(self, client: aiohttp.ClientSession, each: int) -> AsyncIterator[None]:
        stop = asyncio.Event()
        loops = [
            asyncio.create_task(self._go_on(client, number, stop))
            for number in self.seen
            for _ in range(each)
        ]
        yield
        stop.set()
        await asyncio.gather(*loops)

    async def _go_on(self, client: aiohttp.ClientSession, number: int, stop: asyncio.Event) -> None:
        while not stop.is_set():
            port = random.choice(self._fleet.ports)
            outcome = await ask(client, port, EMBEDDING, self._guests[number])
            self.seen[number][outcome.code] += 1
            if outcome.status == 0:
                self._note_broken(number)
                await asyncio.sleep(0.2)
            elif outcome.status != 200:
                self.wrong[outcome.code] += 1
                await asyncio.sleep(0.2)

    def _note_broken(self, number: int) -> None:
        """A refused connection is one to a process that is only starting."""
        refused = self.seen[number].pop("ClientConnectorError", 0)
        if not refused:
            self.lost += 1

    def check_counts(self) -> None:
        """Every use that was seen is counted, and besides only such whose answer was lost."""
        for number, guest in enumerate(self._guests):
            seen = self.seen[number]
            unsure = seen.total() - seen["ok"]
            assert seen["ok"] <= guest.used("embedding") <= seen["ok"] + unsure, (seen, guest)


async def _use_up(fleet: Fleet, guests: list[Guest]) -> None:
    """What is left of their quota is really there, and no more."""
    async with clients() as client:
        for guest in guests:
            left = LOAD_QUOTA - guest.used("embedding")
            outcomes = await _spread(client, fleet, EMBEDDING, [guest] * (left + 10))
            found = Counter(outcome.code for outcome in outcomes)
            assert found == {"ok": left, "guest_rate_limit": 10}, found
    print("  guests who go on use up exactly what is left")


LOAD_QUOTA = 150
"""More than a guest can use up while processes are killed."""


async def _until(condition: Any, seconds: float) -> None:
    for _ in range(round(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("waited in vain")


Scenario = Coroutine[Any, Any, None]


async def proven(title: str, scenario: Scenario) -> None:
    """Runs a scenario and says how long it took."""
    print(f"{title}", flush=True)
    started = time.monotonic()
    await scenario
    print(f"  holds ({time.monotonic() - started:.0f} s)", flush=True)
