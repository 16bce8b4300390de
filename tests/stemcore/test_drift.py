"""The drift check: what it says when the platform's tables move away from the models."""

from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from stemcore.supabase.drift import Drift, find_drift

Alter = Callable[[str], list[Drift]]


@pytest.fixture
def alter(database: object) -> Iterator[Alter]:
    """Changes the platform as its owner would, finds the drift, and takes the change back."""
    settings = connections.settings["default"]
    login = settings["USER"]
    connection.close()
    settings["USER"] = "postgres"

    def run(statement: str) -> list[Drift]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
        return find_drift()

    with transaction.atomic():
        yield run
        transaction.set_rollback(True)
    settings["USER"] = login
    connection.close()


@pytest.mark.usefixtures("database")
def test_it_finds_nothing_in_the_platform_as_it_is() -> None:
    assert find_drift() == []


def test_an_added_column_is_a_note(alter: Alter) -> None:
    assert alter("ALTER TABLE materials ADD language text") == [
        Drift("materials.Material", "language", "nothing", "text, null", is_error=False)
    ]


def test_a_missing_column_is_an_error(alter: Alter) -> None:
    assert alter("ALTER TABLE materials DROP title") == [
        Drift("materials.Material", "title", "text, not null", "nothing", is_error=True)
    ]


def test_a_renamed_column_is_an_error_and_a_note(alter: Alter) -> None:
    found = alter("ALTER TABLE classes RENAME join_code TO code")
    assert {(drift.field, drift.is_error) for drift in found} == {
        ("join_code", True),
        ("code", False),
    }


@pytest.mark.parametrize(
    ("statement", "model", "field", "expected", "found"),
    [
        (
            "ALTER TABLE class_chat_messages ALTER prompt_tokens TYPE bigint",
            "chat.ChatMessage",
            "prompt_tokens",
            "integer",
            "bigint",
        ),
        (
            "DROP INDEX material_chunks_embedding_idx;"
            " ALTER TABLE material_chunks ALTER embedding TYPE vector(768)",
            "materials.MaterialChunk",
            "embedding",
            "vector(1536)",
            "vector(768)",
        ),
        (
            "ALTER TABLE activities ALTER type TYPE text",
            "learning.Activity",
            "type",
            "activity_type",
            "text",
        ),
    ],
)
def test_a_retyped_column_is_an_error(
    alter: Alter, statement: str, model: str, field: str, expected: str, found: str
) -> None:
    assert alter(statement) == [Drift(model, field, expected, found, is_error=True)]


def test_a_narrowed_column_is_an_error(alter: Alter) -> None:
    assert alter("ALTER TABLE class_chat_messages ALTER safety SET NOT NULL") == [
        Drift("chat.ChatMessage", "safety", "text, null", "text, not null", is_error=True)
    ]


def test_a_widened_column_is_a_note(alter: Alter) -> None:
    assert alter("ALTER TABLE materials ALTER title DROP NOT NULL") == [
        Drift("materials.Material", "title", "text, not null", "text, null", is_error=False)
    ]


def test_a_lost_default_is_an_error(alter: Alter) -> None:
    (found,) = alter("ALTER TABLE class_chat_sessions ALTER title DROP DEFAULT")
    assert (found.model, found.field, found.is_error) == ("chat.ChatSession", "title", True)


def test_a_missing_table_is_an_error(alter: Alter) -> None:
    assert alter("DROP TABLE flashcards") == [
        Drift("learning.Flashcard", "*", "a table public.flashcards", "nothing", is_error=True)
    ]


def test_the_check_names_model_field_expected_and_found(alter: Alter) -> None:
    alter("ALTER TABLE materials DROP title")
    messages = run_checks(databases=["default"])
    assert [(message.id, message.msg) for message in messages if message.id == "stemcore.E001"] == [
        ("stemcore.E001", "materials.Material.title: expected text, not null, found nothing")
    ]


def test_the_check_asks_no_database_unless_told_to(alter: Alter) -> None:
    alter("ALTER TABLE materials DROP title")
    assert not [message for message in run_checks() if message.id == "stemcore.E001"]


def test_the_command_prints_errors_first_and_fails(alter: Alter) -> None:
    alter("ALTER TABLE materials ADD language text, DROP title")
    printed = StringIO()
    with pytest.raises(CommandError, match="1 of 2 differences"):
        call_command("schema_drift", stdout=printed)
    heading, first, second = printed.getvalue().splitlines()
    assert heading.split() == ["model", "field", "expected", "found"]
    assert first.split()[:3] == ["error", "materials.Material", "title"]
    assert second.split()[:3] == ["note", "materials.Material", "language"]


@pytest.mark.usefixtures("database")
def test_the_command_succeeds_where_nothing_moved() -> None:
    printed = StringIO()
    call_command("schema_drift", stdout=printed)
    assert printed.getvalue() == "No difference.\n"
