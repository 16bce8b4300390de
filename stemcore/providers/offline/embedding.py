"""Embeddings without a model: words hashed into the dimensions of a vector.

The hashing trick (Weinberger et al., 2009, "Feature hashing for large scale multitask
learning"): texts that share words come out near each other, and nothing else is known.
"""

from collections import Counter
from hashlib import blake2b
from math import log, sqrt

from stemcore.sentences import stems


def hashed_words(text: str, dimension: int) -> list[float]:
    """A vector of length 1, the same for the same text on every machine."""
    vector = [0.0] * dimension
    for word, count in Counter(stems(text) or [text]).items():
        digest = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
        sign = 1.0 if digest & 1 else -1.0
        vector[(digest >> 1) % dimension] += sign * (1.0 + log(count))
    length = sqrt(sum(value * value for value in vector))
    if length == 0.0:
        # Words can cancel each other out.
        vector[0] = length = 1.0
    return [value / length for value in vector]
