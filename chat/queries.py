"""The statements of the hot path as SQL: one round trip each, and nothing to build.

The ORM, which the rest of the app speaks, spends more on building such a statement than Postgres
on running it. All are to be called in a unit of work.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from chat.models import ChatMessage, ChatSession
from chat.rows import MESSAGE_KEYS, SESSION_KEYS, MessageRow, SessionRow
from chat.turns import Place, Turn
from chat.visits import Visit
from classes.access import (
    MEMBERSHIP,
    MEMBERSHIP_COLUMNS,
    Membership,
    membership_of,
    membership_parameters,
)
from materials.search import EMBEDDING_PROVIDER
from stemcore.database import prepared_cursor
from stemcore.database.postgres.base import Moments

# A compaction without the id of its last message counts everything of that moment.
LAST_ID = UUID(int=2**128 - 1)

_WIDTH = len(MEMBERSHIP_COLUMNS)


def _door(visit: Visit) -> dict[str, Any]:
    return membership_parameters(visit.user, visit.class_id, visit.sandbox_id)


def _one(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        found: tuple[Any, ...] | None = cursor.fetchone()
        return found


def _all(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with prepared_cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _moment(text: str) -> datetime:
    """A moment as Postgres writes it; its own way through the driver is ten times as long."""
    return datetime.fromisoformat(text)


# The queue ---------------------------------------------------------------------------------------


class SessionState(NamedTuple):
    """Whose a session is and since when it is archived; no owner when there is no such session."""

    owner_user_id: UUID | None
    archived_at: datetime | None


# The ticket is made while the session's row is locked, and the lock goes with the commit: whoever
# has a lower number has committed it before. (That is why the numbers are looked at in another
# statement: this one sees the tickets as they were before it waited for the lock.)
_TAKE_TICKET = f"""
    with door as materialized ({MEMBERSHIP}),
    session as materialized (
        select s.id, s.owner_user_id, s.archived_at
        from class_chat_sessions s
        where s.id = %(session_id)s and s.class_id = %(class_id)s
            and exists (select from door where role is not null and not class_archived)
        for no key update
    ),
    taken as (
        insert into send_tickets (key, session_id, expires_at)
        select %(ticket)s, id, statement_timestamp() + make_interval(secs => %(lasts_s)s)
        from session
        where owner_user_id = %(user_id)s and archived_at is null and %(wanted)s
        on conflict (key) do nothing  -- the unit is run again when its connection was lost
    )
    select door.*, session.owner_user_id, session.archived_at
    from door left join session on true
"""


def take_ticket(
    visit: Visit, session_id: UUID, ticket: UUID, *, lasts_s: float, wanted: bool
) -> tuple[Membership, SessionState]:
    """Adds a ticket behind those of the session, when it is the user's own, open and `wanted`.

    A statement by itself, not to be called in a transaction. Raises ClassAccessRequired.
    """
    parameters = {
        **_door(visit),
        "session_id": session_id,
        "ticket": ticket,
        "lasts_s": lasts_s,
        "wanted": wanted,
    }
    found = _one(_TAKE_TICKET, parameters)
    membership = membership_of(visit.user, visit.class_id, found)
    assert found is not None
    return membership, SessionState(*found[_WIDTH:])


# Other rows may refer to the session meanwhile, hence NO KEY.
_REDEEM_TICKET = """
    with session as materialized (
        select s.owner_user_id, s.archived_at, c.archived
        from class_chat_sessions s join classes c on c.id = s.class_id
        where s.id = %(session_id)s and s.class_id = %(class_id)s
        for no key update of s
    ),
    redeemed as (
        delete from send_tickets
        where key = %(ticket)s and expires_at > statement_timestamp()
            and exists (select from session)
        returning id
    )
    select owner_user_id, archived_at, archived, exists (select from redeemed) from session
