"""What the processes that publish have in common: an empty database, and the garbage collector as the server has it."""

from __future__ import annotations

import gc

from django.core.management import call_command


def empty() -> None:
    """All tables, nothing in them."""
    call_command("migrate", verbosity=0)


def calm() -> None:
    """As `thor_project.server` does it, which cannot be imported without a reactor."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
