from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ProviderCall",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(help_text="When the attempt began.")),
                ("request_id", models.TextField(blank=True)),
                ("purpose", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[("generation", "generation"), ("embedding", "embedding")]
                    ),
                ),
                ("provider", models.TextField()),
                ("model", models.TextField()),
                (
                    "attempt",
                    models.PositiveSmallIntegerField(
                        help_text="1 for the first attempt of a call."
                    ),
                ),
                (
                    "status",
                    models.TextField(
                        choices=[("ok", "ok"), ("failed", "failed"), ("cancelled", "cancelled")]
                    ),
                ),
                ("error_kind", models.TextField(blank=True)),
                ("http_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("latency_ms", models.PositiveIntegerField()),
                ("prompt_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("completion_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("total_tokens", models.PositiveIntegerField(blank=True, null=True)),
                ("user_id", models.UUIDField(blank=True, null=True)),
                ("class_id", models.UUIDField(blank=True, null=True)),
                ("sandbox_id", models.UUIDField(blank=True, null=True)),
                (
                    "findings",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Faults found in the answer, counted by kind.",
                    ),
                ),
            ],
            options={
                "db_table": "provider_calls",
                "ordering": ["-created_at"],
                "indexes": [
                    models.Index(fields=["-created_at"], name="provider_calls_created"),
                    models.Index(
                        fields=["provider", "purpose", "-created_at"],
                        name="provider_calls_by_provider",
                    ),
                ],
            },
        ),
    ]
