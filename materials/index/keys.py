"""Pieces as keyed hashes: the table alone tells nobody a word.

The key is made of Django's secret key and the class, so hashes cannot be compared between classes
and a list of one class holds no chunk of another. 32 bits suffice: of the 100,000 pieces that a
large class may have, one in 40,000 shares its hash with another piece of the class.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from django.conf import settings

FORM = 2
"""How a chunk is indexed: the rules by which its text becomes pieces, and what is stored with them.

Another number makes all rows of before invalid.
"""

_PERSON = b"chunk words"
_HASH_BYTES = 4
_KEY_BYTES = 32


@dataclass(frozen=True)
class Secret:
    """`id` tells rows made with this secret and these rules from others, and nothing else."""

    key: bytes
    id: int


def secret() -> Secret:
    """The secret of this installation."""
    return _secret(settings.SECRET_KEY, FORM)


@lru_cache
def _secret(secret_key: str, form: int) -> Secret:
    key = blake2b(secret_key.encode(), digest_size=_KEY_BYTES, person=_PERSON).digest()
    return Secret(key, _number(f"form {form}", key))


class PieceHashes:
    """Hashes of one class's pieces; those asked for are remembered."""

    def __init__(self, class_id: UUID) -> None:
        key = secret().key
        self._key = blake2b(class_id.bytes, digest_size=_KEY_BYTES, key=key).digest()
        self._known: dict[str, int] = {}

    def of(self, pieces: Iterable[str]) -> list[int]:
        """The pieces' hashes, each once, in the order of their values."""
        return sorted({self._of(piece) for piece in pieces})

    def _of(self, piece: str) -> int:
        found = self._known.get(piece)
        if found is None:
            found = self._known[piece] = _number(piece, self._key)
        return found


def _number(text: str, key: bytes) -> int:
    digest = blake2b(text.encode(), digest_size=_HASH_BYTES, key=key).digest()
    return int.from_bytes(digest, "big", signed=True)
