"""`manage.py migrate`, into the service's own schema and nowhere else."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.core.management.commands import migrate
from django.db import connections

from stemcore.management.autodetector import OwnModelsAutodetector
from stemcore.schema import close_schema, prepare_schema


class Command(migrate.Command):
    autodetector = OwnModelsAutodetector

    def handle(self, *args: Any, **options: Any) -> None:
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
