"""The status goes out at the very second of each change, once and in order, whatever else runs and however time jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from GlobalMarkets import feeds, jobs
from GlobalMarkets.calendars.days import Kind
from GlobalMarkets.feeds.tests.makers import line, write_recording
from GlobalMarkets.jobs import CalendarRefreshJob, MarketClockJob
from GlobalMarkets.models import TradingSession
from GlobalMarkets.services.websocket_markets import tell_market_status
from GlobalMarkets.tests.markets import TOKYO_WEEKS, make_venue
from jobs.loop import run_once
from jobs.registry import registry, seconds
from realtime.models import StoredPublication
from realtime.testing import FakeClock

TOKYO_OPENS = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
LUNCH, RESUMES, TOKYO_CLOSES = (TOKYO_OPENS + timedelta(hours=hours) for hours in (2.5, 3.5, 6.5))
FRIDAY_CLOSE, MONDAY_OPEN = datetime(2026, 11, 20, 21, tzinfo=UTC), datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
Told = list[str]


@pytest.fixture(autouse=True)
def _a_new_process():
    MarketClockJob.watch = None
    feeds.forget()
    yield
    MarketClockJob.watch = None
    feeds.forget()


@pytest.fixture
def markets(db) -> None:
    make_venue("XNYS")
    make_venue("XTKS", TOKYO_WEEKS)


def told(mic: str) -> list[Told]:
    """What was published of a venue, in order: moment, status, phase."""
    return [one for one_mic, *one in sent if one_mic == mic]


sent: list[tuple[str, str, str, str]] = []


@pytest.fixture(autouse=True)
def _follow(monkeypatch: pytest.MonkeyPatch):
    """Read every publication of a status as it is made: the store keeps only a topic's newest."""
    from GlobalMarkets.services import websocket_markets

    publish = websocket_markets.publish
    sent.clear()

    def publish_and_note(name, keys):
        made = publish(name, keys)
        for publication in made:
            data = msgspec.json.decode(StoredPublication.objects.get(topic__name=publication.topic).text)["data"]
            sent.append((data["mic"], data["timestamp"], data["status"], data["phase"]))
        return made

    monkeypatch.setattr(websocket_markets, "publish", publish_and_note)


def tick(clock: FakeClock, *names: str) -> None:
    """One second of the heartbeat with these jobs."""
    for run in run_once(clock(), registry.only(*(names or ("market_clock",)))):
        assert not run.is_abandoned


def stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("mic", "change", "before", "after"),
    [
        ("XTKS", TOKYO_OPENS, ("CLOSED", "PREOPEN"), ("OPEN", "OPEN")),
        ("XTKS", LUNCH, ("OPEN", "OPEN"), ("CLOSED", "LUNCH")),
        ("XTKS", RESUMES, ("CLOSED", "LUNCH"), ("OPEN", "OPEN")),
        ("XTKS", TOKYO_CLOSES, ("OPEN", "PRECLOSE"), ("CLOSED", "CLOSED")),
        ("XNYS", FRIDAY_CLOSE, ("OPEN", "PRECLOSE"), ("CLOSED", "CLOSED")),
    ],
)
def test_it_is_told_at_the_second_not_before_and_once(markets, mic, change, before, after) -> None:
    clock = FakeClock(change - timedelta(seconds=3))
    for _ in range(6):
        tick(clock)
        clock.advance(1)
    assert told(mic) == [[stamp(change - timedelta(seconds=3)), *before], [stamp(change), *after]]


@pytest.mark.django_db(transaction=True)
def test_with_the_metrics_at_the_same_second_it_is_still_told_once(markets) -> None:
    clock = FakeClock(LUNCH - timedelta(seconds=10))
    for _ in range(21):
        tick(clock, "market_clock", "market_metrics")
        clock.advance(1)
    assert [one[0] for one in told("XTKS")] == [stamp(LUNCH + timedelta(seconds=second)) for second in (-10, 0, 10)]
    assert [one[2] for one in told("XTKS")] == ["OPEN", "LUNCH", "LUNCH"]
    assert [one[0] for one in told("XNYS")] == [one[0] for one in told("XTKS")]


@pytest.mark.parametrize("first", ["market_clock", "market_metrics"])
def test_whichever_of_the_two_comes_first(markets, first: str) -> None:
    order = [first, *({"market_clock", "market_metrics"} - {first})]
    for at in (LUNCH - timedelta(seconds=1), LUNCH):
        for name in order:
            registry[name].work().run(at)
    assert [one[2] for one in told("XTKS")] == ["OPEN", "LUNCH"]


