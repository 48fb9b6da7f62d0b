"""Moves: the record, its history and the publication stand or fall together."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.contrib.auth import get_user_model

from cutover import services
from cutover.models import RestUse, StageMove, StageRecord
from cutover.selectors import history, stage_of, stages_now
from cutover.services import GateRefused, advance, canary, note_environment, rollback, sign_off
from cutover.stages import (
    CutoverError,
    HeldBack,
    IllegalMove,
    Source,
    Stage,
    Standing,
    UnknownFeature,
    UnusableReason,
    VersionMovedOn,
)
from cutover.tests.cases import make_evidence
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
    assert kept.forced
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


def show_evidence(record=None):
    """Two clean sessions of this stay, of Monday and Tuesday."""
    stay = StageRecord.objects.get() if record is None else record
    for day in (0, 1):
        make_evidence(day, stay.entered_version, Stage(stay.stage))


@pytest.fixture
def ann():
    """One user, who is in every canary of 88 %."""
    return get_user_model().objects.create(pk=1, username="ann")


def test_without_evidence_a_step_is_refused_and_says_what_is_missing(bonds):
    make_evidence(3)
    with pytest.raises(GateRefused) as refused:
        advance("bonds", make_decision())
    assert str(refused.value).splitlines() == [
        "bonds stays in shadow: the gate to canary is shut",
        "  · sessions  1 of 2 clean – 1 more clean session; the next opens Fri 2026-11-20 14:30Z",
        "  next: python manage.py check_cutover_status --verbose",
        "  anyway: the same with --force, which is recorded",
    ]
    assert refused.value.judgement.squares[0].verdict == "pass"
    assert (stage_of("bonds").stage, history("bonds")) == (Stage.SHADOW, [])


def test_with_evidence_every_stage_is_reached_and_each_needs_its_own(bonds, ann):
    make_record()
    show_evidence()
    moves = [advance("bonds", make_decision())]
    canary("bonds", make_decision(forced=True), percent=100)
    show_evidence()
    moves.append(advance("bonds", make_decision(), to=Stage.LIVE))
    show_evidence()
    with pytest.raises(GateRefused, match="cutover sign-off bonds"):
        advance("bonds", make_decision())
    sign_off("bonds", make_decision(by="carl"))
    moves.append(advance("bonds", make_decision()))
    show_evidence()
    moves.append(advance("bonds", make_decision(), to=Stage.RETIRED))
    assert [move.to_stage for move in moves] == ["canary", "live", "sunset", "retired"]
    assert {move.evidence["verdict"] for move in moves} == {"pass"}
    assert {move.forced for move in moves} == {False}
    with pytest.raises(IllegalMove, match="the way from here is: rollback"):
        advance("bonds", make_decision())


def test_evidence_of_another_stay_release_or_feed_opens_nothing(bonds, settings):
    show_evidence(make_record(entered_version=4))
    for differing in ({"entered_version": 3}, {"entered_version": 4}):
        StageRecord.objects.update(**differing)
        settings.VERSION = "another" if differing["entered_version"] == 4 else settings.VERSION
        with pytest.raises(GateRefused, match="0 of 2 clean"):
            advance("bonds", make_decision())


def test_a_forced_step_is_recorded_with_what_was_missing(bonds):
    move = advance("bonds", make_decision(forced=True))
    kept = history("bonds")[0]
    assert (kept, kept.forced, kept.evidence["verdict"]) == (move, True, "inconclusive")
    assert {"sessions", "parity"} <= {line["name"] for line in kept.evidence["lines"]}


def test_a_call_by_a_program_holds_retirement_up(bonds):
    record = make_record(stage="sunset", entered_version=3)
    show_evidence(record)
    at = NOON - timedelta(days=3, hours=2)
    RestUse.objects.create(
        feature="bonds", day=at, caller="program", user_id=1, username="x", agent="curl", first_at=at, last_at=at
    )
    with pytest.raises(GateRefused, match=r"1 of 2 full sessions .* – the last call was Tue 2026-11-17 10:00Z"):
        advance("bonds", make_decision())


def test_a_canary_is_begun_widened_narrowed_and_taken_live(bonds):
    force = make_decision(forced=True)
    advance("bonds", force, percent=25)
    with pytest.raises(GateRefused):
        advance("bonds", make_decision(), percent=26)
    advance("bonds", force, percent=50)
    narrowed = [canary("bonds", make_decision(), 20), canary("bonds", make_decision())]
    assert [move.percent for move in narrowed] == [20, 20]
    assert StageRecord.objects.get().entered_version == 1
    advance("bonds", force, to=Stage.LIVE)
    assert stage_of("bonds") == Standing(Stage.LIVE, 0, Source.RECORD)
    assert StageRecord.objects.get().entered_version == 5
    assert [move.percent for move in history("bonds")] == [0, 20, 20, 50, 25]


def test_a_canary_can_be_limited_to_a_cohort_and_only_narrowing_is_free(bonds, ann, cohort):
    canary("bonds", make_decision(forced=True), cohort="odd")
    assert stage_of("bonds") == Standing(Stage.CANARY, 10, Source.RECORD, "odd")
    with pytest.raises(GateRefused):
        canary("bonds", make_decision(), cohort="")
    canary("bonds", make_decision(forced=True), cohort="", percent=40)
    assert canary("bonds", make_decision(), cohort="odd").cohort == "odd"
    assert advance("bonds", make_decision(forced=True), percent=60).cohort == "odd"
    advance("bonds", make_decision(forced=True))
    assert StageRecord.objects.get().cohort == ""


def test_a_canary_without_members_is_inconclusive(bonds, ann, cohort):
    advance("bonds", make_decision(forced=True), percent=1)
    show_evidence()
    with pytest.raises(GateRefused, match="cutover canary bonds --percent 88"):
        advance("bonds", make_decision())
    canary("bonds", make_decision(), percent=88)
    assert advance("bonds", make_decision()).to_stage == "live"


@pytest.mark.parametrize(
    ("stage", "options", "answer"),
    [
        ("shadow", {"cohort": "swiss"}, "no cohort 'swiss'; there are: odd"),
        ("canary", {"cohort": "odd"}, "--cohort limits a canary; this step leads to live"),
        (
            "canary",
            {"sunset_at": NOON},
            "--sunset-at says when REST is turned off after sunset; this step leads to live",
        ),
        ("live", {"sunset_at": NOON}, "--sunset-at takes a time to come, not 2026-11-20 12:00:00Z"),
        ("live", {"expected_version": 3}, "bonds is at version 4, not 3: ben moved it to live; look again"),
    ],
)
def test_what_an_operator_says_must_fit_the_step(bonds, cohort, stage, options, answer):
    make_record(stage=stage, version=4, by="ben")
    with pytest.raises(CutoverError) as refused:
        advance("bonds", make_decision(forced=True), **options)
    assert str(refused.value) == answer


def test_who_expects_another_version_moves_nothing(bonds):
    with pytest.raises(VersionMovedOn, match="at version 0, not 1: nobody has moved it; look again"):
        canary("bonds", make_decision(), expected_version=1)
    advance("bonds", make_decision(forced=True), expected_version=0)
    for move in (rollback, sign_off):
        with pytest.raises(VersionMovedOn):
            move("bonds", make_decision(), expected_version=0)
    assert rollback("bonds", make_decision(), expected_version=1).version == 2


def test_sunset_tells_when_rest_ends(bonds):
    make_record(stage="live")
    advance("bonds", make_decision(forced=True))
    assert StageRecord.objects.get().sunset_at == NOON + timedelta(days=14)
    advance("bonds", make_decision(forced=True))
    assert StageRecord.objects.get().sunset_at == NOON + timedelta(days=14)
    rollback("bonds", make_decision())
    assert StageRecord.objects.get().sunset_at is None
    StageRecord.objects.update(stage="live")
    advance("bonds", make_decision(forced=True), sunset_at=NOON + timedelta(days=2))
    assert StageRecord.objects.get().sunset_at == NOON + timedelta(days=2)


def test_a_feature_is_signed_off_by_name_once_in_a_stay_and_only_while_live(bonds):
    with pytest.raises(IllegalMove, match="signed off while it is live, before sunset; this one is in shadow"):
        sign_off("bonds", make_decision())
    make_record(stage="live", entered_version=3)
    given = sign_off("bonds", make_decision(reason=" all good "))
    assert (given.by, given.reason, given.entered_version) == ("anna", "all good", 3)
    with pytest.raises(IllegalMove, match="anna signed bonds off already, at 2026-11-20 12:00:00Z"):
        sign_off("bonds", make_decision())
    assert sign_off("bonds", make_decision(by="ben")).by == "ben"


def test_a_rollback_needs_no_evidence_and_holds(bonds):
    advance("bonds", make_decision(forced=True))
    move = rollback("bonds", make_decision(reason="prices froze"))
    assert (move.to_stage, move.evidence) == ("shadow", {})
    assert stage_of("bonds").stage is Stage.SHADOW
    assert last_publication()["offset"] == 2


def test_what_is_held_back_needs_force_until_its_time_is_over(bonds):
    make_record(stage="live", entered_version=7, version=7)
    rollback("bonds", make_decision(by="watch", reason="1 gap"), held_for=timedelta(minutes=30))
    show_evidence()
    assert last_publication()["data"]["stages"][0]["held_until"] == "2026-11-20T12:30:00Z"
    with pytest.raises(HeldBack) as refused:
        advance("bonds", make_decision(at=NOON + timedelta(minutes=29)))
    told = "watch holds bonds back until 2026-11-20 12:30:00Z (1 gap); --force moves it anyway"
    assert str(refused.value) == told
    assert advance("bonds", make_decision(at=NOON + timedelta(minutes=30))).to_stage == "canary"
    assert StageRecord.objects.get().held_until is None


def test_from_off_to_shadow_nothing_is_asked(bonds):
    make_record(stage="off", held_until=NOON + timedelta(hours=1))
    assert advance("bonds", make_decision()).to_stage == "shadow"


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_a_move_without_a_usable_reason_is_refused(bonds, reason):
    with pytest.raises(UnusableReason, match="give one of at most 500 characters with --reason"):
        make_decision(reason=reason)


def test_what_is_refused_leaves_no_trace(bonds):
    make_record(stage="retired", version=4)
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
        advance("bonds", make_decision(forced=True))
    assert stage_of("bonds").stage is Stage.SHADOW
    assert history("bonds") == []


def test_true_in_the_environment_is_recorded_once_and_then_the_record_decides(bonds, settings):
    settings.WS_FEATURES = {bonds.flag: True}
    (move,) = note_environment(NOON)
    assert (move.by, move.to_stage, move.reason) == ("environment", "live", "WS_FEATURE_BONDS=true")
    assert (move.forced, move.evidence["target"], move.evidence["verdict"]) == (True, "live", "inconclusive")
    rollback("bonds", make_decision())
    assert note_environment(NOON) == []
    assert stage_of("bonds") == Standing(Stage.SHADOW, 0, Source.RECORD)


def test_true_in_the_environment_is_no_force_where_the_gate_is_open(bonds, settings, ann):
    show_evidence(make_record(stage="canary", percent=100))
    settings.WS_FEATURES = {bonds.flag: True}
    (move,) = note_environment(NOON)
    assert (move.to_stage, move.forced, move.evidence["verdict"]) == ("live", False, "pass")


def test_true_in_the_environment_skips_the_canary_only_by_force(bonds, settings):
    show_evidence(make_record())
    settings.WS_FEATURES = {bonds.flag: True}
    assert note_environment(NOON)[0].forced


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