"""


class Redeemed(NamedTuple):
    """A session as it stands when its exchange is stored, and whether the ticket counted."""

    session: SessionState
    class_archived: bool
    counted: bool


def redeem_ticket(class_id: UUID, session_id: UUID, ticket: UUID) -> Redeemed:
    """Removes a ticket that still counts, and locks its session until the transaction ends."""
    parameters = {"class_id": class_id, "session_id": session_id, "ticket": ticket}
    found = _one(_REDEEM_TICKET, parameters)
    if found is None:
        return Redeemed(SessionState(None, None), class_archived=False, counted=False)
    owner, archived_at, class_archived, counted = found
    return Redeemed(SessionState(owner, archived_at), class_archived, counted)


# The context -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StoredBlueprint:
    id: UUID
    summary: str
    content: object


@dataclass(frozen=True)
class StoredMemory:
    through: Place
    turn_count: int
    summary: object


@dataclass(frozen=True)
class Loaded:
    """What a message is answered from, as it is stored; the turns are newest first."""

    blueprint: StoredBlueprint | None
    memory: StoredMemory | None
    turns: Sequence[Turn]
    embedding_provider: str | None
    """As `materials.search.embedding_provider` says."""


# A moment outside the calendar, which only a row written past this service has, can be neither
# shown nor paged by: such a message is left out.
_DATED = "created_at >= '0001-01-02 00:00+00' and created_at < '9999-12-31 00:00+00'"

_TURN = """m.id, m.author_kind, m.content, m.created_at::text,
    jsonb_array_length(case jsonb_typeof(m.citations) when 'array' then m.citations else '[]' end)
        > 0,
    m.safety is not distinct from 'refusal'"""

# Rows of several kinds, in columns that fit them all. None but 'turn' without its being ours.
_LOAD_WHEN_FIRST = f"""
    with turn as materialized (
        select key = %(ticket)s as is_ours from send_tickets
        where session_id = %(session_id)s and expires_at > statement_timestamp()
        order by id limit 1
    )
    select 'turn', null::uuid, null, null, null, is_ours, null::boolean, null::jsonb,
        null::int
    from turn
    union all
    (
        select 'blueprint', b.id, null, b.summary, null, null, null, b.content_json, null
        from blueprints b, turn
        where turn.is_ours and b.class_id = %(class_id)s and b.status = 'published'
        order by b.published_at desc, b.version desc limit 1
    )
    union all
    select 'memory', c.compacted_through_message_id, null, null,
        c.compacted_through_created_at::text, null, null, c.summary_json, c.compacted_turn_count
    from class_chat_session_compactions c, turn
    where turn.is_ours and c.session_id = %(session_id)s
        and c.compacted_through_created_at is not null
    union all
    select 'provider', null, null, found.name, null, null, null, null, null
    from turn cross join lateral ({EMBEDDING_PROVIDER}) found
    where turn.is_ours
    union all
    (
        select 'message', {_TURN}, null, null
        from class_chat_messages m
        where m.session_id = %(session_id)s and {_DATED} and (select is_ours from turn)
        order by m.created_at desc, m.id desc limit %(most)s
    )
"""


def load_when_first(class_id: UUID, session_id: UUID, ticket: UUID, most: int) -> Loaded | None:
    """The published blueprint, the compacted memory, the newest `most` messages, and who embedded
    the class's materials.

    None while an earlier ticket of the session counts, and when this one does not any more.
    """
    parameters = {"class_id": class_id, "session_id": session_id, "ticket": ticket, "most": most}
    is_ours = False
    blueprint, memory, provider = None, None, None
    turns: list[Turn] = []
    for kind, id_, author, text, moment, first, second, stored, number in _all(
        _LOAD_WHEN_FIRST, parameters
    ):
        if kind == "message":
            turns.append(Turn(id_, author, text, _moment(moment), first, second))
        elif kind == "turn":
            is_ours = first
        elif kind == "blueprint":
            blueprint = StoredBlueprint(id_, text or "", json.loads(stored))
        elif kind == "provider":
            provider = text
        else:
            memory = StoredMemory((_moment(moment), id_ or LAST_ID), number, json.loads(stored))
    return Loaded(blueprint, memory, turns, provider) if is_ours else None


_BETWEEN = f"""
    from class_chat_messages m
    where m.session_id = %(session_id)s and {_DATED}
        and (m.created_at, m.id) > (coalesce(%(after_at)s, '-infinity'::timestamptz), %(after_id)s)
        and (m.created_at, m.id) < (%(before_at)s, %(before_id)s)