def test_seconds_that_the_heartbeat_missed_are_made_up_for_in_order(markets) -> None:
    MarketClockJob().run(LUNCH - timedelta(seconds=1))
    MarketClockJob().run(RESUMES + timedelta(seconds=7))
    assert told("XTKS")[1:] == [
        [stamp(LUNCH), "CLOSED", "LUNCH"],
        [stamp(RESUMES), "OPEN", "OPEN"],
        [stamp(RESUMES + timedelta(seconds=7)), "OPEN", "OPEN"],
    ]


def test_a_replay_that_jumps_over_a_weekend_tells_every_boundary_once_and_in_order(markets, tmp_path, settings) -> None:
    friday = [line(FRIDAY_CLOSE - timedelta(minutes=minute)) for minute in (3, 2, 1)]
    monday = [line(MONDAY_OPEN + timedelta(minutes=minute)) for minute in (0, 1)]
    settings.REPLAY, settings.REPLAY_SPEED = str(write_recording(tmp_path, [*friday, *monday])), "60"
    feeds.forget()
    clock = FakeClock()
    for _ in range(20):
        for name in ("intraday", "market_metrics", "market_clock"):
            if name != "market_metrics" or clock.at.second % 10 == 0:
                registry[name].work().run(clock())
        clock.advance(0.5)
    changes = [one for mic in ("XNYS", "XTKS") for one in status_changes(told(mic))]
    assert changes == [
        [stamp(FRIDAY_CLOSE), "CLOSED"],
        [stamp(MONDAY_OPEN), "OPEN"],
    ]
    moments = [moment for mic, moment, *_ in sent if mic == "XNYS"]
    assert moments == sorted(set(moments))


def status_changes(all_told: list[Told]) -> list[list[str]]:
    """When the status of a venue became another, by what was published."""
    found, last = [], all_told[0][1]
    for moment, status, _ in all_told:
        if status != last:
            found.append([moment, status])
        last = status
    return found


def test_a_weekend_with_other_markets_days_in_it_tells_theirs_too(markets) -> None:
    make_venue("XSAU", "known 2026-12-31\nrange 2026-11-16 2026-12-04\nusual 2026-11-16 10:00-15:00\n")
    tell_market_status(FRIDAY_CLOSE - timedelta(minutes=1))
    tell_market_status(MONDAY_OPEN)
    assert status_changes(told("XSAU")) == [
        ["2026-11-22T07:00:00Z", "OPEN"],
        ["2026-11-22T12:00:00Z", "CLOSED"],
        ["2026-11-23T07:00:00Z", "OPEN"],
        ["2026-11-23T12:00:00Z", "CLOSED"],
    ]


def test_who_was_away_for_long_is_told_the_present_only(markets) -> None:
    tell_market_status(datetime(2026, 11, 16, 15, tzinfo=UTC))
    sent.clear()
    tell_market_status(datetime(2026, 12, 1, 15, tzinfo=UTC))
    assert [(mic, moment) for mic, moment, *_ in sent] == [
        ("XTKS", "2026-12-01T15:00:00Z"),
        ("XNYS", "2026-12-01T15:00:00Z"),
    ]


def test_a_session_that_a_refresh_brings_in_is_told_to_the_second(markets) -> None:
    saturday = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    MarketClockJob().run(FRIDAY_CLOSE)
    usual = TradingSession.objects.get(venue__mic="XNYS", date=FRIDAY_CLOSE.date())
    TradingSession.objects.create(
        venue=usual.venue,
        date=saturday.date(),
        kind=Kind.SPECIAL,
        opens_at=saturday,
        closes_at=saturday + timedelta(hours=1),
    )
    for at in (FRIDAY_CLOSE + jobs.LOOK_AGAIN, saturday - timedelta(seconds=1), saturday):
        MarketClockJob().run(at)
    assert told("XNYS")[-1] == [stamp(saturday), "OPEN", "OPEN"]


def test_without_venues_it_waits(db) -> None:
    MarketClockJob().run(LUNCH)
    MarketClockJob().run(RESUMES)
    assert sent == []
    make_venue("XTKS", TOKYO_WEEKS)
    MarketClockJob().run(RESUMES + jobs.LOOK_AGAIN)
    MarketClockJob().run(TOKYO_CLOSES)
    assert told("XTKS") == [[stamp(TOKYO_CLOSES), "CLOSED", "CLOSED"]]


@pytest.mark.parametrize("due", [True, False])
def test_the_weekly_refresh_builds_only_what_is_old(monkeypatch: pytest.MonkeyPatch, due: bool) -> None:
    asked: list[datetime] = []
    monkeypatch.setattr(jobs, "refresh_due", lambda now: due)
    monkeypatch.setattr(jobs, "refresh", asked.append)
    CalendarRefreshJob().run(LUNCH)
    assert asked == ([LUNCH] if due else [])
    assert registry["calendar_refresh"].every == timedelta(days=7)
    assert registry["market_clock"].every == seconds(1)
