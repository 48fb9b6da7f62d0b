"""Keeps the garbage collector from making deliveries wait."""

from __future__ import annotations

import gc


def calm_garbage_collector() -> None:
    """What lives since the start is never garbage: without it, full collections make a delivery wait 100 ms (STACK 18)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
