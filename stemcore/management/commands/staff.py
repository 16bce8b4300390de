"""`manage.py staff`: accounts of the console, without a password ever being typed or stored."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from stemcore.console.roles import ROLES, make_roles
from stemcore.console.second_factor import devices

PASSWORD_BYTES = 15  # 20 characters, 120 bits


class Command(BaseCommand):
    help = "Accounts of the console: create NAME --role ROLE, list, reset NAME."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        create = actions.add_parser("create", help="a new account, with a password shown once")
        create.add_argument("name", metavar="NAME")
        create.add_argument(
            "--role",
            action="append",
            choices=[*ROLES, "superuser"],
            default=[],
            help="support looks, operations acts, privacy reads messages; may be repeated",
        )
        actions.add_parser("list", help="who has an account, their roles, their last login")
        reset = actions.add_parser(
            "reset", help="a new password, shown once; ends all sessions, removes a second factor"
        )
        reset.add_argument("name", metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options.pop('action')}")(options)

    @transaction.atomic
    def _create(self, options: dict[str, Any]) -> None:
        accounts, name = get_user_model().objects, options["name"]
        if accounts.filter(username__iexact=name).exists():
            raise CommandError(f"There is a {name} already: staff reset {name}.")
        if not options["role"]:
            raise CommandError("Name a role: --role support, operations, privacy or superuser.")
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        roles = {role.name: role for role in make_roles()}
        account = accounts.create_user(
            username=name,
            password=password,
            is_staff=True,
            is_superuser="superuser" in options["role"],
        )
        account.groups.set(roles[role] for role in options["role"] if role in roles)
        self._show(name, password)

    def _list(self, _options: dict[str, Any]) -> None:
        staff = get_user_model().objects.filter(is_staff=True).prefetch_related("groups")
        found = staff.annotate(has_second_factor=devices.HAS_ONE)
        for account in found.order_by("username"):
            roles = [group.name for group in account.groups.all()]
            if account.is_superuser:
                roles.append("superuser")
            seen = f"{account.last_login:%Y-%m-%d %H:%M}" if account.last_login else "never"
            more = "  second factor" if account.has_second_factor else ""
            more += "" if account.is_active else "  (switched off)"
            known = f"{account.username:<24} {', '.join(roles) or 'no role':<32}"
            self.stdout.write(f"{known} last login {seen}{more}")

    @transaction.atomic
    def _reset(self, options: dict[str, Any]) -> None:
        account = get_user_model().objects.filter(username__iexact=options["name"]).first()
        if account is None:
            raise CommandError(f"There is no {options['name']}: staff list shows who there is.")
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        account.set_password(password)  # sessions carry its hash: they all end
        account.save(update_fields=["password"])
        had = devices.forget(account)
        said = "New password by command" + ("; the second factor is removed." if had else ".")
        LogEntry.objects.log_actions(account.pk, [account], CHANGE, said)
        self._show(account.username, password)

    def _show(self, name: str, password: str) -> None:
        self.stdout.write(f"{name}\n{password}\nShown this once: hand it over and forget it.")
