"""What must hold when all is over, read from the rows."""

import time
from typing import Any

from benchmarks.chaos.load import PAGES, Load
from benchmarks.chaos.stage import Stage
from stemcore.guests.admissions import LEASE_S
from stemcore.guests.quotas import COUNTERS
from stemcore.guests.sweeper import SWEEP_EVERY_S
from stemcore.models import GuestSandbox

PATIENCE_S = 300
"""For the end of the queue and of leases; only a fault needs it."""

_EXCHANGES = """
select m.content as question,
    (select count(*) from class_chat_messages a where a.session_id = m.session_id
       and a.author_kind = 'assistant' and a.created_at = m.created_at + interval '1 ms') as answers
from class_chat_messages m where m.author_kind <> 'assistant'
"""
_ASKED = """
select count(*) from class_chat_messages where session_id = %s and author_kind <> 'assistant'
"""
_OUT_OF_TURN = """
select count(*) from (
    select author_kind, lag(author_kind) over (partition by session_id order by created_at, id)
        as before
    from class_chat_messages
) m where author_kind is not distinct from before
"""
_LEFT = {
    "guests' admissions": "select count(*) from stem.guest_admissions",
    "slots of sandboxes": "select coalesce(sum(active_ai_requests), 0) from guest_sandboxes",
    "slots of the platform": "select coalesce(sum(active_requests), 0) from guest_session_quota",
    "send tickets that count": "select count(*) from stem.send_tickets where expires_at > now()",
    "jobs that did not end": "select count(*) from material_processing_jobs"
    " where status in ('pending', 'retry', 'processing')",
}
_MATERIALS = """
select m.status, count(c.id) as chunks, count(distinct c.source_index) as pages
from materials m left join material_chunks c on c.material_id = m.id
where m.id = any(%s) group by m.id
"""
_ORPHANS = """
select count(*) from stem.chunk_words w
where not exists (select from material_chunks c where c.id = w.chunk_id)
"""


def check(stage: Stage, load: Load) -> None:
    """Raises AssertionError at the first thing that does not hold."""
    _wait_until_nothing_is_left(stage)
    for title, proof in (
        ("every exchange is whole, once, and in turn", _exchanges),
        ("guests' quotas are exact", _quotas),
        ("every material is ready, with each page once", _materials),
        ("no row is left without its owner", _orphans),
        ("every answered request is in the call log", _call_log),
    ):
        print(f"  {title}: {proof(stage, load)}", flush=True)


def _value(stage: Stage, statement: str, *values: Any) -> Any:
    with stage.superuser() as superuser:
        found = superuser.execute(statement.encode(), values).fetchone()
    assert found is not None
    return found[0]


def _wait_until_nothing_is_left(stage: Stage) -> None:
    until = time.monotonic() + max(PATIENCE_S, LEASE_S + SWEEP_EVERY_S)
    while left := {name: n for name, sql in _LEFT.items() if (n := _value(stage, sql))}:
        assert time.monotonic() < until, f"left over: {left}"
        time.sleep(0.5)


def _exchanges(stage: Stage, load: Load) -> str:
    with stage.superuser() as superuser:
        rows = superuser.execute(_EXCHANGES.encode()).fetchall()
    stored = [question for question, _ in rows]
    assert len(stored) == len(set(stored)), "a message is stored twice"
    assert all(answers == 1 for _, answers in rows), "a message stands without its answer"
    assert _value(stage, _OUT_OF_TURN) == 0, "two messages of one side follow each other"
    sent = {question: one for student in load.students for question, one in student.sent.items()}
    for question, one in sent.items():
        if one.status == 200:
            assert question in stored, f"answered and not stored: {one}"
        elif one.status != 0:
            assert question not in stored, f"refused and stored: {one}"
    return f"{len(stored)} of {len(sent)} stored"


def _quotas(stage: Stage, load: Load) -> str:
    told = []
    for guest, sent in load.guests:
        used = _used(stage, guest.sandbox, "embedding")
        ok = sum(one.status == 200 for one in sent)
        unsure = sum(one.status == 0 for one in sent)
        assert ok <= used <= ok + unsure, f"{used} counted, {ok} served, {unsure} broken off"
        told.append(str(used))
    for student in load.students:
        if student.sandbox is not None:
            used = _used(stage, student.sandbox, "chat")
            stored = _value(stage, _ASKED, student.session.id)
            assert used == stored, f"{used} counted, {stored} stored"
            told.append(str(used))
    return f"{', '.join(told)} used"


def _used(stage: Stage, sandbox: GuestSandbox, feature: str) -> int:
    statement = f"select {COUNTERS[feature]} from guest_sandboxes where id = %s"
    return int(_value(stage, statement, sandbox.id))


def _materials(stage: Stage, load: Load) -> str:
    with stage.superuser() as superuser:
        ids = [material.id for material in load.materials]
        rows = superuser.execute(_MATERIALS.encode(), [ids]).fetchall()
    wrong = [row for row in rows if row != ("ready", PAGES, PAGES)]
    assert not wrong, wrong[:3]
    return f"{len(rows)} of {len(load.materials)}"


def _orphans(stage: Stage, load: Load) -> str:
    assert _value(stage, _ORPHANS) == 0
    return "none"


def _call_log(stage: Stage, load: Load) -> str:
    """Rows that a killed process still held in memory are lost with it, as documented."""
    sent = [one for student in load.students for one in student.sent.values()]
    answered = {one.request_id for one in sent if one.status == 200 and one.survived}
    with stage.superuser() as superuser:
        rows = superuser.execute("select request_id from stem.provider_calls").fetchall()
    missing = answered - {row[0] for row in rows}
    lives = sum(one.lives - 1 for one in stage.servers)
    allowed = lives * LOST_BY_A_KILL
    assert len(missing) <= allowed, f"{len(missing)} answered requests are not in the log"
    return f"{len(answered) - len(missing)} of {len(answered)}, {lives} kills"


LOST_BY_A_KILL = 12
"""Answers of the second before a kill, more than a process gives in it."""
