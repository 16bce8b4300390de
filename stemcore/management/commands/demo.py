"""`manage.py demo`: the service with a small school in it, from nothing, in one command."""

import shutil
import socket
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from stemcore.docs import views as docs
from stemcore.embedded import demo
from stemcore.embedded.demo.calls import demo_access, demo_calls, shell_functions
from stemcore.embedded.demo.environment import remove_env_file
from stemcore.embedded.demo.people import CLASS_ID
from stemcore.embedded.platform import DATABASE, PlatformOutdated, install_platform
from stemcore.embedded.server import start
from stemcore.management.numbers import LAST_PORT, whole
from stemcore.server import serve

HOST = "127.0.0.1"
PORT = 8001
GRACE_S = 5
"""How long requests in work may go on after Ctrl-C."""
FOLDER = Path(demo.__file__).parent
STAFF = "staff"


class Command(BaseCommand):
    help = (
        "Starts the service on port 8001 with an embedded PostgreSQL and a demo class. "
        "The first start makes everything in .data/; later ones reuse it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=whole(1, LAST_PORT), default=PORT, help=f"another port than {PORT}"
        )
        parser.add_argument("--reset", action="store_true", help="remove the demo's data and keys")
        parser.add_argument(
            "--shell", action="store_true", help="print what a shell needs to call the demo"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASE_URL:
            raise CommandError(
                "The demo makes its own database and never touches another: unset DATABASE_URL."
            )
        self._port = options["port"]
        if options["reset"]:
            self._reset()
            return
        if options["shell"]:
            self._say(shell_functions(self._base))
            return
        self._check_port()
        self._prepare()
        self._print_guide()
        docs.fill_in = demo_access
        serve(HOST, self._port, grace_s=GRACE_S)
        self._say("Stopped. The data stays in .data/ for the next start.")

    @property
    def _base(self) -> str:
        return f"http://{HOST}:{self._port}"

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _reset(self) -> None:
        if self._port_taken():
            raise CommandError(f"Something still runs on port {self._port}: stop the demo first.")
        if not start(settings.DATA_DIR).close(remove=True):
            raise CommandError("Another process uses the demo's database: stop it first.")
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)
        remove_env_file(settings.BASE_DIR / ".env")
        self._say("The demo's data and keys are gone; the next start makes new ones.")

    def _check_port(self) -> None:
        if self._port_taken():
            raise CommandError(
                f"Port {self._port} is taken. Stop what runs there, or name another one by --port."
            )

    def _port_taken(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((HOST, self._port)) == 0

    def _prepare(self) -> None:
        self._say("1/3  the platform's tables …")
        server = start(settings.DATA_DIR)
        with psycopg.connect(server.url(DATABASE), autocommit=True) as superuser:
            self._install(superuser)
            self._say("2/3  the service's own tables …")
            call_command("migrate", verbosity=0)
            self._make_staff()
            self._say("3/3  the demo class …")
            self._make_world(superuser)

    def _install(self, superuser: "psycopg.Connection[Any]") -> None:
        try:
            install_platform(superuser)
        except PlatformOutdated as error:
            raise CommandError(str(error)) from None

    def _make_world(self, superuser: "psycopg.Connection[Any]") -> None:
        if superuser.execute("SELECT FROM classes WHERE id = %s", [CLASS_ID]).fetchone() is None:
            with superuser.transaction():
                superuser.execute((FOLDER / "world.sql").read_bytes())
        # What a teacher has uploaded lies in the storage, where the worker finds it.
        files = settings.MATERIAL_FILES_DIR
        assert files is not None  # where no DATABASE_URL is
        shutil.copytree(FOLDER / "uploads", files, dirs_exist_ok=True)
        # A first start that was interrupted goes on where it stopped.
        stored = superuser.execute("SELECT storage_path FROM materials WHERE status = 'ready'")
        ready = {Path(row[0]).name for row in stored}
        for document in sorted((FOLDER / "documents").iterdir()):
            if document.name not in ready:
                call_command("ingest_material", str(document), class_id=CLASS_ID)

    def _make_staff(self) -> None:
        staff, _ = get_user_model().objects.get_or_create(
            username=STAFF, defaults={"is_staff": True, "is_superuser": True}
        )
        if not staff.check_password(settings.DEMO_STAFF_PASSWORD):
            staff.set_password(settings.DEMO_STAFF_PASSWORD)
            staff.save()

    def _print_guide(self) -> None:
        base = self._base
        self._say(
            f"\nThe service answers on {base}\n"
            f"  health  {base}/healthz\n"
            f"  docs    {base}/docs   every route, to be tried with a click\n"
            f"  staff   {base}/admin/   user {STAFF}, password {settings.DEMO_STAFF_PASSWORD}\n"
        )
        for number, call in enumerate(demo_calls(), 1):
            self._say(f"{number}. {call.title}:\n\n{call.curl(base)}\n\n")
        self._say("Ctrl-C stops everything.\n")
