"""Compares the stored bars with a recorded file, row for row."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from GlobalMarkets.feeds.port import BarRow, RecordingError
from GlobalMarkets.feeds.recording import Recording, load
from GlobalMarkets.selectors.bars import all_bars
from GlobalMarkets.services.bar_comparison import FIGURES, Difference, differences

SHOWN = 20
COMPARED = "compared"  # the alias of a database that is not the configured one
CANNOT_TELL = 2


class Command(BaseCommand):
    help = "Exit 0 if the stored bars equal the file's, 1 with the first differences if not, 2 if it cannot be told."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a CSV file of bars (.gz too), or sample")
        parser.add_argument("--database", type=Path, help="SQLite file; default: the one that a replay of FILE fills")

    def handle(self, **options: Any) -> None:
        recording = _loaded(options["file"])
        alias = database_of(options["file"], options["database"])
        recorded, stored = recording.minute_bars(), _stored(alias)
        found = list(differences(recorded, stored))
        where = connections[alias].settings_dict["NAME"]
        if found:
            self.stdout.write("\n".join(table(found[:SHOWN])))
            more = f", the first {SHOWN} above" if len(found) > SHOWN else ""
            raise CommandError(f"{len(found)} differences between {recording.file} and {where}{more}", returncode=1)
        self.stdout.write(f"{len(stored)} of {len(recorded)} bars are stored as {recording.file} has them ({where})")


def _loaded(file: str) -> Recording:
    try:
        return load(file)
    except RecordingError as fault:
        raise CommandError(str(fault), returncode=CANNOT_TELL) from None


def database_of(file: str, given: Path | None) -> str:
    """The alias of the database to read: the given file, else the replay's own, else the configured one."""
    replayed = settings.VAR_DIR / f"replay-{file.rsplit('/', 1)[-1].split('.', maxsplit=1)[0]}.sqlite3"
    path = given or (replayed if not settings.ENV["DATABASE_URL"] and replayed.exists() else None)
    if path is None:
        return DEFAULT_DB_ALIAS
    if not path.is_file():
        raise CommandError(f"there is no database {path}: play the file first", returncode=CANNOT_TELL)
    added = connections.configure_settings(
        {DEFAULT_DB_ALIAS: {}, COMPARED: {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}}
    )
    connections.settings[COMPARED] = added[COMPARED]
    return COMPARED


def _stored(alias: str) -> list[BarRow]:
    try:
        return all_bars(alias)
    except DatabaseError as fault:
        name = connections[alias].settings_dict["NAME"]
        raise CommandError(f"no bars can be read from {name}: {fault}", returncode=CANNOT_TELL) from None


def table(found: list[Difference]) -> list[str]:
    """The differences in columns: each minute's recorded and stored rows, and what differs."""
    heads = [f"{name:>12}" for name in FIGURES]
    lines = [f"{'minute (UTC)':<17} {'symbol':<20} {'':<9}" + "".join(heads) + "  differs"]
    for one in found:
        start = f"{one.minute:%Y-%m-%d %H:%M}  {one.symbol:<20} "
        differs = ", ".join(one.fields) or ("not in the file" if one.recorded is None else "not stored")
        lines.append(f"{start}{'file':<9}{_figures(one.recorded)}  {differs}")
        lines.append(f"{' ' * len(start)}{'database':<9}{_figures(one.stored)}")
    return lines


def _figures(bar: BarRow | None) -> str:
    texts = ["–"] * len(FIGURES) if bar is None else [_text(getattr(bar, name)) for name in FIGURES]
    return "".join(f"{text:>12}" for text in texts)


def _text(figure: Any) -> str:
    if isinstance(figure, bool):
        return "yes" if figure else "no"
    return f"{figure.normalize():f}" if hasattr(figure, "normalize") else str(figure)