"""


def count_between(session_id: UUID, after: Place | None, before: Place) -> int:
    """How many messages of a session stand between two places."""
    found = _one(f"select count(*) {_BETWEEN}", _between(session_id, after, before))
    return int(found[0]) if found else 0


def turns_between(
    session_id: UUID, after: Place | None, before: Place, *, chars: int, most: int
) -> list[Turn]:
    """The oldest `most` messages between two places, oldest first, as far as `chars` of each."""
    turn = _TURN.replace("m.content", f"left(m.content, {chars:d})")
    statement = f"""
        select {turn} {_BETWEEN} order by m.created_at, m.id limit %(most)s
    """
    parameters = {**_between(session_id, after, before), "most": most}
    return [
        Turn(id_, author, text, _moment(moment), cited, refused)
        for id_, author, text, moment, cited, refused in _all(statement, parameters)
    ]


def _between(session_id: UUID, after: Place | None, before: Place) -> dict[str, Any]:
    after_at, after_id = after or (None, UUID(int=0))
    before_at, before_id = before
    return {
        "session_id": session_id,
        "after_at": after_at,
        "after_id": after_id,
        "before_at": before_at,
        "before_id": before_id,
    }


# The store ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewCompaction:
    """A compaction to be stored unless another one took the place of what it goes on from."""

    before: Place | None
    through: Place
    turn_count: int
    text: str
    summary: dict[str, Any]
    made_at: datetime


# Both messages stand after the newest stored one, also when clocks disagree.
_STORE_EXCHANGE = """
    with place as materialized (
        select greatest(
            statement_timestamp(),
            (
                select max(created_at) from class_chat_messages
                where session_id = %(session_id)s and {dated}
            ) + interval '1 ms'
        ) as at
    ),
    stored as (
        insert into class_chat_messages (
            id, session_id, class_id, sandbox_id, author_user_id, author_kind, content, citations,
            safety, provider, model, prompt_tokens, completion_tokens, total_tokens, latency_ms,
            created_at
        )
        select %(question_id)s::uuid, %(session_id)s::uuid, %(class_id)s::uuid,
            %(sandbox_id)s::uuid, %(user_id)s::uuid, %(role)s, %(question)s, '[]'::jsonb,
            null::text, null::text, null::text, null::int, null::int, null::int, null::int,
            place.at
        from place
        union all
        select %(reply_id)s, %(session_id)s, %(class_id)s, %(sandbox_id)s, null, 'assistant',
            %(reply)s, %(citations)s::jsonb, %(safety)s, %(provider)s, %(model)s,
            %(prompt_tokens)s, %(completion_tokens)s, %(total_tokens)s, %(latency_ms)s,
            place.at + interval '1 ms'
        from place
    ),
    moved as (
        update class_chat_sessions set last_message_at = place.at + interval '1 ms'
        from place where id = %(session_id)s
    ){compaction}
    select place.at, {compacted} from place
