"""Every list and every page of a row: they open, and ask the database no more for more rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from stemcore.models import GuestSessionQuota
from tests.cast import Cast
from tests.queries import count_queries

MOST = 12
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
TELL = {"classroom", "material", "materialchunk", "blueprint", "teachingbriefsnapshot"}
"""Models whose page shows a long text of the row to everybody who may look."""


OWN = ("auth", "admin")
"""Apps whose rows are of the staff themselves; only superusers see all of them."""
OWN_NUMBER = (GuestSessionQuota,)
"""Models of which the platform has one row."""


def _list(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


BULK = 10_000


@pytest.fixture(scope="module")
def crowd() -> str:
    """SQL that makes ten thousand rows of everything that staff look at."""
    return f"""
    SET session_replication_role = replica;
    WITH source AS (SELECT n, md5(n::text)::uuid AS id FROM generate_series(1, {BULK}) n),
    people AS (INSERT INTO profiles (id, display_name, account_type)
      SELECT id, 'Person ' || n, 'student' FROM source),
    sandboxes AS (INSERT INTO guest_sandboxes (id, user_id, status, chat_messages_used)
      SELECT id, id, 'active', n % 60 FROM source),
    rooms AS (INSERT INTO classes (id, owner_id, title, join_code)
      SELECT id, id, 'Class ' || n, 'C' || n FROM source),
    members AS (INSERT INTO enrollments (id, class_id, user_id) SELECT id, id, id FROM source),
    files AS (INSERT INTO materials (id, class_id, title, storage_path, extracted_text)
      SELECT id, id, 'File ' || n, 'x', 'SECRET-BODY' FROM source),
    pieces AS (INSERT INTO material_chunks
      (id, material_id, class_id, source_type, source_index, text, token_count)
      SELECT id, id, id, 'page', 1, 'SECRET-BODY', 9 FROM source),
    jobs AS (INSERT INTO material_processing_jobs (id, material_id, class_id, status)
      SELECT id, id, id, 'failed' FROM source),
    plans AS (INSERT INTO blueprints (id, class_id, created_by, summary)
      SELECT id, id, id, 'SECRET-BODY' FROM source),
    chats AS (INSERT INTO class_chat_sessions (id, class_id, owner_user_id)
      SELECT id, id, id FROM source),
    messages AS (INSERT INTO class_chat_messages
      (id, session_id, class_id, author_kind, content)
      SELECT id, id, id, 'student', 'SECRET-BODY' FROM source),
    reports AS (INSERT INTO class_insights_snapshots (id, class_id, payload)
      SELECT id, id, '{{"text": "SECRET-BODY"}}' FROM source),
    briefs AS (INSERT INTO class_teaching_brief_snapshots (id, class_id, payload)
      SELECT id, id, '{{"summary": "SECRET-BODY"}}' FROM source),
    admissions AS (INSERT INTO stem.guest_admissions
      (key, sandbox_id, feature, active, created_at, expires_at)
      SELECT id, id, 'chat', true, now(), now() FROM source),
    workers AS (INSERT INTO stem.auth_user (id, username, password, is_superuser, is_staff,
      is_active, first_name, last_name, email, date_joined)
      SELECT {BULK} + n, 'person-' || n, '!', false, true, true, '', '', '', now() FROM source),
    roles AS (INSERT INTO stem.auth_group (id, name) SELECT {BULK} + n, 'role ' || n FROM source),
    deeds AS (INSERT INTO stem.django_admin_log (action_time, user_id, content_type_id, object_id,
      object_repr, action_flag, change_message)
      SELECT now(), {BULK} + n, (SELECT min(id) FROM stem.django_content_type), id::text, 'x', 2,
        'Reset usage' FROM source),
    days AS (INSERT INTO stem.provider_call_days (day, provider, model, purpose, kind, status,
      error_kind, bucket, calls, prompt_tokens, completion_tokens)
      SELECT date '2020-01-01' + n, 'openai', 'gpt-4o', 'chat', 'generation', 'ok', '', 9, n, n, n
      FROM source)
    INSERT INTO stem.provider_calls
      (created_at, request_id, purpose, kind, provider, model, attempt, status, error_kind,
       latency_ms, user_id, class_id, findings)
    SELECT now() - make_interval(mins => n), id::text, 'chat', 'generation', 'openai', 'gpt-4o', 1,
      'ok', '', n, id, id, '{{}}' FROM source;
    SET session_replication_role = DEFAULT;
    """


@pytest.mark.proof
def test_lists_and_pages_cost_the_same_with_ten_thousand_rows(
    staff: Callable[..., Client], cast: Cast, database: Any, crowd: str
) -> None:
    database.execute(crowd)
    clients = {True: staff(), False: staff("support")}
    costs = {}
    for model in MODELS:
        for url in (_list(model), _page(model)):
            with count_queries() as statements:
                answer = clients[model._meta.app_label in OWN].get(url)
            assert answer.status_code == 200, url
            assert model in OWN_NUMBER or model._base_manager.count() >= BULK, url
            told = b"SECRET-BODY" in answer.content
            assert not told or ("/change/" in url and model._meta.model_name in TELL), url
            costs[url] = len(statements)
    assert {url: cost for url, cost in costs.items() if not 3 <= cost <= MOST} == {}


def test_it_searches_the_lists_of_staff_and_log(staff: Callable[..., Client]) -> None:
    client = staff()
    for model in MODELS:
        if model._meta.app_label in OWN:
            assert client.get(_list(model), {"q": "staff"}).status_code == 200


def _page(model: Any) -> str:
    key = model._base_manager.order_by("pk").values_list("pk", flat=True)[0]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])
