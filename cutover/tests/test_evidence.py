"""Evidence adds up by stay, session and provenance; differences are kept with both payloads, the newest of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from cutover import evidence
from cutover.evidence import Seen, Stay
from cutover.figures import Figures
from cutover.models import Mismatch, SessionEvidence
from cutover.parity import MISSING, Difference, Outcome
from cutover.sessions import Session
from cutover.tests.makers import NOON, make_record

pytestmark = pytest.mark.django_db

SESSION = Session("XNYS", date(2026, 11, 20), NOON, NOON + timedelta(hours=6))
SECOND = timedelta(seconds=1)


def figures_of(**where) -> list[Figures]:
    rows = SessionEvidence.objects.filter(**where).order_by("pk")
    return [msgspec.convert(row.figures, Figures) for row in rows]


def make_seen(**differing) -> Seen:
    fields = {
        "feature": "bonds",
        "topic": "bonds.X",
        "cursor": "e:1",
        "outcome": Outcome.MISMATCH,
        "rest": '{"pnl":1.5}',
        "socket": '{"pnl":2}',
        "fields": (Difference("pnl", Decimal("1.50"), MISSING),),
        "session": SESSION.date,
    }
    return Seen(**(fields | differing))


def test_what_is_added_adds_up(bonds):
    evidence.add("bonds", SESSION, Figures(matches=1, states=("a",)), NOON)
    evidence.add("bonds", SESSION, Figures(matches=2, states=("a", "b")), NOON + SECOND)
    row = SessionEvidence.objects.get()
    assert figures_of() == [Figures(matches=3, states=("a", "b"))]
    assert (row.looked_at, row.stage, row.opens_at, row.closes_at) == (
        NOON + SECOND,
        "shadow",
        SESSION.opens_at,
        SESSION.closes_at,
    )


def test_another_stay_release_broker_or_feed_begins_anew(bonds, settings):
    evidence.add("bonds", SESSION, Figures(matches=1), NOON)
    evidence.add("bonds", SESSION, Figures(matches=2), NOON, Stay("bonds", "canary", 4))
    for name in ("VERSION", "BROKER", "FEED"):
        setattr(settings, name, "another")
        evidence.add("bonds", SESSION, Figures(matches=3), NOON)
    assert figures_of() == [Figures(matches=n) for n in (1, 2, 3, 3, 3)]


def test_a_feature_that_is_off_or_not_planned_gathers_nothing(bonds):
    make_record(stage="off")
    evidence.add("bonds", SESSION, Figures(matches=1), NOON)
    evidence.add("nothing", SESSION, Figures(matches=1), NOON)
    assert figures_of() == []
    assert evidence.stays() == {}


def test_the_environment_keeps_it_in_shadow(bonds):
    make_record(stage="live", entered_version=3, environment="false")
    assert evidence.stays() == {"bonds": Stay("bonds", "shadow", 3)}


def test_two_probes_do_not_cover_the_same_time_twice(bonds):
    evidence.add("bonds", SESSION, Figures(covered_ms=5000), NOON, since=NOON - 5 * SECOND)
    evidence.add("bonds", SESSION, Figures(covered_ms=5000, matches=1), NOON + SECOND, since=NOON - 4 * SECOND)
    evidence.add("bonds", SESSION, Figures(covered_ms=5000), NOON + 6 * SECOND, since=NOON + SECOND)
    assert figures_of() == [Figures(covered_ms=10_000, matches=1)]


def test_an_empty_word_says_that_somebody_looked(bonds):
    assert evidence.last_look() is None
    evidence.add("bonds", SESSION, Figures(), NOON)
    evidence.add("bonds", SESSION, Figures(), NOON - SECOND)
    assert evidence.last_look() == evidence.last_look("bonds") == NOON
    assert evidence.last_look("stocks") is None


def test_a_difference_is_kept_with_both_payloads_and_the_field(bonds):
    evidence.record_mismatches([make_seen()], NOON)
    row = Mismatch.objects.get()
    assert (row.rest, row.socket, row.fields) == (
        '{"pnl":1.5}',
        '{"pnl":2}',
        [{"field": "pnl", "rest": 1.5, "socket": "(missing)"}],
    )
    assert (row.outcome, row.source, row.session, row.times, row.user) == ("mismatch", "probe", SESSION.date, 1, "")


def test_the_same_difference_again_is_counted(bonds):
    for seconds in range(3):
        evidence.record_mismatch(make_seen(), NOON + seconds * SECOND)
    evidence.record_mismatch(make_seen(cursor="e:2"), NOON)
    evidence.record_mismatch(make_seen(outcome=Outcome.IGNORED, rule="cents" * 40), NOON)
    assert [(row.times, row.at) for row in Mismatch.objects.order_by("pk")] == [
        (3, NOON + 2 * SECOND),
        (1, NOON),
        (1, NOON),
    ]


def test_the_oldest_give_way_of_one_feature_and_source(bonds, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_KEPT", 3)
    evidence.record_mismatch(make_seen(feature="stocks"), NOON)
    for n in range(6):
        evidence.record_mismatch(make_seen(cursor=f"e:{n}"), NOON)
    kept = Mismatch.objects.filter(feature="bonds").order_by("pk").values_list("cursor", flat=True)
    assert list(kept) == ["e:3", "e:4", "e:5"]
    assert Mismatch.objects.filter(feature="stocks").exists()


def test_a_payload_that_is_too_long_is_cut(bonds):
    evidence.record_mismatch(make_seen(rest="x" * (evidence.LONGEST_TEXT + 1)), datetime(2026, 11, 20, tzinfo=UTC))
    assert len(Mismatch.objects.get().rest) == evidence.LONGEST_TEXT
