"""Models and migrations agree."""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from tests.database import Superuser


def test_no_migration_is_missing(database: Superuser) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_only_add_so_that_the_release_before_goes_on_beside_them() -> None:
    own = {config.label for config in apps.get_app_configs() if _is_ours(config.path)}
    found = {
        type(operation).__name__
        for migration in MigrationLoader(None).disk_migrations.values()
        if migration.app_label in own
        for operation in migration.operations
    }
    assert "CreateModel" in found
    # The two last are storage parameters and tables of a library.
    assert found <= {"CreateModel", "AddField", "AddIndex", "RunSQL", "RunPython"}


def _is_ours(path: str) -> bool:
    return str(path).startswith(str(settings.BASE_DIR)) and "site-packages" not in str(path)
