"""`manage.py serve`: the service as a server process."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from stemcore.management.numbers import LAST_PORT, whole
from stemcore.server import serve


class Command(BaseCommand):
    help = "Serves the API and the console, or what SERVE names, over HTTP until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument(
            "--port",
            default=8001,
            type=whole(0, LAST_PORT),
            help="port to listen on; 0 for any free one, which the log names",
        )
        parser.add_argument(
            "--workers", default=1, type=whole(1, 256), help="processes that answer"
        )
        parser.add_argument(
            "--grace",
            default=20,
            type=whole(0, 3600),
            help="seconds for requests in work at the end",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        serve(
            options["host"],
            options["port"],
            workers=options["workers"],
            grace_s=options["grace"],
        )
