"""Live features go back by themselves, and are held there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from structlog.testing import capture_logs

from cutover import watch as watching
from cutover.models import SessionEvidence, StageRecord
from cutover.selectors import history, stage_of
from cutover.services import advance, rollback
from cutover.stages import HeldBack, Stage
from cutover.tests.cases import make_evidence, make_mismatch
from cutover.tests.makers import NOON, make_decision, make_record
from cutover.tests.test_budget import Broken
from cutover.watch import Vigil, watch
from jobs.tests.makers import make_run
from realtime import history as published

pytestmark = pytest.mark.django_db
IN_SESSION = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture
def live(bonds, monkeypatch):
    """`bonds` is live since noon, its job has just run, and nobody has watched before."""
    monkeypatch.setattr(watching, "_vigil", Vigil())
    make_run(job="bonds", finished_at=NOON)
    make_record(stage="live", version=3, entered_version=3, entered_at=NOON, changed_at=NOON)
    return bonds


def see(at=NOON, **figures) -> None:
    """The probe looked at `at`, and found this in the session before."""
    row = make_evidence(3, entered_version=3, stage=Stage.LIVE, **figures)
    SessionEvidence.objects.filter(pk=row.pk).update(looked_at=at)


def test_what_is_well_stays(live):
    see()
    assert watch(NOON) == []
    assert stage_of("bonds").stage is Stage.LIVE


def test_a_mismatch_takes_it_back_says_where_and_holds_it(live, settings):
    see(mismatches=1)
    make_mismatch(digest="old", at=NOON - timedelta(hours=1), fields=[{"field": "old", "rest": 1, "socket": 2}])
    make_mismatch(digest="rule", rule="a rule", fields=[{"field": "ignored", "rest": 1, "socket": 2}])
    make_mismatch(digest="new", fields=[{"field": "positions[AAPL].pnl", "rest": 1, "socket": 2}])
    (move,) = watch(NOON)
    assert (move.by, move.to_stage, move.reason) == ("watch", "shadow", "1 mismatch: positions[AAPL].pnl")
    row = msgspec.json.decode(published.since("stages", 0)[-1].text)["data"]["stages"][0]
    assert (row["by"], row["reason"]) == ("watch", "1 mismatch: positions[AAPL].pnl")
    assert row["held_until"] == "2026-11-20T12:30:00Z"
    with pytest.raises(HeldBack):
        advance("bonds", make_decision())
    assert watch(NOON) == []


def test_a_rehearsal_is_held_for_less_but_never_for_nothing(live, settings):
    settings.TEMPO = 1000
    see(gaps=1)
    watch(NOON)
    assert StageRecord.objects.get().held_until == NOON + timedelta(seconds=5)


def test_a_job_that_stopped_takes_it_back_once_it_was_watched_so_long(live):
    for seconds in (0, 10, 20, 30):
        assert watch(NOON + timedelta(seconds=seconds)) == []
    (move,) = watch(NOON + timedelta(seconds=34))
    assert move.reason == "stale 34 s (limit 30 s)"


def test_a_machine_that_slept_is_given_time_to_wake(live):
    watch(NOON)
    assert watch(NOON + timedelta(hours=8)) == []
    assert watch(NOON + timedelta(hours=8, seconds=5)) == []
    assert stage_of("bonds").stage is Stage.LIVE


def test_a_reconnect_storm_takes_it_back(live):
    see()
    (move,) = watch(NOON, Broken(17, 30))
    assert move.reason == "reconnect storm: 17 sockets broke within a minute, 30 are open"


@pytest.mark.parametrize("stage", ["canary", "live", "sunset", "retired"])
def test_every_stage_that_shows_pushed_data_is_watched(live, stage):
    StageRecord.objects.update(stage=stage)
    see(faulty=2)
    assert [move.reason for move in watch(NOON)] == ["2 messages with a faulty field"]


@pytest.mark.parametrize("differing", [{"stage": "shadow"}, {"stage": "off"}, {"environment": "false"}])
def test_what_shows_rest_is_left_alone(live, differing):
    StageRecord.objects.update(**differing)
    see(gaps=1)
    assert watch(NOON) == []


def test_evidence_of_another_stay_does_not_count_nor_what_is_old(live):
    make_evidence(2, entered_version=2, gaps=1)
    see(NOON - timedelta(seconds=16), gaps=1)
    assert watch(NOON) == []


def test_without_data_in_a_session_it_does_nothing_but_says_so_once(live):
    make_run(job="bonds", due_at=IN_SESSION, finished_at=IN_SESSION)
    with capture_logs() as logs:
        assert [watch(IN_SESSION + timedelta(seconds=late)) for late in (0, 5)] == [[], []]
    blind = {"event": "watch.blind", "log_level": "warning", "feature": "bonds", "patience_seconds": 15.0}
    assert logs == [blind]
    see(IN_SESSION + timedelta(seconds=10))
    with capture_logs() as logs:
        watch(IN_SESSION + timedelta(seconds=10))
    assert logs == [{"event": "watch.sees", "log_level": "info", "feature": "bonds"}]


def test_who_has_just_moved_it_is_given_the_time_of_a_look(live):
    StageRecord.objects.update(entered_at=IN_SESSION)
    make_run(job="bonds", due_at=IN_SESSION, finished_at=IN_SESSION)
    with capture_logs() as logs:
        watch(IN_SESSION + timedelta(seconds=15))
    assert logs == []
    StageRecord.objects.update(entered_at=None)
    with capture_logs() as logs:
        watch(IN_SESSION + timedelta(seconds=15))
    assert [line["event"] for line in logs] == ["watch.blind"]


def test_who_was_moved_meanwhile_is_judged_anew_at_the_next_look(live, monkeypatch):
    see(gaps=1)
    real = watching.evidence_of

    def moved_meanwhile(record):
        if stage_of("bonds").stage is Stage.LIVE:
            rollback("bonds", make_decision(by="ben"))
        return real(record)

    monkeypatch.setattr(watching, "evidence_of", moved_meanwhile)
    assert watch(NOON) == []
    assert [move.by for move in history("bonds")] == ["ben"]


def test_the_reason_fits_the_record(live):
    see(mismatches=1)
    make_mismatch(fields=[{"field": "x" * 600, "rest": 1, "socket": 2}])
    assert len(watch(NOON)[0].reason) == 500
