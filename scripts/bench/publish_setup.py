"""An empty database for the processes of a bench."""

from __future__ import annotations

from django.core.management import call_command


def empty() -> None:
    """All tables, nothing in them."""
    call_command("migrate", verbosity=0)
