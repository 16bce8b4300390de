from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Flight",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("holder", models.UUIDField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={"db_table": "analytics_flights"},
        ),
    ]
