"""Supabase's services: Storage and Auth."""

from collections.abc import Iterator
from io import BytesIO

import httpx
from django.conf import settings
from django.core.checks import CheckMessage, Error

from stemcore.doctor import Check, Findings, Skipped
from stemcore.errors import DomainError, InvalidUserToken, UserAuthTimeout, UserAuthUnavailable
from stemcore.http import http_client
from stemcore.supabase.storage import FileMissing, FileTooLarge, StorageUnavailable, storage
from stemcore.supabase.tokens import published_keys, verify_token

NO_SUCH_FILE = "manage.py doctor/asks for a file that nobody has"
NO_TOKEN = "manage.py-doctor-sends-no-token"  # noqa: S105
NOT_CONFIGURED = "Supabase is not configured"


def checks() -> Iterator[Check]:
    yield Check("storage", _storage)
    yield Check("access tokens", _tokens)


async def _storage() -> Findings:
    """A file that is not there is reported missing only where bucket and key are right."""
    if not settings.MATERIAL_FILES_DIR:
        _require_supabase()
    try:
        await storage().fetch(NO_SUCH_FILE, BytesIO(), limit=1)
    except (FileMissing, FileTooLarge):
        return []
    except StorageUnavailable as error:
        return [
            Error(
                error.message,
                hint="Check SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY and the bucket `materials`.",
                id="stemcore.E032",
            )
        ]
    return []


async def _tokens() -> Findings:
    """Auth takes our key, refuses what is no token, and local verification has keys."""
    _require_supabase()
    try:
        found = await (_local() if settings.SUPABASE_JWT_VERIFICATION == "local" else _remote())
        await verify_token(NO_TOKEN)
    except InvalidUserToken:
        return found
    except DomainError as error:
        return [_unavailable(error.message)]
    return [_unavailable("It takes for a user's token what is none.")]


async def _remote() -> list[CheckMessage]:
    status = (await _ask_auth()).status_code
    if status in (401, 403):
        return [
            Error(
                "Supabase Auth refuses the key that the service sends.",
                hint="Check NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY, else SUPABASE_SERVICE_ROLE_KEY.",
                id="stemcore.E034",
            )
        ]
    return [] if status == 200 else [_unavailable(f"Supabase Auth answered with status {status}.")]


async def _local() -> list[CheckMessage]:
    if settings.SUPABASE_JWT_SECRET or await published_keys():
        return []
    return [
        Error(
            "The project publishes no key that tokens could be verified with.",
            hint="Set SUPABASE_JWT_SECRET, move the project to asymmetric keys, or set "
            "SUPABASE_JWT_VERIFICATION=remote.",
            id="stemcore.E035",
        )
    ]


def _unavailable(words: str) -> CheckMessage:
    return Error(
        words,
        hint="Check SUPABASE_URL, the state of the project, and that this machine may reach it.",
        id="stemcore.E033",
    )


async def _ask_auth() -> httpx.Response:
    """Auth's public settings. Raises UserAuthTimeout or UserAuthUnavailable."""
    key = settings.SUPABASE_PUBLISHABLE_KEY or settings.SUPABASE_SERVICE_ROLE_KEY
    address = f"{settings.SUPABASE_URL}/auth/v1/settings"
    try:
        return await http_client("supabase").get(address, headers={"apikey": key})
    except httpx.TimeoutException:
        raise UserAuthTimeout from None
    except httpx.HTTPError:
        raise UserAuthUnavailable from None


def _require_supabase() -> None:
    key = settings.SUPABASE_PUBLISHABLE_KEY or settings.SUPABASE_SERVICE_ROLE_KEY
    if not settings.SUPABASE_URL or not key:
        raise Skipped(NOT_CONFIGURED)
