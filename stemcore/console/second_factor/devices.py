"""What an account proves itself with: the codes of an app (RFC 6238), and ten to recover with.

A code of the app lasts 30 s, is taken once, and after each wrong one the wait doubles. Codes to
recover are taken once each; of them only digests are kept, keyed with `SECRET_KEY`.
"""

import secrets
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

APP = "App"
DIGITS = 6
CODES = 10
CODE_LENGTH = 10
DIGEST_BYTES = 12  # 16 characters, as many as the column has

HAS_ONE = Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True))
"""Of a query of accounts: whether the account has set one up."""


class TooSoon(Exception):
    """A code after a wrong one; `seconds` are to be waited."""

    def __init__(self, left: timedelta) -> None:
        self.seconds = max(1, ceil(left.total_seconds()))


def is_due(request: HttpRequest) -> bool:
    """Whether the session has yet to show one."""
    user: Any = request.user
    if settings.STAFF_SECOND_FACTOR == "off" or user.is_verified():
        return False
    return settings.STAFF_SECOND_FACTOR == "required" or is_set_up(user)


def is_set_up(user: Any) -> bool:
    """Whether the account has one; asked for once in a request."""
    if not hasattr(user, "has_second_factor"):
        user.has_second_factor = _app(user).exists()
    return bool(user.has_second_factor)


def app_of(user: AbstractUser) -> TOTPDevice:
    """The app that has been set up."""
    found: TOTPDevice = _app(user).latest("pk")
    return found


def begin(user: AbstractUser) -> TOTPDevice:
    """A new key for an app, which counts from its first code on."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    return TOTPDevice.objects.create(user=user, name=APP, confirmed=False)


def begun(user: AbstractUser) -> TOTPDevice | None:
    """The key that awaits its first code."""
    found: TOTPDevice | None = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return found


@transaction.atomic
def confirm(user: AbstractUser, code: str) -> TOTPDevice | None:
    """The app, from now on asked for; None for a wrong code. Raises TooSoon."""
    waiting = TOTPDevice.objects.filter(user=user, confirmed=False).select_for_update().first()
    device = _taken(waiting, _plain(code))
    if device is not None:
        device.confirmed = True
        device.save(update_fields=["confirmed"])
    return device


@transaction.atomic
def verify(user: AbstractUser, code: str) -> TOTPDevice | StaticDevice | None:
    """What took the code: the app or the codes to recover; None for a wrong one. Raises TooSoon."""
    plain = _plain(code)
    if len(plain) == DIGITS:
        return _taken(_app(user).select_for_update().first(), plain)
    return _taken(_recovery(user).select_for_update().first(), _digest(user, plain))


@transaction.atomic
def new_codes(user: AbstractUser) -> list[str]:
    """Codes to recover with, in place of those before; this is the only time they are known."""
    _recovery(user).delete()
    device = StaticDevice.objects.create(user=user, name="Recovery codes")
    codes = [b32encode(secrets.token_bytes(8)).decode().lower()[:CODE_LENGTH] for _ in range(CODES)]
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=_digest(user, code)) for code in codes
    )
    half = CODE_LENGTH // 2
    return [f"{code[:half]}-{code[half:]}" for code in codes]


def codes_left(user: AbstractUser) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def forget(user: AbstractUser) -> bool:
    """Removes everything; whether the account had one. Sessions that showed it count no more."""
    had = bool(_app(user).exists())
    TOTPDevice.objects.filter(user=user).delete()
    _recovery(user).delete()
    return had


def _app(user: Any) -> Any:
    return TOTPDevice.objects.filter(user=user, confirmed=True)


def _recovery(user: Any) -> Any:
    return StaticDevice.objects.filter(user=user)


def _plain(code: str) -> str:
    """As it is stored, however people type it."""
    return "".join(sign for sign in code.lower() if sign.isascii() and sign.isalnum())


def _taken(device: Any, code: str) -> Any:
    """The device, when it takes the code; it counts those that it does not take."""
    if device is None:
        return None
    allowed, why = device.verify_is_allowed()
    if not allowed:
        raise TooSoon(why["locked_until"] - timezone.now())
    return device if device.verify_token(code) else None


def _digest(user: AbstractUser, code: str) -> str:
    digest = salted_hmac(f"{__name__}.{user.pk}", code, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:DIGEST_BYTES]).decode()


def in_fours(text: str) -> Iterable[str]:
    """The parts of a key that a person types."""
    return (text[start : start + 4] for start in range(0, len(text), 4))
