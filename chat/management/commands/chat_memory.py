"""`manage.py chat_memory`: what the graph engine remembers, for operators."""

import asyncio
import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Q, QuerySet

from chat.memory.places import forget_places, kept_at
from chat.memory.sweep import sweep
from chat.models import MemoryPlace


class Command(BaseCommand):
    help = "Shows, exports or forgets what the chat remembers of users, or sweeps what is orphaned."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        for name, words in (
            ("show", "how many places and notes there are, without their words"),
            ("export", "places and notes as JSON, a line a place"),
            ("forget", "removes places with their turns and notes"),
        ):
            command = commands.add_parser(name, help=words)
            command.add_argument("--class", dest="class_id", type=UUID, help="only of this class")
            command.add_argument("--user", dest="user_id", type=UUID, help="only of this user")
        commands.add_parser("sweep", help="removes what belongs to no class, session or user now")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "sweep":
            self.stdout.write(f"Forgot {asyncio.run(sweep())} places.")
            return
        chosen = self._chosen(options["class_id"], options["user_id"])
        getattr(self, f"_{options['command']}")(chosen, options)

    def _chosen(self, class_id: UUID | None, user_id: UUID | None) -> QuerySet[MemoryPlace]:
        wanted = Q() if class_id is None else Q(class_id=class_id)
        wanted &= Q() if user_id is None else Q(user_id=user_id)
        return MemoryPlace.objects.filter(wanted).order_by("class_id", "user_id", "key")

    def _show(self, chosen: QuerySet[MemoryPlace], _: dict[str, Any]) -> None:
        notes = sum(len(kept_at(place)["notes"]) for place in chosen.iterator())
        users = chosen.order_by().values("class_id", "user_id").distinct().count()
        self.stdout.write(f"{chosen.count()} places of {users} users in classes, {notes} notes.")

    def _export(self, chosen: QuerySet[MemoryPlace], _: dict[str, Any]) -> None:
        for place in chosen.iterator():
            self.stdout.write(json.dumps(kept_at(place), ensure_ascii=False))

    def _forget(self, chosen: QuerySet[MemoryPlace], options: dict[str, Any]) -> None:
        if options["class_id"] is None and options["user_id"] is None:
            raise CommandError("Say whose memory: --class, --user or both.")
        with transaction.atomic():
            forgotten = forget_places(list(chosen.values_list("key", flat=True)))
        self.stdout.write(f"Forgot {forgotten} places.")
