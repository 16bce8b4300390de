"""`manage.py person`: what the service holds of one person, and its end."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error as DatabaseFailure
from django.db import transaction

from stemcore import people
from stemcore.management.questions import require_yes


class Command(BaseCommand):
    help = "What is held of a person: show USER (counts), export USER (JSON), forget USER."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        for name, does in (
            ("show", "how much there is, by kind"),
            ("export", "all of it, as JSON"),
            ("forget", "remove or unlink what is ours; name what only the platform may delete"),
        ):
            action = actions.add_parser(name, help=does)
            action.add_argument("user", type=UUID, metavar="USER", help="the person's user id")
            if name == "forget":
                action.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options["user"], options)
        except DatabaseFailure as error:
            raise CommandError(f"The database refused ({type(error).__name__}).") from error

    def _show(self, user_id: UUID, _options: dict[str, Any]) -> None:
        for name, found in people.find_all(user_id).items():
            self.stdout.write(f"{len(found):>7}  {name}")

    def _export(self, user_id: UUID, _options: dict[str, Any]) -> None:
        held = {"user_id": user_id, **people.find_all(user_id)}
        self.stdout.write(json.dumps(held, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))

    def _forget(self, user_id: UUID, options: dict[str, Any]) -> None:
        if not options["yes"]:
            self._show(user_id, options)
            require_yes(self, "Forget this person?")
        with transaction.atomic():
            told = people.forget_all(user_id)
        for name, count in told.gone.items():
            self.stdout.write(f"{count:>7}  {name}: removed or unlinked")
        for name, count in told.left.items():
            if count:
                self.stdout.write(f"{count:>7}  {name}: only the platform may delete these")
