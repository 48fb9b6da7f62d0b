"""Keeps each bench's part of docs/performance.md between markers of its own."""

from __future__ import annotations

from pathlib import Path

TITLE = "# Performance\n"


def write_section(path: Path, name: str, text: str) -> None:
    """Replace the section `name`, or append it; all else in the file stays as it is."""
    begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    old = path.read_text() if path.exists() else TITLE
    before, found, rest = old.partition(begin)
    after = rest.partition(end)[2] if found else "\n"
    head = before if found else before.rstrip("\n") + "\n\n"
    path.write_text(head + section + after)
