"""Which models get migrations: ours alone."""

from typing import Any

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ProjectState


class OwnModelsAutodetector(MigrationAutodetector):
    """Leaves unmanaged models out of migrations.

    The platform's own migrations make their tables; a copy of their shape in ours would only go
    stale. No managed model has a foreign key to one.
    """

    def __init__(self, from_state: ProjectState, to_state: ProjectState, *args: Any) -> None:
        for key, model in list(to_state.models.items()):
            if not model.options.get("managed", True):
                to_state.remove_model(*key)
        super().__init__(from_state, to_state, *args)
