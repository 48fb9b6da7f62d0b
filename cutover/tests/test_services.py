"""Moves: the record, its history and the publication stand or fall together."""

from __future__ import annotations

import msgspec
import pytest

from cutover import services
from cutover.models import StageMove, StageRecord
from cutover.selectors import history, stage_of, stages_now
from cutover.services import NO_EVIDENCE, advance, note_environment, rollback
from cutover.stages import IllegalMove, Source, Stage, Standing, UnknownFeature, UnusableReason
from cutover.tests.makers import NOON, make_decision, make_record
from realtime import history as published
from realtime.contract import encode

pytestmark = pytest.mark.django_db


def last_publication() -> dict:
    return msgspec.json.decode(published.since("stages", 0)[-1].text)


def test_a_step_is_recorded_remembered_and_published(bonds):
    move = advance("bonds", make_decision(reason=" looks right \n", forced=True))
    assert stage_of("bonds") == Standing(Stage.CANARY, 10, Source.RECORD)
    (kept,) = history("bonds")
    assert (kept, kept.by, kept.at, kept.reason) == (move, "anna", NOON, "looks right")
    assert (kept.from_stage, kept.to_stage, kept.percent, kept.version) == ("shadow", "canary", 10, 1)
    assert (kept.forced, kept.evidence) == (True, NO_EVIDENCE)
    frame = last_publication()
    assert frame["offset"] == 1
    assert frame["as_of"] == "2026-11-20T12:00:00Z"
    assert frame["data"] == msgspec.json.decode(encode(stages_now()))
    assert frame["data"]["stages"] == [
        {
            "feature": "bonds",
            "stage": "canary",
            "percent": 10,
            "source": "record",
            "version": 1,
            "changed_at": "2026-11-20T12:00:00Z",
            "cohort": "",
            "by": kept.by,
            "reason": kept.reason,
            "held_until": None,
        }
    ]


@pytest.mark.parametrize(("named", "share"), [(None, 10), (25, 25)])
def test_a_canary_is_begun_widened_and_taken_live(bonds, named, share):
    advance("bonds", make_decision(), percent=named)
    assert stage_of("bonds") == Standing(Stage.CANARY, share, Source.RECORD)
    advance("bonds", make_decision(), percent=50)
    assert stage_of("bonds") == Standing(Stage.CANARY, 50, Source.RECORD)
    advance("bonds", make_decision(), to=Stage.LIVE)
    assert stage_of("bonds") == Standing(Stage.LIVE, 0, Source.RECORD)
    assert [(move.to_stage, move.percent) for move in history("bonds")] == [
        ("live", 0),
        ("canary", 50),
        ("canary", share),
    ]


def test_a_rollback_needs_no_evidence_and_holds(bonds):
    advance("bonds", make_decision())
    move = rollback("bonds", make_decision(reason="prices froze"))
    assert (move.to_stage, move.evidence) == ("shadow", {})
    assert stage_of("bonds").stage is Stage.SHADOW
    assert last_publication()["offset"] == 2


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_a_move_without_a_usable_reason_is_refused(bonds, reason):
    with pytest.raises(UnusableReason, match="give one of at most 500 characters with --reason"):
        make_decision(reason=reason)


def test_what_is_refused_leaves_no_trace(bonds):
    make_record(stage="live", version=4)
    with pytest.raises(IllegalMove):
        advance("bonds", make_decision())
    with pytest.raises(UnknownFeature):
        rollback("swaps", make_decision())
    assert StageRecord.objects.get().version == 4
    assert not StageMove.objects.exists()
    assert published.since("stages", 0) == []


def test_a_move_that_cannot_be_published_is_not_recorded(bonds, monkeypatch):
    def broken(stream, keys):
        raise RuntimeError("no publication")

    monkeypatch.setattr(services, "publish", broken)
    with pytest.raises(RuntimeError):
        advance("bonds", make_decision())
    assert stage_of("bonds").stage is Stage.SHADOW
    assert history("bonds") == []


def test_true_in_the_environment_is_recorded_once_and_then_the_record_decides(bonds, settings):
    settings.WS_FEATURES = {bonds.flag: True}
    (move,) = note_environment(NOON)
    assert (move.by, move.to_stage, move.reason) == ("environment", "live", "WS_FEATURE_BONDS=true")
    assert (move.forced, move.evidence) == (True, NO_EVIDENCE)
    rollback("bonds", make_decision())
    assert note_environment(NOON) == []
    assert stage_of("bonds") == Standing(Stage.SHADOW, 0, Source.RECORD)


def test_a_flag_set_anew_moves_anew(bonds, settings):
    for flags in ({bonds.flag: True}, {}, {bonds.flag: True}):
        settings.WS_FEATURES = flags
        note_environment(NOON)
        if not flags:
            rollback("bonds", make_decision())
    assert [move.by for move in history("bonds")] == ["environment", "anna", "environment"]


@pytest.mark.parametrize("stage", [Stage.LIVE, Stage.SUNSET, Stage.RETIRED])
def test_true_moves_nothing_that_shows_pushed_data_already(bonds, settings, stage):
    make_record(stage=stage)
    settings.WS_FEATURES = {bonds.flag: True}
    assert note_environment(NOON) == []
    assert stage_of("bonds").stage is stage


def test_false_pins_and_publishes_and_unset_frees_what_was_recorded_meanwhile(bonds, settings):
    make_record(stage="retired")
    settings.WS_FEATURES = {bonds.flag: False}
    assert note_environment(NOON) == []
    assert last_publication()["data"]["stages"][0]["source"] == "environment"
    assert stage_of("bonds") == Standing(Stage.SHADOW, 0, Source.ENVIRONMENT)
    settings.WS_FEATURES = {}
    assert stage_of("bonds").source is Source.ENVIRONMENT  # until a server starts without it
    note_environment(NOON)
    assert stage_of("bonds") == Standing(Stage.RETIRED, 0, Source.RECORD)
    assert last_publication()["offset"] == 2


def test_another_processs_environment_does_not_change_what_a_server_noted(bonds, settings):
    settings.WS_FEATURES = {bonds.flag: True}
    note_environment(NOON)
    settings.WS_FEATURES = {bonds.flag: False}
    rollback("bonds", make_decision())
    assert last_publication()["data"]["stages"][0]["source"] == "record"


def test_a_start_without_change_publishes_nothing(bonds):
    assert note_environment(NOON) == []
    assert published.since("stages", 0) == []
