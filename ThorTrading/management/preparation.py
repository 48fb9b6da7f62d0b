"""Fills an embedded desk with what is missing, tells each step, and shows the way in: for `start_stack` and `runserver`."""

from __future__ import annotations

import math
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, connections
from django.utils import timezone
from rich.console import Console

from GlobalMarkets.calendars.errors import CalendarFault
from GlobalMarkets.feeds.port import Feed, MarketDataError
from GlobalMarkets.jobs import VwapJob, take_steps
from GlobalMarkets.models import Venue
from GlobalMarkets.services.calendar_build import ensure_covered
from GlobalMarkets.services.intake import intake_of
from GlobalMarkets.services.watchlist import settle_watchlist
from identity.management.commands.sign_in_link import address_of_link
from identity.models import User
from identity.services import make_link
from ThorTrading.brokers.port import Broker, BrokerError
from ThorTrading.jobs import MarketMetricsJob
from ThorTrading.models import Account, PaperAccount
from ThorTrading.services.seeding import days_of, seed_account, seed_user
from ThorTrading.services.stack_start import StackError, forget_last_replay, replay_database

DEFAULT_PORT = 8000


class Preparation:
    """The steps to a desk that shows something; each is told when it is done."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)

    def greet(self) -> None:
        self.console.print(f"\n[bold]Thor {settings.VERSION}[/bold]")

    def set_up_database(self) -> None:
        with self.step("database") as told, naming_the_database():
            told(prepare_database())

    def fill(self, feed: Feed) -> User:
        """Calendars, chart, user, account; what is there already stays. The user whom the desk signs in."""
        with self.step("calendars") as told:
            told(load_calendars(feed, self.note))
        now = timezone.now()
        with self.step("market data") as told:
            told(first_bars(feed, now))
        with self.step("account") as told:
            user = seed_user(settings.EMBEDDED_USER)
            account = seed_account(user, feed)
            MarketMetricsJob().run(now)
            told(in_words(account))
        return user

    @contextmanager
    def step(self, name: str) -> Iterator[Any]:
        """Shows that something is being done, then what came of it; on a terminal the line moves meanwhile."""
        results: list[str] = []
        with self.console.status(f"{name} …"):
            yield results.append
        self.console.print(f"  [green]✓[/green] {name:<12} {' '.join(results)}".rstrip())

    def note(self, said: str) -> None:
        """What takes longer than a moment is said before it is done, also where no line moves."""
        self.console.print(f"    {said} …")

    def show_way_in(self, user: User, feed: Feed, broker: Broker, host: str, port: int) -> None:
        """Which feed and broker the desk at `host` and `port` shows, and the link that signs `user` in."""
        link = address_of_link(make_link(user, timezone.now()), host, port)
        self.console.print(f"    {'feed':<12} {feed_in_words(feed)}")
        self.console.print(f"    {'broker':<12} {broker.name}: no real money moves")
        self.console.print(f"\nSign in as {user.username} with this link, once, within 10 minutes:")
        self.console.print(f"\n  [bold]{link}[/bold]\n")
        self.console.print(f"Another link: {command_in_words('sign_in_link', port)}\nStop: Ctrl-C\n")


@contextmanager
def naming_the_faults() -> Iterator[None]:
    """What the settings or the machine refuse is one line, not a stack trace."""
    try:
        yield
    except (StackError, MarketDataError, BrokerError) as fault:
        raise CommandError(str(fault)) from fault


@contextmanager
def naming_the_database() -> Iterator[None]:
    """A database that cannot be used is one line, not a stack trace."""
    try:
        yield
    except (DatabaseError, OSError) as fault:
        reason = str(fault).strip().partition("\n")[0]
        raise CommandError(f"the database {connection.settings_dict['NAME']} cannot be used: {reason}") from fault


def own_replay_database() -> Path | None:
    """The file that a replay may begin anew; None where nothing is replayed, or the settings chose the database."""
    return replay_database(connection.settings_dict, settings.VAR_DIR) if settings.REPLAY else None


def prepare_database() -> str:
    """Bring the database's tables up to date; a replay begins with a fresh one, unless it is to go on with its last."""
    database, own = connection.settings_dict, own_replay_database()
    if own is not None and not settings.REPLAY_KEEP:
        connections.close_all()
        forget_last_replay(own)
    call_command("migrate", interactive=False, verbosity=0)
    return str(short(Path(str(database["NAME"])))) if connection.vendor == "sqlite" else connection.display_name


def load_calendars(feed: Feed, note: Callable[[str], None]) -> str:
    """The shipped schedules, and where a replay is older than they are, its days' as far as they can be built."""
    call_command("load_calendars", verbosity=0)
    stretch = days_of(feed)
    if stretch is None:
        return f"{Venue.objects.count()} venues"
    try:
        gaps = ensure_covered(*stretch, tell=note).gaps
    except CalendarFault as fault:
        return f"no market status on the replay's days: {fault}"
    without = "".join(f"\n      no status for {mic}: {why}" for mic, why in gaps.items())
    return f"{Venue.objects.count() - len(gaps)} venues{without}"


def short(path: Path) -> Path:
    return path.relative_to(settings.BASE_DIR) if path.is_relative_to(settings.BASE_DIR) else path


def first_bars(feed: Feed, now: datetime) -> str:
    """Fill the chart with what the feed remembers; a replay begins with nothing, and its clock not before it is served."""
    listings = settle_watchlist(feed)
    if feed.status().replay is None:
        with intake_of(feed).turn() as intake:
            take_steps(intake, now, math.inf)
        VwapJob().run(now)
    return ", ".join(listing.symbol for listing in listings)


def in_words(account: Account) -> str:
    """`primary (ACC12345): 50,000.00 in cash, SPY 100, TSLA -15`"""
    paper = PaperAccount.objects.get(number=account.number)
    held = [f"{row.symbol} {row.quantity.normalize():f}" for row in paper.holdings.order_by("pk")]
    return f"{account.slug} ({account.number}): " + ", ".join([f"{paper.cash:,} in cash", *held])


def feed_in_words(feed: Feed) -> str:
    replay = feed.status().replay
    if replay is None:
        return f"{feed.name}, seed {settings.FEED_SEED}"
    pace = "as fast as it goes" if replay.speed == "max" else f"{replay.speed} times as fast"
    return f"replay of {replay.file} from {replay.at:%Y-%m-%d %H:%M} UTC, {pace}"


def command_in_words(name: str, port: int) -> str:
    """A management command as it must be typed to mean this desk: with the variables that chose its database and port."""
    chosen = {"REPLAY": settings.REPLAY, "PORT": str(port) if port != DEFAULT_PORT else ""}
    variables = [f"{name}={shlex.quote(value)}" for name, value in chosen.items() if value]
    return " ".join([*variables, str(short(Path(sys.executable))), "manage.py", name])
