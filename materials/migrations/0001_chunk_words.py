from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

# Only the index looks into the pieces. Kept out of the rows, they leave these so small that a
# class's are read at once; hashes cannot be compressed.
_STORAGE = """
ALTER TABLE chunk_words ALTER COLUMN pieces SET STORAGE EXTERNAL;
ALTER TABLE chunk_words SET (toast_tuple_target = 128);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ChunkWords",
            fields=[
                ("chunk_id", models.UUIDField(primary_key=True, serialize=False)),
                ("class_id", models.UUIDField(db_index=True)),
                ("key_id", models.IntegerField()),
                ("version", models.BigIntegerField()),
                ("pieces", ArrayField(models.IntegerField())),
            ],
            options={
                "db_table": "chunk_words",
                "indexes": [
                    GinIndex(fields=["pieces"], name="chunk_words_pieces", fastupdate=False)
                ],
            },
        ),
        migrations.RunSQL(_STORAGE, migrations.RunSQL.noop),
    ]