"""
_STORE_COMPACTION = """,
    compacted as (
        insert into class_chat_session_compactions as c (
            session_id, class_id, owner_user_id, sandbox_id, summary_text, summary_json,
            compacted_through_created_at, compacted_through_message_id, compacted_turn_count,
            last_compacted_at
        )
        values (
            %(session_id)s, %(class_id)s, %(user_id)s, %(sandbox_id)s, %(summary_text)s,
            %(summary)s::jsonb, %(through_at)s, %(through_id)s, %(turn_count)s, %(compacted_at)s
        )
        on conflict (session_id) do update set
            class_id = excluded.class_id, owner_user_id = excluded.owner_user_id,
            sandbox_id = excluded.sandbox_id, summary_text = excluded.summary_text,
            summary_json = excluded.summary_json,
            compacted_through_created_at = excluded.compacted_through_created_at,
            compacted_through_message_id = excluded.compacted_through_message_id,
            compacted_turn_count = excluded.compacted_turn_count,
            last_compacted_at = excluded.last_compacted_at
        where c.compacted_through_created_at is not distinct from %(before_at)s::timestamptz
            and (
                %(before_at)s::timestamptz is null
                or coalesce(c.compacted_through_message_id, %(last_id)s) = %(before_id)s::uuid
            )
        returning 1
    )"""
_STORE = _STORE_EXCHANGE.format(dated=_DATED, compaction="", compacted="false")
_STORE_COMPACTED = _STORE_EXCHANGE.format(
    dated=_DATED, compaction=_STORE_COMPACTION, compacted="exists (select from compacted)"
)


def store_exchange(
    question: ChatMessage, reply: ChatMessage, compaction: NewCompaction | None
) -> bool:
    """Stores a message and its answer, and sets their `created_at`; moves the session's time.

    Returns whether the compaction was stored, too. To be called with the session locked.
    """
    parameters = {
        "session_id": question.session_id,
        "class_id": question.classroom_id,
        "sandbox_id": question.sandbox_id,
        "user_id": question.author_user_id,
        "role": question.author_kind,
        "question_id": question.id,
        "question": question.content,
        "reply_id": reply.id,
        "reply": reply.content,
        "citations": json.dumps(reply.citations),
        "safety": reply.safety,
        "provider": reply.provider,
        "model": reply.model,
        "prompt_tokens": reply.prompt_tokens,
        "completion_tokens": reply.completion_tokens,
        "total_tokens": reply.total_tokens,
        "latency_ms": reply.latency_ms,
    }
    if compaction is None:
        found = _one(_STORE, parameters)
    else:
        found = _one(_STORE_COMPACTED, {**parameters, **_compaction_parameters(compaction)})
    assert found is not None
    question.created_at, stored = found
    reply.created_at = question.created_at + timedelta(milliseconds=1)
    return bool(stored)


def _compaction_parameters(compaction: NewCompaction) -> dict[str, Any]:
    before_at, before_id = compaction.before or (None, None)
    through_at, through_id = compaction.through
    return {
        "before_at": before_at,
        "before_id": before_id,
        "last_id": LAST_ID,
        "through_at": through_at,
        "through_id": through_id,
        "turn_count": compaction.turn_count,
        "summary_text": compaction.text,
        "summary": json.dumps(compaction.summary),
        "compacted_at": compaction.made_at,
    }


# The lists ---------------------------------------------------------------------------------------

# Rows come as JSON, in the order of the keys of an answer's row: what is read as ids and moments
# would only be written out again.
_MOMENT = "to_char({} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"')"


class Listing(NamedTuple):
    """The open sessions of `owner_user_id`, and whether they are enrolled in the class."""

    membership: Membership
    owner_user_id: UUID
    is_enrolled: bool
    sessions: list[SessionRow]


# A moment outside the calendar shows as the nearest one in it, as everywhere.
_DATED_ROW = _MOMENT.format(f"least(greatest({{}}, '{Moments.first}'), '{Moments.last}')")
_LISTED = dict.fromkeys(("last_message_at", "created_at", "updated_at"), _DATED_ROW)
_SESSION_ROW = ", ".join(_LISTED.get(key, "{}").format(f"s.{key}") for key in SESSION_KEYS)
_LISTING = f"""
    with door as materialized ({MEMBERSHIP}),
    owner as materialized (
        -- In a sandbox there is only the guest.
        select case when class_sandbox_id is null then %(owner_user_id)s else %(user_id)s end as id
        from door where role is not null
    )
    select door.*, owner.id,
        exists (select from enrollments e where e.class_id = %(class_id)s and e.user_id = owner.id),
        (
            select json_agg(
                json_build_array({_SESSION_ROW})
                order by s.is_pinned desc, s.last_message_at desc, s.id desc
            )::text
            from (
                select * from class_chat_sessions
                where class_id = %(class_id)s and owner_user_id = owner.id and archived_at is null
                order by is_pinned desc, last_message_at desc, id desc limit %(most)s
            ) s
        )
    from door left join owner on true
