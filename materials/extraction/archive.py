"""Checks of an Office file before a parser unpacks it."""

from io import BytesIO
from zipfile import BadZipFile, ZipFile

from materials.errors import BrokenFile, EncryptedFile, LegacyOffice, TooLarge
from materials.extraction.model import Bounds

# The compound file of old Office formats, which also wraps the encrypted new ones.
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_FLAG = 0x1
_MAX_RATIO = 400
_RATIO_FROM_BYTES = 16 * 2**20


def check_archive(content: bytes, bounds: Bounds) -> None:
    """Lets an Office file pass that can be unpacked within the bounds.

    The sizes are those the archive states; unpacking stops at them, so they cannot be too small
    without breaking the file. Raises an ExtractionFailed.
    """
    if content.startswith(_COMPOUND_FILE):
        raise EncryptedFile if _ENCRYPTED_STREAM in content else LegacyOffice
    try:
        entries = ZipFile(BytesIO(content)).infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        raise BrokenFile from None
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise EncryptedFile
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > bounds.archive_entries or unpacked > bounds.unpacked_bytes:
        raise TooLarge
    if unpacked > _RATIO_FROM_BYTES and unpacked > _MAX_RATIO * len(content):
        raise TooLarge
