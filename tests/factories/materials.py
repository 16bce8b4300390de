"""Materials, their chunks and jobs."""

import math
import random
from typing import Any

from classes.models import Classroom
from materials.models import Material, MaterialChunk, MaterialProcessingJob
from tests.database import superuser
from tests.factories.rows import insert, serial

DIMENSIONS = 1536


def material(in_class: Classroom, **values: Any) -> Material:
    number = next(serial)
    return insert(
        Material,
        **{
            "classroom": in_class,
            "uploaded_by": in_class.owner_id,
            "title": f"Lecture notes {number}",
            "storage_path": f"{in_class.id}/notes-{number}.pdf",
            "mime_type": "application/pdf",
            "status": "ready",
            "sandbox_id": in_class.sandbox_id,
            **values,
        },
    )


def chunk(of: Material, text: str = "Chlorophyll absorbs light.", **values: Any) -> MaterialChunk:
    """A chunk with an embedding; `embedding=None` leaves it out."""
    return insert(
        MaterialChunk,
        **{
            "material": of,
            "classroom": of.classroom_id,
            "source_type": "page",
            "source_index": next(serial),
            "text": text,
            "token_count": math.ceil(len(text) / 4),
            "embedding": unit_vector(random.randrange(1 << 30)),
            "embedding_provider": "openai",
            "embedding_model": "stub-embedding",
            "sandbox_id": of.sandbox_id,
            **values,
        },
    )


def unit_vector(seed: int, dimensions: int = DIMENSIONS) -> list[float]:
    """A random direction, the same for the same seed."""
    source = random.Random(seed)
    numbers = [source.gauss(0, 1) for _ in range(dimensions)]
    length = math.sqrt(sum(number * number for number in numbers))
    return [number / length for number in numbers]


def job(of: Material, **values: Any) -> MaterialProcessingJob:
    return insert(MaterialProcessingJob, **{"material": of, "classroom": of.classroom_id, **values})


def stored_file(path: str) -> None:
    """Says that an object of that name is in the bucket of materials."""
    superuser().execute(
        "INSERT INTO storage.objects (bucket_id, name) VALUES ('materials', %s)", [path]
    )
