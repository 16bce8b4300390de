"""What an event loop keeps, and how it ends."""

import asyncio

import pytest

from stemcore.http import http_client, http_session
from stemcore.runtime import run, runtime

ended: list[str] = []


class Base:
    async def close(self) -> None:
        ended.append("base")


class Upper:
    """Stands on Base."""

    def __init__(self) -> None:
        runtime().part(Base)

    async def close(self) -> None:
        ended.append("upper")


class Broken:
    async def close(self) -> None:
        raise RuntimeError("cannot close")


async def use(*kinds: type[Base] | type[Upper] | type[Broken]) -> None:
    for kind in kinds:
        assert runtime().part(kind) is runtime().part(kind)


def test_it_closes_a_part_before_those_it_stands_on() -> None:
    ended.clear()
    run(use(Upper, Base))
    assert ended == ["upper", "base"]


def test_it_closes_the_others_when_one_cannot_close() -> None:
    ended.clear()
    with pytest.raises(RuntimeError, match="cannot close"):
        run(use(Base, Broken, Upper))
    assert ended == ["upper", "base"]


def test_it_keeps_loops_apart() -> None:
    async def made() -> Base:
        return runtime().part(Base)

    assert run(made()) is not run(made())


def test_it_closes_clients_and_can_start_again_in_the_same_loop() -> None:
    async def twice() -> None:
        before = http_session("somewhere"), http_client("somewhere")
        await runtime().close()
        assert before[0].closed
        assert before[1].is_closed
        assert not http_session("somewhere").closed
        await runtime().close()

    asyncio.run(twice())
