"""Questions of the commands before they change much."""

from django.core.management.base import BaseCommand, CommandError


def require_yes(command: BaseCommand, question: str) -> None:
    """Asks at the terminal. Raises CommandError unless the answer is yes; end of input is no."""
    command.stdout.write(f"{question} [y/N] ", ending="")
    command.stdout.flush()
    try:
        answer = input()
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        raise CommandError("Nothing was changed.")
