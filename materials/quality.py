"""How well the text of a chunk came out of its file."""

import unicodedata

# Private use, unassigned, control: what broken fonts and bad encodings leave behind.
_UNREADABLE = frozenset({"Co", "Cn", "Cc"})


def quality_score(text: str) -> float:
    """The share of readable characters among those that are not space, 0 to 1, two decimals.

    Replacement characters and those of private use or no use count as unreadable.
    """
    chars = [char for char in text if not char.isspace()]
    if not chars:
        return 0.0
    bad = sum(char == "\ufffd" or unicodedata.category(char) in _UNREADABLE for char in chars)
    return round(1 - bad / len(chars), 2)
