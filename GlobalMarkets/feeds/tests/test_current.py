"""The settings choose the process's feed."""

from __future__ import annotations

import pytest

from GlobalMarkets import feeds
from GlobalMarkets.feeds.port import FeedSettingsError, RecordingError
from GlobalMarkets.feeds.recording import SAMPLE, load
from GlobalMarkets.management.commands.make_sample_day import packed, sample_bars


@pytest.fixture(autouse=True)
def no_feed_of_others():
    feeds.forget()
    yield
    feeds.forget()


def test_without_input_it_is_simulated_with_the_watchlist(settings):
    settings.WATCHLIST, settings.FEED_SEED = ["SPY", "QQQ", "SPY"], 3
    feed = feeds.current()
    assert (feed.name, feed.seed) == ("simulated", 3)
    assert feeds.watchlist(feed) == [("USA", "SPY"), ("USA", "QQQ")]
    assert feeds.current() is feed


def test_a_replay_is_chosen_by_its_file(settings):
    settings.REPLAY, settings.REPLAY_SPEED = "sample", "max"
    feed = feeds.current()
    assert (feed.name, feed.status().replay.file) == ("replay", "sample")
    assert [listing.symbol for listing in feeds.watchlist(feed)] == ["AAPL", "SPY", "TSLA"]


@pytest.mark.parametrize(
    ("changed", "fault", "named"),
    [
        ({"FEED": "replay"}, FeedSettingsError, "needs REPLAY"),
        ({"FEED": "oracle"}, FeedSettingsError, "FEED='oracle'"),
        ({"REPLAY": "sample", "REPLAY_SPEED": "quick"}, FeedSettingsError, "SPEED='quick'"),
        ({"REPLAY": "/nowhere.csv"}, RecordingError, "/nowhere.csv"),
    ],
)
def test_settings_that_name_no_feed_are_told_so(settings, changed, fault, named):
    for name, value in changed.items():
        setattr(settings, name, value)
    with pytest.raises(fault, match=named):
        feeds.current()


def test_the_sample_is_what_its_command_makes(tmp_path):
    made = tmp_path / "made.csv.gz"
    made.write_bytes(packed(sample_bars()))
    assert load(made).rows == load(SAMPLE).rows