"""


def listing(visit: Visit, owner_user_id: UUID | None, most: int) -> Listing:
    """The first `most` sessions, not archived, of the owner or else the user: pinned ones first,
    then those with the newest message. Whether the user may read them, the caller must look.

    Raises ClassAccessRequired.
    """
    parameters = {
        **_door(visit),
        "owner_user_id": owner_user_id or visit.user.id,
        "most": most,
    }
    found = _one(_LISTING, parameters)
    membership = membership_of(visit.user, visit.class_id, found)
    assert found is not None
    owner, is_enrolled, rows = found[_WIDTH:]
    sessions = cast(list[SessionRow], _shown(SESSION_KEYS, rows))
    return Listing(membership, owner, is_enrolled, sessions)


def _shown(keys: Sequence[str], rows: str | None) -> list[dict[str, Any]]:
    return [dict(zip(keys, row, strict=True)) for row in json.loads(rows or "[]")]


# The pages ---------------------------------------------------------------------------------------


class Page(NamedTuple):
    """A session, None when the class has none of that id, and its messages, newest first."""

    membership: Membership
    session: ChatSession | None
    messages: list[MessageRow]


_SESSION_FIELDS = [field.attname for field in ChatSession._meta.concrete_fields]
_SESSION = ", ".join(f"session.{field.column}" for field in ChatSession._meta.concrete_fields)
# People may write messages of their own past this service, which must not keep a page from others:
# only the assistant cites.
_WRITTEN = {
    "created_at": _MOMENT.format("m.created_at"),
    "citations": "case when m.author_kind = 'assistant' and jsonb_typeof(m.citations) = 'array'"
    " then m.citations else '[]' end",
}
_ROW = ", ".join(_WRITTEN.get(key, f"m.{key}") for key in MESSAGE_KEYS)
_PAGE = f"""
    with door as materialized ({MEMBERSHIP}),
    session as materialized (
        select s.* from class_chat_sessions s, door
        where door.role is not null and s.id = %(session_id)s and s.class_id = %(class_id)s
    )
    select door.*, {_SESSION}, m.rows
    from door left join session on true
    left join lateral (
        select json_agg(json_build_array({_ROW}) order by m.created_at desc, m.id desc)::text
            as rows
        from (
            select * from class_chat_messages
            where session_id = session.id and {_DATED} {{before}}
            order by created_at desc, id desc limit %(most)s
        ) m
    ) m on true
"""
# The first condition is the range that the index on (session, time, id) serves.
_BEFORE = "and created_at <= %(at)s and (created_at < %(at)s or id < %(id)s)"
_NEWEST_PAGE, _PAGE_BEFORE = _PAGE.format(before=""), _PAGE.format(before=_BEFORE)


def page(visit: Visit, session_id: UUID, before: Place | None, most: int) -> Page:
    """The newest `most` messages before a place. Raises ClassAccessRequired."""
    parameters = {**_door(visit), "session_id": session_id, "most": most}
    if before is None:
        found = _one(_NEWEST_PAGE, parameters)
    else:
        found = _one(_PAGE_BEFORE, {**parameters, "at": before[0], "id": before[1]})
    membership = membership_of(visit.user, visit.class_id, found)
    assert found is not None
    *session, rows = found[_WIDTH:]
    return Page(
        membership,
        ChatSession.from_db(None, _SESSION_FIELDS, session) if session[0] else None,
        cast(list[MessageRow], _shown(MESSAGE_KEYS, rows)),
    )
