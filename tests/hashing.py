"""Passwords of the tests' accounts."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRound(PBKDF2PasswordHasher):
    """What the service takes for a password of its own, without the half second that it costs."""

    iterations = 1
