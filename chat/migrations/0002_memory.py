"""Where the graph engine remembers: our table of places, and LangGraph's own tables.

LangGraph's statements are run as its saver and its store would run them, but in this transaction;
the numbers of what was run stand where it looks for them. When a new version of it brings more,
a test says so, and a migration like this one runs the rest.
"""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Now


def make_tables(apps: Any, schema_editor: Any) -> None:
    from chat.memory.library import statements

    for statement in statements(schema_editor.connection):
        schema_editor.execute(statement)


def drop_tables(apps: Any, schema_editor: Any) -> None:
    from chat.memory.library import TABLES

    for table in TABLES:
        schema_editor.execute(f"DROP TABLE IF EXISTS {table} CASCADE")


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_send_tickets")]

    operations = [
        migrations.CreateModel(
            name="MemoryPlace",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("owner", models.CharField(max_length=64)),
                ("class_id", models.UUIDField(db_index=True)),
                ("user_id", models.UUIDField(db_index=True)),
                ("purpose", models.TextField()),
                ("session", models.TextField(null=True)),
                ("used_at", models.DateTimeField(db_default=Now())),
            ],
            options={"db_table": "memory_places"},
        ),
        migrations.RunPython(make_tables, drop_tables),
    ]
