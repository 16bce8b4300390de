"""Materials that one person uploaded; the platform's."""

from materials.models import Material
from stemcore.people import Holding, register, rows

FIELDS = ("id", "classroom_id", "title", "storage_path", "status", "created_at")

register(
    Holding(
        "materials uploaded",
        lambda user: rows(Material.objects.filter(uploaded_by=user), *FIELDS),
    )
)
