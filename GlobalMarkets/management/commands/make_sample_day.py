"""Remakes the small day that REPLAY=sample plays: one regular session of the simulated feed."""

from __future__ import annotations

import csv
import gzip
import io
from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from GlobalMarkets.feeds.port import BarRow, Listing
from GlobalMarkets.feeds.recording import COLUMNS, COUNTRY, SAMPLE
from GlobalMarkets.feeds.simulated import SimulatedFeed

SEED = 7
SYMBOLS = ("AAPL", "SPY", "TSLA")
OPEN = datetime(2026, 11, 19, 14, 30, tzinfo=UTC)
LENGTH = timedelta(minutes=390)


class Command(BaseCommand):
    help = "Write the sample day anew: the same bars each time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=SAMPLE, help="the file to write")

    def handle(self, **options: Any) -> None:
        path: Path = options["to"]
        path.write_bytes(packed(sample_bars()))
        self.stdout.write(f"{path}: {path.stat().st_size} bytes")


def sample_bars() -> list[BarRow]:
    """The day's bars, by minute and symbol."""
    feed = SimulatedFeed(SEED)
    bars = [bar for symbol in SYMBOLS for bar in feed.history(Listing(COUNTRY, symbol), OPEN, OPEN + LENGTH)]
    return sorted(bars, key=lambda bar: (bar.minute, bar.symbol))


def packed(bars: Iterable[BarRow]) -> bytes:
    """The bars as CSV in gzip, without a time in it, so that the same bars give the same bytes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for bar in bars:
        writer.writerow(
            [bar.symbol, f"{bar.minute:%Y-%m-%dT%H:%M:%SZ}", bar.open, bar.high, bar.low, bar.close, bar.volume]
        )
    return gzip.compress(text.getvalue().encode(), mtime=0)
