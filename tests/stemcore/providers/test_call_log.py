"""The call log: a row for each attempt, and never a request that suffers for it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from stemcore.context import request_id
from stemcore.providers import ProviderError, call_log
from stemcore.runtime import run, runtime
from tests.stemcore.providers.calls import ask, embed_texts, log_rows
from tests.stubs import steps


async def test_it_records_each_attempt(providers: Any) -> None:
    before = timezone.now()
    ids = {"user_id": uuid4(), "class_id": uuid4(), "sandbox_id": uuid4()}
    providers.openrouter.always(steps.error(404))
    token = request_id.set("request-7")
    await ask(**ids)
    request_id.reset(token)

    failed, ok = await log_rows()
    assert (failed.provider, failed.model) == ("openrouter", "openai/gpt-4o-mini")
    assert (failed.status, failed.error_kind, failed.http_status) == ("failed", "rejected", 404)
    assert (failed.prompt_tokens, failed.completion_tokens, failed.total_tokens) == (None,) * 3
    assert (ok.provider, ok.model, ok.status) == ("openai", "gpt-4o-mini", "ok")
    assert (ok.prompt_tokens, ok.completion_tokens, ok.total_tokens) == (11, 7, 18)
    for number, row in enumerate((failed, ok), start=1):
        assert (row.attempt, row.kind, row.purpose) == (number, "generation", "test_purpose")
        assert row.request_id == "request-7"
        assert {name: getattr(row, name) for name in ids} == ids
        assert before <= row.created_at <= timezone.now()
        assert 0 <= row.latency_ms < 5000
        assert row.findings == {}


async def test_it_records_embeddings(providers: Any) -> None:
    await embed_texts("text")
    (row,) = await log_rows()
    assert (row.kind, row.model) == ("embedding", "openai/text-embedding-3-small")
    assert (row.prompt_tokens, row.completion_tokens, row.total_tokens) == (5, None, 5)


async def test_it_records_nothing_when_nobody_was_asked(providers: Any) -> None:
    providers.configure()
    with pytest.raises(ProviderError):
        await ask()
    assert await log_rows() == []


async def test_it_writes_by_itself_after_a_moment(
    providers: Any, monkeypatch: pytest.MonkeyPatch, database: Any
) -> None:
    monkeypatch.setattr(call_log, "FLUSH_EVERY_S", 0.02)
    monkeypatch.setitem(runtime().parts, call_log.CallLog, call_log.CallLog())
    await ask()
    for _ in range(250):
        await asyncio.sleep(0.02)
        if database.execute("SELECT FROM stem.provider_calls").fetchone() is not None:
            return
    pytest.fail("the row was never written")


async def test_it_drops_rows_when_the_queue_is_full(
    providers: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(call_log, "CAPACITY", 2)
    for _ in range(4):
        await ask()
    assert "call_log_full" in caplog.text
    assert len(await log_rows()) == 2


async def test_it_answers_while_the_database_takes_no_rows(
    providers: Any, caplog: pytest.LogCaptureFixture, database: Any
) -> None:
    database.execute("ALTER TABLE stem.provider_calls RENAME TO away")
    try:
        assert (await ask()).content
        await call_log.flush()
    finally:
        database.execute("ALTER TABLE stem.away RENAME TO provider_calls")
    assert "call_log_lost" in caplog.text
    await ask()
    assert len(await log_rows()) == 1


async def test_it_keeps_the_rows_of_an_outage(
    providers: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = call_log._store

    async def away(rows: Any) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(call_log, "_store", away)
    for _ in range(3):
        await ask()
    await call_log.flush()
    assert "call_log_waits" in caplog.text
    monkeypatch.setattr(call_log, "_store", store)
    rows = await log_rows()
    assert [row.id for row in rows] == sorted(row.id for row in rows)
    assert len(rows) == 3


async def test_rows_whose_commit_was_in_doubt_are_stored_once(
    providers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = call_log._store

    async def in_doubt(rows: Any) -> None:
        await store(rows)
        raise OperationalError("the connection was lost at the commit")

    monkeypatch.setattr(call_log, "_store", in_doubt)
    for _ in range(3):
        await ask()
        await call_log.flush()
    monkeypatch.setattr(call_log, "_store", store)
    rows = await log_rows()
    assert len(rows) == len({row.id for row in rows}) == 3


async def test_it_writes_many_rows_in_batches(providers: Any) -> None:
    providers.configure("openai")
    await asyncio.gather(*(ask() for _ in range(60)))
    assert len(await log_rows()) == 60


def test_it_writes_the_rows_of_a_command(providers: Any, database: Any) -> None:
    assert run(ask()).provider == "openrouter"
    found = database.execute("SELECT count(*) AS rows FROM stem.provider_calls").fetchone()
    assert found["rows"] == 1


async def test_it_says_of_every_row_that_the_end_of_the_process_cost(
    providers: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(rows: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(call_log, "_store", silent)
    monkeypatch.setattr(call_log, "BATCH", 2)
    monkeypatch.setattr(call_log, "CLOSE_WITHIN_S", 0.01)
    monkeypatch.setitem(runtime().parts, call_log.CallLog, call_log.CallLog())
    for _ in range(3):
        await ask()
    await runtime().parts.pop(call_log.CallLog).close()
    (lost,) = [text for text in caplog.messages if "call_log_lost" in text]
    assert "3" in lost.partition("rows")[2][:6]
