"""Computing in threads that nothing else holds."""

import asyncio
from threading import Event

import pytest

from stemcore.aside import aside
from stemcore.context import request_id

CROWD = 64
"""More than the default executor has threads."""


async def test_it_computes_while_every_look_up_of_a_name_hangs() -> None:
    loop, answered = asyncio.get_running_loop(), Event()
    hanging = [loop.run_in_executor(None, answered.wait) for _ in range(CROWD)]
    try:
        async with asyncio.timeout(60):
            assert await aside(sum, [1, 2]) == 3
    finally:
        answered.set()
        await asyncio.gather(*hanging)


async def test_it_knows_the_request_in_hand() -> None:
    token = request_id.set("of-this-request")
    try:
        assert await aside(request_id.get) == "of-this-request"
    finally:
        request_id.reset(token)


async def test_what_the_work_raises_rises() -> None:
    with pytest.raises(ZeroDivisionError):
        await aside(divmod, 1, 0)
