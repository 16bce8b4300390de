"""What a class has to make content from: its ready materials and its published blueprint."""

from dataclasses import dataclass
from uuid import UUID

from classes.errors import ClassNotFound
from classes.models import Classroom
from learning.published import published_blueprint
from materials.models import Material, MaterialChunk
from stemcore.citations import SEPARATOR, Passage, source_label, text_of, without_labels
from stemcore.database import read
from stemcore.text import CHARS_PER_TOKEN

MAX_CHARS = 120_000 * CHARS_PER_TOKEN


@dataclass(frozen=True)
class ClassSources:
    """The texts of a class; each passage of `material_text` stands under its label."""

    class_id: UUID
    class_title: str
    subject: str
    level: str
    material_count: int
    material_text: str
    blueprint_text: str


@read
def class_sources(class_id: UUID) -> ClassSources:
    """The sources of a class, its materials oldest first. Raises ClassNotFound."""
    classroom = Classroom.objects.filter(id=class_id).first()
    if classroom is None:
        raise ClassNotFound
    blueprint = published_blueprint(class_id)
    materials = list(
        Material.objects.filter(classroom_id=class_id, status="ready")
        .order_by("created_at", "id")
        .values_list("id", "title")
    )
    return ClassSources(
        class_id=class_id,
        class_title=classroom.title,
        subject=classroom.subject or "",
        level=classroom.level or "",
        material_count=len(materials),
        material_text=_text_of(materials),
        blueprint_text=blueprint.text if blueprint else "",
    )


def _text_of(materials: list[tuple[UUID, str]]) -> str:
    """The passages of the materials, in the order of their pages, as far as a prompt has room."""
    titles = dict(materials)
    chunks = (
        MaterialChunk.objects.filter(material_id__in=titles)
        .order_by("material__created_at", "material_id", "source_index", "created_at", "id")
        .values_list("material_id", "source_type", "source_index", "text")
    )
    passages: list[Passage] = []
    left = MAX_CHARS
    for number, (material_id, source_type, index, text) in enumerate(chunks, start=1):
        label = source_label(number, titles[material_id], f"{source_type} {index}")
        left -= len(label) + len(text) + len(SEPARATOR)
        if left < 0:
            break
        passages.append(Passage(label, without_labels(text)))
    return text_of(passages)
