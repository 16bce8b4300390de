from django.db import migrations, models

import stemcore.fields

# Whole in the row: putting vectors together that are stored apart is what takes long. One fills
# most of a page.
_STORAGE = "ALTER TABLE chunk_vectors ALTER COLUMN embedding SET STORAGE PLAIN"

# Whoever deletes a row of the index, a process of an older release too, deletes the copy.
_WITH_ITS_WORDS = """
ALTER TABLE chunk_vectors ADD CONSTRAINT chunk_vectors_words
FOREIGN KEY (chunk_id) REFERENCES chunk_words (chunk_id) ON DELETE CASCADE
"""


class Migration(migrations.Migration):
    dependencies = [("materials", "0001_chunk_words")]

    operations = [
        migrations.CreateModel(
            name="ChunkVector",
            fields=[
                ("chunk_id", models.UUIDField(primary_key=True, serialize=False)),
                ("material_id", models.UUIDField(db_index=True)),
                ("version", models.BigIntegerField()),
                ("embedding_model", models.TextField(null=True)),
                ("embedding", stemcore.fields.VectorField(dimensions=1536)),
            ],
            options={"db_table": "chunk_vectors"},
        ),
        migrations.RunSQL(_STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(_WITH_ITS_WORDS, migrations.RunSQL.noop),
    ]
