"""Sources of market data behind one port; `current()` is this process's."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from threading import Lock

from django.conf import settings

from GlobalMarkets.feeds.port import Feed, FeedSettingsError, Listing
from GlobalMarkets.feeds.recording import COUNTRY
from jobs.tempo import scaled

POLLED_EVERY = timedelta(seconds=1)
"""By `IntradayJob`; more often in a rehearsal."""

_making = Lock()


def current() -> Feed:
    """The process's feed, made from the settings at first use; MarketDataError where they name none that works."""
    with _making:
        return _current()


def forget() -> None:
    """Make the feed anew at next use: for tests, and for a process that changed its settings."""
    _current.cache_clear()


@lru_cache(maxsize=1)
def _current() -> Feed:
    return made_from_settings()


def made_from_settings() -> Feed:
    """A new feed: REPLAY chooses the replay by itself, else FEED says which."""
    if settings.REPLAY:
        return _replay()
    if settings.FEED == "simulated":
        return _simulated()
    if settings.FEED == "replay":
        raise FeedSettingsError("FEED=replay needs REPLAY: a CSV file of bars, or sample")
    raise FeedSettingsError(f"FEED={settings.FEED!r} is neither simulated nor replay")


def _simulated() -> Feed:
    from GlobalMarkets.feeds.simulated import SimulatedFeed

    return SimulatedFeed(settings.FEED_SEED, configured_watchlist())


def _replay() -> Feed:
    from GlobalMarkets.feeds.recording import load
    from GlobalMarkets.feeds.replay import ReplayFeed, speed_of

    speed_of(settings.REPLAY_SPEED)  # a wrong speed is told before a large file is read
    return ReplayFeed(load(settings.REPLAY), settings.REPLAY_SPEED, longest_wait=scaled(POLLED_EVERY) * 3 / 2)


def watchlist(feed: Feed) -> list[Listing]:
    """What the desk shows at first: in a replay its file's symbols, else the settings' list."""
    status = feed.status()
    return list(status.listings) if status.replay else configured_watchlist()


def configured_watchlist() -> list[Listing]:
    """The symbols that the settings name, each once."""
    return [Listing(COUNTRY, symbol) for symbol in dict.fromkeys(settings.WATCHLIST)]
