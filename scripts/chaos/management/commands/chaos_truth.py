"""Writes what every client must hold in the end: each numbered topic's cursor and rows, as the selectors read them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from GlobalMarkets.selectors.bars import BarRange, bars_of_range
from GlobalMarkets.services.websocket_features import BARS, bar_reading, listing_of
from realtime.contract import encode
from realtime.features import Match, Reading, match
from realtime.models import Topic

ALL = 10**6


class Command(BaseCommand):
    help = "Writes every topic's cursor and rows into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        file.write_bytes(encode({topic.name: truth_of(topic) for topic in Topic.objects.all()}))


def truth_of(topic: Topic) -> dict[str, Any]:
    found = match(topic.name)
    assert found is not None, f"a topic that no feature has: {topic.name}"  # noqa: S101 - it would be a defect
    rows = [reading.payload for reading in rows_of(found)]
    return {"epoch": topic.epoch, "offset": topic.top, "rows": rows}


def rows_of(found: Match) -> list[Reading]:
    """Of bars every one, not only the newest that a snapshot has."""
    if found.stream is BARS:
        return [bar_reading(bar) for bar in bars_of_range(BarRange(listing_of(found.params), limit=ALL))]
    return list(found.stream.rows(found.params))
