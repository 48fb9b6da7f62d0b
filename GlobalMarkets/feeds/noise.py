"""Pure: seeded randomness that is a function of its arguments, so that any instant can be drawn again."""

from __future__ import annotations

import math
from functools import lru_cache
from hashlib import blake2b

MASK = (1 << 64) - 1


def key_of(*parts: object) -> int:
    """A 64-bit key of anything that prints: the same parts give the same key on every machine."""
    return int.from_bytes(blake2b("|".join(map(str, parts)).encode(), digest_size=8).digest(), "big")


def mixed(key: int, index: int) -> int:
    """64 well-mixed bits of a key and an index (SplitMix64's finisher)."""
    z = (key + index * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def uniform(key: int, index: int) -> float:
    """A draw from [0, 1)."""
    return (mixed(key, index) >> 11) / (1 << 53)


@lru_cache(maxsize=16384)
def node(key: int, index: int) -> float:
    """A draw from about [-1, 1], more of them near the middle."""
    bits = mixed(key, index)
    return ((bits & 0x1FFFFF) + ((bits >> 21) & 0x1FFFFF) + (bits >> 43)) / (3 * 0x100000) - 1.0


def smooth(key: int, at: float) -> float:
    """A smooth curve through the nodes at whole numbers: the same `at` gives the same value, whatever came before."""
    index = math.floor(at)
    part = at - index
    weight = part * part * (3.0 - 2.0 * part)
    left = node(key, index)
    return left + (node(key, index + 1) - left) * weight
