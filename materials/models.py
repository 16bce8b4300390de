"""The platform's materials, as this service sees them, and our own index of them."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from classes.models import Classroom
from stemcore.fields import RealField, VectorField

COLUMN_DIMENSIONS = 1536


class Material(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="materials"
    )
    uploaded_by = models.UUIDField(null=True)
    title = models.TextField()
    storage_path = models.TextField()
    mime_type = models.TextField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    status = models.TextField(db_default="pending")
    extracted_text = models.TextField(null=True)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "materials"

    def __str__(self) -> str:
        return self.title


class MaterialChunk(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    material = models.ForeignKey(Material, models.DO_NOTHING, related_name="chunks")
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="+"
    )
    source_type = models.TextField()
    source_index = models.IntegerField()
    section_title = models.TextField(null=True)
    text = models.TextField()
    token_count = models.IntegerField()
    embedding = VectorField(dimensions=COLUMN_DIMENSIONS, null=True)
    embedding_provider = models.TextField(null=True)
    embedding_model = models.TextField(null=True)
    extraction_method = models.TextField(null=True)
    quality_score = RealField(null=True)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    sandbox_id = models.UUIDField(null=True)

    class Meta:
        managed = False
        db_table = "material_chunks"

    def __str__(self) -> str:
        return f"{self.source_type.capitalize()} {self.source_index}"


class MaterialProcessingJob(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    material = models.ForeignKey(Material, models.DO_NOTHING, related_name="jobs")
    classroom = models.ForeignKey(
        Classroom, models.DO_NOTHING, db_column="class_id", related_name="+"
    )
    status = models.TextField(db_default="pending")
    stage = models.TextField(db_default="queued")
    attempts = models.IntegerField(db_default=0)
    last_error = models.TextField(null=True)
    locked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        managed = False
        db_table = "material_processing_jobs"

    def __str__(self) -> str:
        return f"Job {str(self.id)[:8]}"


class ChunkWords(models.Model):
    """What the word search knows of a chunk; ours, in our own schema.

    `pieces` are keyed hashes: without the secret nobody reads a word from them. The row counts
    only while `key_id` is that of the secret in use and `version` that of the chunk's row.
    No foreign key: the platform's tables must not know of ours.
    """

    chunk_id = models.UUIDField(primary_key=True)
    class_id = models.UUIDField(db_index=True)
    key_id = models.IntegerField()
    version = models.BigIntegerField()
    pieces = ArrayField(models.IntegerField())

    class Meta:
        db_table = "chunk_words"
        # Pending entries would be searched one by one, at each question.
        indexes = [GinIndex(fields=["pieces"], name="chunk_words_pieces", fastupdate=False)]


class ChunkVector(models.Model):
    """A copy of a chunk's embedding that is read at once; ours, in our own schema.

    The platform's vectors are stored apart from their rows and in pieces, and putting them together
    takes several times what measuring them does. Made with the row of `ChunkWords`, and deleted
    with it by a foreign key of the database. It counts only while `version` is that of the chunk's
    row.
    """

    chunk_id = models.UUIDField(primary_key=True)
    material_id = models.UUIDField(db_index=True)
    version = models.BigIntegerField()
    embedding_model = models.TextField(null=True)
    embedding = VectorField(dimensions=COLUMN_DIMENSIONS)

    class Meta:
        db_table = "chunk_vectors"
