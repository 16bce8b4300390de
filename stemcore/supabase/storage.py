"""Files of the platform: in Supabase Storage, or in a folder where there is no Supabase.

    await storage().fetch("class/notes.pdf", target, limit=100 * 2**20)

Both raise the same errors; those that trying again can heal are StorageUnavailable.
"""

import asyncio
import errno
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Protocol
from urllib.parse import quote

import aiohttp
from django.conf import settings
from yarl import URL

from stemcore.http import http_session

BUCKET: Final = "materials"
BLOCK: Final = 2**20
TIMEOUT: Final = aiohttp.ClientTimeout(total=600, sock_connect=10, sock_read=30)

_threads = ThreadPoolExecutor(2, thread_name_prefix="storage")


class FileMissing(Exception):
    """There is no file of that name."""


class FileTooLarge(Exception):
    """The file has more bytes than were asked for."""


class StorageUnavailable(Exception):
    """The file cannot be had or kept now. `message` says why, without addresses or keys."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class Storage(Protocol):
    """Where uploaded files are."""

    async def fetch(self, path: str, target: IO[bytes], limit: int) -> None:
        """Writes a file of at most `limit` bytes to `target`.

        Raises FileMissing, FileTooLarge or StorageUnavailable.
        """

    async def store(self, path: str, content: bytes) -> None:
        """Keeps a file, in the place of one that has this name. Raises StorageUnavailable."""


def storage() -> Storage:
    """The storage of this set-up: a local folder where the settings name one."""
    folder: Path | None = settings.MATERIAL_FILES_DIR
    return FolderStorage(folder) if folder else SupabaseStorage()


def is_plain(path: str) -> bool:
    """Whether a path leads down from where it starts, whatever is made of it on the way."""
    parts = path.split("/")
    return bool(path) and "\0" not in path and not {"", ".", ".."} & set(parts)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageUnavailable("The disk of the service is full.") from None
        raise StorageUnavailable("The service could not use its disk.") from None


async def _in_thread(work: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_threads, partial(work, *arguments))


class FolderStorage:
    """Files below a folder, which nobody reaches from outside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def fetch(self, path: str, target: IO[bytes], limit: int) -> None:
        if not is_plain(path):
            raise FileMissing
        await _in_thread(self._copy, path, target, limit)

    async def store(self, path: str, content: bytes) -> None:
        await _in_thread(self._write, path, content)

    def _copy(self, path: str, target: IO[bytes], limit: int) -> None:
        try:
            source = (self._folder / path).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise FileMissing from None
        with _disk_errors(), source:
            if os.fstat(source.fileno()).st_size > limit:
                raise FileTooLarge
            while block := source.read(BLOCK):
                target.write(block)

    def _write(self, path: str, content: bytes) -> None:
        if not is_plain(path):
            raise StorageUnavailable("The name of the file cannot be used.")
        place = self._folder / PurePosixPath(path)
        with _disk_errors():
            place.parent.mkdir(parents=True, exist_ok=True)
            half = place.with_name(f".{place.name}.{os.getpid()}")
            half.write_bytes(content)
            half.replace(place)  # nobody ever reads half a file


class SupabaseStorage:
    """Files of the private bucket, by the service-role key."""

    async def fetch(self, path: str, target: IO[bytes], limit: int) -> None:
        if not is_plain(path):
            raise FileMissing
        url, headers = _address(path)
        try:
            async with http_session("storage").get(
                url, headers=headers, allow_redirects=False, timeout=TIMEOUT
            ) as response:
                if response.status != 200:
                    raise await _refusal(response)
                if (response.content_length or 0) > limit:
                    raise FileTooLarge
                await _receive(response, target, limit)
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            raise StorageUnavailable("Supabase Storage could not be reached.") from None

    async def store(self, path: str, content: bytes) -> None:
        url, headers = _address(path)
        headers |= {"x-upsert": "true", "content-type": "application/octet-stream"}
        try:
            async with http_session("storage").post(
                url, headers=headers, data=BytesIO(content), allow_redirects=False, timeout=TIMEOUT
            ) as response:
                if response.status != 200:
                    raise StorageUnavailable(
                        f"Supabase Storage answered with status {response.status}."
                    )
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            raise StorageUnavailable("Supabase Storage could not be reached.") from None


def _address(path: str) -> tuple[URL, dict[str, str]]:
    key = settings.SUPABASE_SERVICE_ROLE_KEY
    if not settings.SUPABASE_URL or not key:
        raise StorageUnavailable(
            "Supabase Storage is not configured: set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY."
        )
    url = f"{settings.SUPABASE_URL}/storage/v1/object/{BUCKET}/{quote(path)}"
    return URL(url, encoded=True), {"apikey": key, "Authorization": f"Bearer {key}"}


async def _refusal(response: aiohttp.ClientResponse) -> FileMissing | StorageUnavailable:
    """What a status means: Storage says of a missing file 404, or 400 and 404 in the body."""
    said = await _said(response)
    missing = response.status == 404 or str(said.get("statusCode")) == "404"
    if missing and "bucket" not in f"{said.get('error')} {said.get('message')}".lower():
        return FileMissing()
    if missing:
        return StorageUnavailable(f"Supabase Storage has no bucket {BUCKET}.")
    if response.status in {400, 401, 403}:
        return StorageUnavailable(
            "Supabase Storage refused the service: check SUPABASE_SERVICE_ROLE_KEY."
        )
    return StorageUnavailable(f"Supabase Storage answered with status {response.status}.")


async def _said(response: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        found = json.loads(await response.content.read(4096))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


async def _receive(response: aiohttp.ClientResponse, target: IO[bytes], limit: int) -> None:
    """Writes a body block by block; it is never held as a whole."""
    size = 0
    async for block in response.content.iter_chunked(BLOCK):
        size += len(block)
        if size > limit:
            raise FileTooLarge
        with _disk_errors():
            await _in_thread(target.write, block)
