from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SendTicket",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.UUIDField(unique=True)),
                ("session_id", models.UUIDField(db_index=True)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "send_tickets"},
        ),
    ]
