"""The jobs of market data, run on small replays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import msgspec
import pytest
from django.core.management import call_command
from django.db import OperationalError

from GlobalMarkets import feeds
from GlobalMarkets import jobs as module
from GlobalMarkets.feeds.tests.makers import OPEN, at, line, make_bar, make_open_bar, minute_lines, write_recording
from GlobalMarkets.jobs import ClosedBarsJob, IntradayJob, VwapJob
from GlobalMarkets.models import Bar, Vwap
from GlobalMarkets.selectors.bars import row_of
from GlobalMarkets.services import intake
from GlobalMarkets.services.clock import market_now
from GlobalMarkets.services.ingest import record_bars
from jobs.registry import registry
from realtime.models import StoredPublication

pytestmark = pytest.mark.django_db
WALL = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_feed_of_others():
    feeds.forget()
    yield
    feeds.forget()


@pytest.fixture
def play(tmp_path, settings):
    """Choose a replay of these lines."""

    def choose(lines, speed="max"):
        settings.REPLAY, settings.REPLAY_SPEED = str(write_recording(tmp_path, lines)), speed
        feeds.forget()

    return choose


def sent(topic=None):
    rows = StoredPublication.objects.order_by("pk").select_related("topic")
    return [
        (row.topic.name, msgspec.json.decode(row.text)["data"])
        for row in rows
        if topic is None or row.topic.name == topic
    ]


def stored():
    return [row_of(bar) for bar in Bar.objects.order_by("minute", "symbol")]


def test_a_replay_at_once_stores_the_file_and_publishes_each_bar_once(play, settings):
    play([*minute_lines(0, 1, 2), *minute_lines(1, symbol="IBM")])
    IntradayJob().run(WALL)
    assert len(stored()) == len(sent()) == 4
    assert feeds.current().status().replay.finished
    out = StringIO()
    call_command("compare_bars", settings.REPLAY, stdout=out)
    assert out.getvalue().startswith("4 of 4 bars")


def test_playing_it_again_changes_nothing_and_numbers_nothing_anew(play):
    for _ in range(2):
        play([line(at(second)) for second in range(0, 200, 9)])
        IntradayJob().run(WALL)
    closed = [data["timestamp_minute"] for _, data in sent("bars.USA.SPY")]
    assert closed == ["2013-10-08T13:30:00Z", "2013-10-08T13:31:00Z", "2013-10-08T13:32:00Z", "2013-10-08T13:33:00Z"]
    assert all(bar.closed for bar in stored())


def test_second_bars_show_the_open_minute_as_it_grows(play):
    play([line(at(second)) for second in (0, 20, 40, 65)], speed="10")
    volumes = []
    for second in range(13):
        IntradayJob().run(WALL + timedelta(seconds=second))
        volumes += [data["volume"] for _, data in sent("bars_open.USA.SPY")]
    assert sorted(set(volumes)) == [1200, 2400, 3600]
    assert [data["volume"] for _, data in sent("bars.USA.SPY")] == [3600, 1200]


def test_the_market_time_is_the_replays(play):
    play(minute_lines(0, 1), speed="60")
    IntradayJob().run(WALL)
    assert market_now(WALL + timedelta(seconds=0.5)) == at(30)


def test_without_budget_a_run_takes_one_step_and_the_next_run_goes_on(play, monkeypatch):
    monkeypatch.setattr(module, "BUDGET", 0.0)
    monkeypatch.setattr("GlobalMarkets.feeds.replay.CHUNK", 2)
    play(minute_lines(*range(5)))
    for count in (2, 4, 5, 5):
        IntradayJob().run(WALL)
        assert len(stored()) == count


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_loses_nothing_and_publishes_nothing_twice(play, monkeypatch):
    play([line(at(second)) for second in (0, 20, 65)])

    def refuse(keys):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(module, "broadcast_bars", refuse)
        for _ in range(2):
            with pytest.raises(OperationalError):
                IntradayJob().run(WALL)
        assert (stored(), sent()) == ([], [])
    IntradayJob().run(WALL)
    assert [bar.volume for bar in stored()] == [2400, 1200]
    assert len(sent("bars.USA.SPY")) == 2


def test_bars_that_a_crash_left_open_are_closed_once_the_feed_is_beyond_them(play):
    record_bars([make_open_bar(0, symbol="AIG"), make_open_bar(9, symbol="AIG")])
    play(minute_lines(4))
    ClosedBarsJob().run(WALL)
    assert sent() == []
    IntradayJob().run(WALL)
    ClosedBarsJob().run(WALL)
    ClosedBarsJob().run(WALL)
    assert [data["timestamp_minute"] for _, data in sent("bars.USA.AIG")] == ["2013-10-08T13:30:00Z"]
    assert not Bar.objects.get(symbol="AIG", minute=at(540)).closed


def test_the_average_follows_the_closed_bars(play):
    play(minute_lines(0, 1))
    VwapJob().run(WALL)
    assert sent() == []
    IntradayJob().run(WALL)
    VwapJob().run(WALL)
    VwapJob().run(WALL)
    bar = make_bar()
    (vwap,) = Vwap.objects.all()
    assert vwap.volume == 2 * bar.volume
    assert vwap.as_of == at(120)
    assert [data["timestamp"] for _, data in sent("vwap.USA.SPY")] == ["2013-10-08T13:32:00Z"]


def test_the_simulated_feed_needs_no_file(settings):
    settings.WATCHLIST = ["SPY"]
    now = WALL.replace(hour=16, second=30)
    for second in range(3):
        IntradayJob().run(now + timedelta(seconds=second))
    assert len(stored()) > 300
    assert not stored()[-1].closed
    assert [data["closed"] for _, data in sent("bars_open.USA.SPY")] == [False]


def test_the_jobs_are_declared_for_their_feature():
    assert [declared.name for declared in registry.carriers("intraday")] == ["intraday"]
    assert registry["closed_bars"].every == timedelta(seconds=60)
    assert registry["vwap"].work is VwapJob


def test_one_feed_one_intake():
    assert intake.intake_of(feeds.current()) is intake.intake_of(feeds.current())
    assert at(0) == OPEN


def test_a_replay_that_was_stopped_halfway_and_begun_again_ends_at_the_file(play, settings):
    lines = [line(at(second)) for second in range(0, 300, 9)]
    play(lines, speed="10")
    for second in range(15):
        IntradayJob().run(WALL + timedelta(seconds=second))
    assert 0 < len(stored()) < 5
    assert not stored()[-1].closed
    play(lines)
    IntradayJob().run(WALL)
    call_command("compare_bars", settings.REPLAY, stdout=StringIO())
    minutes = [data["timestamp_minute"] for _, data in sent("bars.USA.SPY")]
    assert minutes == [f"2013-10-08T13:3{minute}:00Z" for minute in range(5)]
