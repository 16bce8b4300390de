"""`manage.py migrate`, into the service's own schema and nowhere else."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

from stemcore.management.autodetector import OwnModelsAutodetector
from stemcore.schema import close_schema, prepare_schema, unreachable


class Command(migrate.Command):
    autodetector = OwnModelsAutodetector

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        # Checks of the database come after, with `check --database default`: before this command
        # the schema that they ask for is not there, and drift of the platform is not its business.
        return super().get_check_kwargs(options) | {"databases": None}

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connections[options["database"]].ensure_connection()
        except OperationalError as error:
            raise CommandError(" ".join(unreachable(error))) from None
        self._migrate(*args, **options)

    def _migrate(self, *args: Any, **options: Any) -> None:
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        connection = connections[options["database"]]
        prepare_schema(connection)
        super().handle(*args, **options)
        # Unmanaged models are in no migration, so Django leaves out their permissions.
        for config in apps.get_app_configs():
            create_permissions(config, verbosity=0, using=options["database"])
        close_schema(connection)
