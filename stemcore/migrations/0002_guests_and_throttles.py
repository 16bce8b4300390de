import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("stemcore", "0001_call_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="GuestAdmission",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.UUIDField(unique=True)),
                ("sandbox_id", models.UUIDField()),
                ("feature", models.TextField()),
                ("active", models.BooleanField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "guest_admissions",
            },
        ),
        migrations.CreateModel(
            name="ThrottleCount",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("count", models.BigIntegerField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "throttle_counts",
            },
        ),
    ]
