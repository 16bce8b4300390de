"""Models and migrations agree."""

from django.core.management import call_command

from tests.database import Superuser


def test_no_migration_is_missing(database: Superuser) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
