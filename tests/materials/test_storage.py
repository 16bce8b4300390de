"""Storage: files fetched and kept, in Supabase's bucket and in a folder, with the same errors."""

import errno
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from stemcore.supabase.storage import (
    FileMissing,
    FileTooLarge,
    StorageUnavailable,
    storage,
)
from tests.stubs.supabase import StorageStub

NAME = "a class/Übung 1 #2?.pdf"
CONTENT = bytes(range(256)) * 20_000


@pytest.fixture(params=["bucket", "folder"])
def place(request: Any, settings: Any, tmp_path: Path, open_clients: None) -> Any:
    """Each kind of storage in turn."""
    if request.param == "folder":
        settings.MATERIAL_FILES_DIR = tmp_path / "files"
        return tmp_path
    return request.getfixturevalue("bucket")


async def fetched(name: str, limit: int = len(CONTENT)) -> bytes:
    target = BytesIO()
    await storage().fetch(name, target, limit)
    return target.getvalue()


async def test_what_is_kept_can_be_fetched(place: Any) -> None:
    await storage().store(NAME, b"old")
    await storage().store(NAME, CONTENT)
    assert await fetched(NAME) == CONTENT


async def test_it_fetches_no_more_than_asked_for(place: Any) -> None:
    await storage().store(NAME, CONTENT)
    with pytest.raises(FileTooLarge):
        await fetched(NAME, len(CONTENT) - 1)


@pytest.mark.parametrize(
    "name", ["nowhere.pdf", "", "/etc/passwd", "../secret", "a/../../secret", "a//b", "a/./b", "\0"]
)
async def test_it_knows_no_file_but_its_own(place: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("secret")
    await storage().store("a/b", b"there")
    with pytest.raises(FileMissing):
        await fetched(name)


class FullDisk(BytesIO):
    def write(self, *_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


async def test_a_full_disk_is_no_fault_of_the_file(place: Any) -> None:
    await storage().store(NAME, CONTENT)
    with pytest.raises(StorageUnavailable, match="disk of the service is full"):
        await storage().fetch(NAME, FullDisk(), len(CONTENT))


async def test_a_lying_length_is_cut_off(bucket: StorageStub, open_clients: None) -> None:
    bucket.files["x"] = CONTENT
    bucket.cut = 100
    with pytest.raises(StorageUnavailable):
        await fetched("x")


async def test_it_names_what_to_set(settings: Any, open_clients: None) -> None:
    settings.SUPABASE_SERVICE_ROLE_KEY = ""
    with pytest.raises(StorageUnavailable, match="SUPABASE_SERVICE_ROLE_KEY"):
        await fetched("x")


async def test_it_sends_the_service_key_in_both_headers(
    bucket: StorageStub, open_clients: None
) -> None:
    bucket.files["x"] = b"y"
    assert await fetched("x") == b"y"
    (request,) = bucket.server.received
    assert request.headers["Authorization"] == f"Bearer {bucket.key}"
    assert request.headers["apikey"] == bucket.key
    assert bucket.key not in request.path
