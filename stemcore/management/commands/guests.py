"""`manage.py guests`: how it stands with guests, and what staff may do about it."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFailure

from stemcore.guests import overview


class Command(BaseCommand):
    help = "Guests' use of the AI: status, reconcile (mends counters), expire or reset SANDBOX."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        actions.add_parser("status", help="caps, sandboxes, requests in flight and waiting, use")
        actions.add_parser("reconcile", help="bring counters back to the truth")
        expire = actions.add_parser("expire", help="end a guest's session now")
        expire.add_argument("sandbox", type=UUID, metavar="SANDBOX", help="id of the sandbox")
        reset = actions.add_parser("reset", help="let a guest begin anew with every feature")
        reset.add_argument("sandbox", type=UUID, metavar="SANDBOX", help="id of the sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["action"] == "status":
                self._status()
            elif options["action"] == "reconcile":
                self._reconcile()
            elif options["action"] == "reset":
                self._reset(options["sandbox"])
            else:
                self._expire(options["sandbox"])
        except DatabaseFailure as error:
            kind = type(error).__name__
            raise CommandError(
                f"The database refused ({kind}). Check DATABASE_URL, and run migrate."
            ) from error

    def _status(self) -> None:
        found = overview.status.sync()
        self.stdout.write(f"Active sandboxes    {found.active_sandboxes}")
        self.stdout.write(f"In flight           {found.in_flight} of {found.slots} slots")
        self.stdout.write(f"Waiting for a slot  {found.waiting}")
        if found.expired:
            self.stdout.write(f"Left to be swept    {found.expired}")
        if found.owed:
            self.stdout.write(f"Still to be counted {found.owed}")
        if found.platform_in_flight != found.in_flight:
            self.stdout.write(
                f"The platform counts {found.platform_in_flight} in flight: run reconcile."
            )
        self.stdout.write("\nFeature      limit   used   most   in work   used up by")
        for use in found.features:
            limit = use.limit or "off"
            self.stdout.write(
                f"{use.feature:<11} {limit:>6} {use.used:>6} {use.most:>6} {use.in_work:>9}"
                f"   {use.used_up} sandboxes"
            )

    def _reconcile(self) -> None:
        changes = overview.reconcile()
        for change in changes:
            self.stdout.write(f"{change.what}: {change.before} → {change.after}")
        if not changes:
            self.stdout.write("Everything was right already.")

    def _expire(self, sandbox_id: UUID) -> None:
        if not overview.expire.sync(sandbox_id):
            raise CommandError(f"There is no active sandbox {sandbox_id}.")
        self.stdout.write(f"Sandbox {sandbox_id} has ended.")

    def _reset(self, sandbox_id: UUID) -> None:
        if not overview.reset_usage.sync(sandbox_id):
            raise CommandError(f"There is no active sandbox {sandbox_id}.")
        self.stdout.write(f"Sandbox {sandbox_id} has used nothing any more.")
