"""`manage.py openapi`: writes `docs/openapi.yaml` from the views."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Writes docs/openapi.yaml, the API's OpenAPI document, from the views. "
        "Needs requirements-dev.txt."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only say whether the file is up to date"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        made = _written()
        if options["check"]:
            if settings.OPENAPI_FILE.read_text() != made:
                raise CommandError("docs/openapi.yaml is not what the views say: `make openapi`.")
            return
        settings.OPENAPI_FILE.write_text(made)
        self.stdout.write(f"Wrote {settings.OPENAPI_FILE.relative_to(settings.BASE_DIR)}.")


def _written() -> str:
    try:
        from stemcore.openapi.document import Incomplete, as_yaml, document
    except ImportError as error:
        raise CommandError(f"{error.name} is missing: install requirements-dev.txt.") from None
    try:
        return as_yaml(document())
    except Incomplete as error:
        raise CommandError(str(error)) from None
