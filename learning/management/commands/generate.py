"""`manage.py generate`: blueprints, quizzes and flashcards for operators."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from classes.errors import ClassNotFound
from learning import drafts
from learning.activity_generation import ActivityWanted, generate_flashcards, generate_quiz
from learning.blueprint_generation import BlueprintWanted, generate_blueprint
from learning.flashcards import MAX_CARDS
from learning.generation import Quality
from learning.printing import blueprint_text, cards_text, quality_text, quiz_text
from learning.quiz import MAX_QUESTIONS
from learning.sources import ClassSources, class_sources
from stemcore.deadline import Deadline
from stemcore.errors import DomainError
from stemcore.providers import Call
from stemcore.runtime import run

FAILED = 1
USAGE = 2
DEFAULT_COUNT = 10
MOST = {"quiz": MAX_QUESTIONS, "flashcards": MAX_CARDS}
INSTRUCTIONS = "Cover the whole class, on several cognitive levels."
# Nobody's browser waits here, and a blueprint takes a model its time.
LEAST_SECONDS = 180


class Command(BaseCommand):
    help = (
        "Generates learning content for a class from its ready materials and its published "
        "blueprint, and prints it. Exit code 2: the class cannot be used. 1: generation failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=["blueprint", *MOST])
        parser.add_argument("--class", dest="class_id", type=UUID, required=True, metavar="ID")
        parser.add_argument("--count", type=int, default=DEFAULT_COUNT, help="questions or cards")
        parser.add_argument("--instructions", default=INSTRUCTIONS, help="wishes for the content")
        parser.add_argument("--save", action="store_true", help="store the content as a draft")
        parser.add_argument(
            "--publish", action="store_true", help="store a blueprint, and publish it to the class"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind, count = options["kind"], options["count"]
        if kind in MOST and not 1 <= count <= MOST[kind]:
            raise CommandError(f"--count must be from 1 to {MOST[kind]}.", returncode=USAGE)
        if options["publish"] and kind in MOST:
            raise CommandError("Only a blueprint can be published here.", returncode=USAGE)
        try:
            run(self._generate(kind, options))
        except ClassNotFound:
            raise CommandError("There is no such class.", returncode=USAGE) from None
        except DomainError as error:
            raise CommandError(error.message, returncode=FAILED) from None
        except OperationalError:
            raise CommandError("The database cannot be reached.", returncode=FAILED) from None

    async def _generate(self, kind: str, options: dict[str, Any]) -> None:
        sources = await class_sources(options["class_id"])
        if not sources.material_text and (kind == "blueprint" or not sources.blueprint_text):
            message = "The class has no ready material to generate from. Ingest one first."
            raise CommandError(message, returncode=USAGE)
        if kind == "blueprint":
            await self._blueprint(sources, options["save"], options["publish"])
            return
        wanted = ActivityWanted(
            class_title=sources.class_title,
            count=options["count"],
            instructions=options["instructions"],
            blueprint_context=sources.blueprint_text,
            material_context=sources.material_text,
        )
        make = self._quiz if kind == "quiz" else self._flashcards
        await make(sources, wanted, options["save"])

    async def _blueprint(self, sources: ClassSources, save: bool, publish: bool) -> None:
        wanted = BlueprintWanted(
            class_title=sources.class_title,
            material_text=sources.material_text,
            material_count=sources.material_count,
            subject=sources.subject,
            level=sources.level,
        )
        made = await generate_blueprint(wanted, _call("blueprint", sources))
        self.stdout.write(blueprint_text(made.payload))
        if save or publish:
            try:
                stored = await drafts.save_blueprint(sources.class_id, made.payload)
            except drafts.DraftExists:
                message = "The class has a draft blueprint already. Publish or delete it first."
                raise CommandError(message, returncode=FAILED) from None
            self._saved(f"draft blueprint {stored.id}, version {stored.version}")
        if publish:
            await drafts.publish_blueprint(stored.id)
            self.stdout.write(self.style.SUCCESS("Published to the class."))

    async def _quiz(self, sources: ClassSources, wanted: ActivityWanted, save: bool) -> None:
        made = await generate_quiz(wanted, _call("quiz", sources))
        self._show(quiz_text(made.payload), made.quality)
        if save:
            title = f"Quiz: {sources.class_title}"
            stored = await drafts.save_quiz(sources.class_id, title, made.payload)
            self._saved(f"draft activity {stored.id}")

    async def _flashcards(self, sources: ClassSources, wanted: ActivityWanted, save: bool) -> None:
        made = await generate_flashcards(wanted, _call("flashcards", sources))
        self._show(cards_text(made.payload), made.quality)
        if save:
            title = f"Flashcards: {sources.class_title}"
            stored = await drafts.save_flashcards(sources.class_id, title, made.payload)
            self._saved(f"draft activity {stored.id}")

    def _show(self, text: str, quality: Quality | None) -> None:
        self.stdout.write(text)
        if quality is not None:
            self.stdout.write(f"\n{quality_text(quality)}")

    def _saved(self, what: str) -> None:
        self.stdout.write(self.style.SUCCESS(f"Saved as {what}."))


def _call(kind: str, sources: ClassSources) -> Call:
    seconds = max(settings.AI_REQUEST_TIMEOUT_MS / 1000, LEAST_SECONDS)
    deadline = Deadline.after(seconds)
    return Call(f"{kind}_generation_command", deadline, class_id=sources.class_id)
