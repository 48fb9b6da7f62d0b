"""What an operator types and reads."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from cutover import plans
from cutover.models import ServerProcess, StageRecord
from cutover.selectors import history, stage_of
from cutover.services import advance, canary
from cutover.stages import Stage
from cutover.tests.cases import make_evidence, make_mismatch
from cutover.tests.makers import NOON, make_decision, make_record
from jobs.heartbeat import JOB
from jobs.models import JobRun
from jobs.tests.makers import make_run
from realtime.models import Topic
from realtime.publisher import publish

pytestmark = pytest.mark.django_db


def run(*words: str, **options) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def status(*words: str):
    """The exit status of check_cutover_status, and what it printed."""
    out = StringIO()
    try:
        call_command("check_cutover_status", *words, stdout=out)
    except SystemExit as left:
        return left.code, out.getvalue()
    return 0, out.getvalue()


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.fixture
def beating(bonds):
    """A desk at work: the heartbeat and the job of `bonds` completed a run just now, and three publications were made."""
    for job in (JOB, "bonds"):
        make_run(job=job)
    with transaction.atomic():
        publish("bonds", [{"isin": "a"}, {"isin": "b"}, {"isin": "a"}])
    with time_machine.travel(NOON + timedelta(seconds=4), tick=False):
        yield bonds


def test_advance_says_where_it_led_and_the_way_back(bonds):
    assert lines(run("cutover", "advance", "bonds", reason="looks right", by="anna", force=True)) == [
        "bonds: shadow → canary 10 %, version 1, by anna, forced",
        'back within a second: python manage.py cutover rollback bonds --reason "…"',
    ]
    (move,) = history("bonds")
    assert (move.by, move.reason, move.forced) == ("anna", "looks right", True)


def test_a_canary_and_its_way_back(bonds, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "ben")
    told = run("cutover", "advance", "bonds", reason="first users", percent="25", to="canary", force=True)
    assert lines(told)[0] == "bonds: shadow → canary 25 %, version 1, by ben, forced"
    assert history("bonds")[0].forced
    assert lines(run("cutover", "rollback", "bonds", reason="prices froze")) == [
        "bonds: canary → shadow, version 2, by ben"
    ]


def test_each_step_leads_to_the_next_and_names_its_share_of_users(bonds):
    steps = [{"reason": "first users"}, {"reason": "more users", "percent": "50"}, {"reason": "all users"}]
    told = [lines(run("cutover", "advance", "bonds", by="anna", force=True, **step))[0] for step in steps]
    assert told == [
        "bonds: shadow → canary 10 %, version 1, by anna, forced",
        "bonds: canary → canary 50 %, version 2, by anna, forced",
        "bonds: canary → live, version 3, by anna, forced",
    ]


def test_on_a_machine_without_a_user_the_command_line_decides(bonds, monkeypatch):
    def nobody():
        raise OSError("no user name")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert "by command line" in run("cutover", "advance", "bonds", reason="looks right", force=True)


def test_a_pinned_feature_says_that_the_move_shows_nothing_yet(bonds):
    make_record(environment="false")
    told = lines(run("cutover", "advance", "bonds", reason="looks right", by="anna", force=True))
    assert told[1] == "but WS_FEATURE_BONDS=false pins it to shadow: unset it, then restart the server"
    assert stage_of("bonds").stage is Stage.SHADOW


def test_history_shows_who_when_why_and_on_what_evidence(bonds):
    assert run("cutover", "history", "bonds") == "bonds was never moved: it stands in shadow by default\n"
    for day in (0, 1):
        make_evidence(day)
    advance("bonds", make_decision(), percent=10)
    advance("bonds", make_decision(by="ben", reason="all good", forced=True))
    run("cutover", "rollback", "bonds", reason="prices froze", by="carl")
    header, third, second, *_, first = lines(run("cutover", "history", "bonds"))
    assert header == "version at by from to reason evidence"
    assert third.startswith("3 ")
    assert third.endswith("carl live shadow prices froze –")
    assert second.startswith(
        "2 2026-11-20 12:00:00Z ben canary live all good forced; lacked arriving, cadence, fields,"
    )
    assert first == "1 2026-11-20 12:00:00Z anna shadow canary 10 % looks right gate open"


@pytest.mark.parametrize(
    ("words", "options", "answer"),
    [
        ([], {}, "no action ''; there are: advance, canary, rollback, sign-off, history, mismatches"),
        (["fly", "bonds"], {}, "no action 'fly'; there are: advance, canary, rollback, sign-off, history, mismatches"),
        (["advance"], {"reason": "x"}, "no feature ''; there are: bonds"),
        (["rollback", "swaps"], {"reason": "x"}, "no feature 'swaps'; there are: bonds"),
        (["history", "swaps"], {}, "no feature 'swaps'; there are: bonds"),
        (
            ["advance", "bonds"],
            {},
            "Every move is recorded with its reason: give one of at most 500 characters with --reason.",
        ),
        (
            ["sign-off", "bonds"],
            {"reason": "x"},
            "a feature is signed off while it is live, before sunset; this one is in shadow",
        ),
        (["canary", "bonds"], {"reason": "x", "percent": "0"}, "--percent takes 1 to 100, not 0"),
        (["canary", "bonds"], {"reason": "x", "cohort": "swiss"}, "no cohort 'swiss'; there are: odd"),
        (
            ["advance", "bonds"],
            {"reason": "x", "sunset_at": "soon"},
            "--sunset-at takes a day as 2026-12-24 or a time as 2026-12-24T16:00Z, not 'soon'",
        ),
        (["rollback", "bonds"], {"reason": "x"}, "in shadow clients show REST already; the way from here is: advance"),
        (["advance", "bonds"], {"reason": "x", "percent": "many"}, "--percent takes 1 to 100, not 'many'"),
        (
            ["advance", "bonds"],
            {"reason": "x", "to": "moon"},
            "no stage 'moon'; there are: off, shadow, canary, live, sunset, retired",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_that_says_what_can(bonds, cohort, words, options, answer):
    with pytest.raises(CommandError) as refused:
        run("cutover", *words, **options)
    assert str(refused.value) == answer


def refuse(execute, *call):
    raise OperationalError("the disk is gone")


def test_an_unreadable_store_moves_nothing_and_says_so(bonds):
    with connection.execute_wrapper(refuse), pytest.raises(CommandError) as refused:
        run("cutover", "advance", "bonds", reason="x")
    assert str(refused.value) == "nothing was moved, the database answers: the disk is gone"


def test_a_gate_that_is_shut_lists_what_is_missing(bonds):
    with pytest.raises(CommandError) as refused:
        run("cutover", "advance", "bonds", reason="x")
    head, sessions, unknown, *following = lines(str(refused.value))
    assert head == "bonds stays in shadow: the gate to canary is shut"
    assert sessions.startswith("· sessions 0 of 2 clean – 2 more clean sessions; the next opens ")
    assert unknown.startswith("· unknown arriving, cadence, ")
    assert following == [
        "next: python manage.py check_cutover_status --verbose",
        "anyway: the same with --force, which is recorded",
    ]


def test_a_canary_of_a_cohort_its_sign_off_and_its_sunset(bonds, cohort):
    told = lines(run("cutover", "canary", "bonds", reason="a start", by="anna", cohort="odd", percent="30", force=True))
    assert told[0] == "bonds: shadow → canary 30 % of odd, version 1, by anna, forced"
    told = lines(run("cutover", "canary", "bonds", reason="fewer", by="anna", percent="20"))
    assert told[0] == "bonds: canary → canary 20 % of odd, version 2, by anna"
    run("cutover", "canary", "bonds", reason="all", by="anna", cohort="everybody", force=True)
    run("cutover", "advance", "bonds", reason="on", by="anna", force=True)
    assert lines(run("cutover", "sign-off", "bonds", reason="nobody needs REST", by="carl")) == [
        "bonds: signed off by carl, while it stays live",
        'next: python manage.py cutover advance bonds --reason "…"',
    ]
    run("cutover", "advance", "bonds", reason="off", by="anna", sunset_at="2099-12-24", force=True)
    assert StageRecord.objects.get().sunset_at == datetime(2099, 12, 24, tzinfo=UTC)
    _, *moves, signed = lines(run("cutover", "history", "bonds"))
    assert [move.split()[0] for move in moves if move[0].isdigit()] == ["5", "4", "3", "2", "1"]
    assert "canary 20 % of odd fewer –" in moves[-2] or any("canary 20 % of odd fewer" in move for move in moves)
    assert signed.startswith("signed off ")
    assert signed.endswith(" by carl: nobody needs REST")


def test_mismatches_show_the_fields_that_differ_and_on_demand_both_payloads(bonds):
    assert lines(run("cutover", "mismatches", "bonds")) == ["bonds: 0 kept; the newest first"]
    make_mismatch(digest="a", times=3, fields=[{"field": "pnl", "rest": 12.5, "socket": None}])
    make_mismatch(digest="b", rule="rounding", source="browser", user="ben", at=NOON - timedelta(hours=1))
    assert lines(run("cutover", "mismatches", "bonds")) == [
        "bonds: 1 kept, 1 more let pass by rules; the newest first",
        "2026-11-20 12:00:00Z mismatch bonds.x at e:7 by probe 3 times",
        "pnl REST 12.5 socket null",
        "2026-11-20 11:00:00Z mismatch bonds.x at e:7 by browser of ben let pass by rule rounding",
    ]
    assert 'REST {"isin":"a"}' in lines(run("cutover", "mismatches", "bonds", payloads=True))


def test_a_quiet_morning_in_shadow(beating):
    code, text = status()
    head, columns, row, step, sessions, unknown = lines(text)
    assert code == 0
    assert head.startswith("SHADOW MODE ")
    assert columns == "feature shows stage decided by REST timer last completed run published"
    assert row == "bonds ⚪ REST shadow record (default) every 10 s 4 s ago 3"
    assert step == "bonds → canary"
    assert sessions == "· sessions 0 of 2 clean – 2 more clean sessions; the next opens Fri 2026-11-20 14:30Z"
    assert unknown.startswith("· unknown arriving, cadence, fields,")


def test_a_feature_that_is_ready_says_what_to_type(beating):
    make_evidence(2)
    make_evidence(3)
    assert lines(status()[1])[-2:] == [
        "bonds → canary ■■ ready",
        'next: python manage.py cutover advance bonds --reason "…"',
    ]
    full = lines(status("--verbose")[1])
    assert "✔ parity 4 000 equal, 0 differ" in full
    assert "lag 99 % within 10 ms" in full
    assert "■ 2026-11-19 100 % covered, 20 states compared" in full


def test_a_live_feature_that_is_well_only_waits(beating):
    make_record(stage="live", changed_at=NOON, by="anna")
    code, text = status()
    assert code == 0
    head, _, row, step, *waits = lines(text)
    assert head.startswith("FULL CUTOVER ")
    assert row == "bonds ✅ WS live anna, 4 s ago off 4 s ago 3"
    assert step == "bonds → sunset"
    assert not any(line.startswith(("✖", "next")) for line in waits)


def test_a_live_feature_that_fails_a_check_says_which_and_the_way_back(beating):
    make_record(stage="live", changed_at=NOON, by="anna")
    make_evidence(3, stage=Stage.LIVE, mismatches=2)
    code, text = status()
    assert code == 1
    told = lines(text)
    assert told[1] == "✖ bonds fails: parity: 2 000 equal, 2 differ – see the mismatches"
    assert told[-1] == 'next: python manage.py cutover rollback bonds --reason "parity"'


def test_servers_whose_environments_differ_are_a_doubt(beating):
    for name, value in (("a", "true"), ("b", "")):
        ServerProcess.objects.create(
            name=name, kind="web", release="1", started_at=NOON, seen_at=NOON, flags={beating.flag: value}
        )
    code, text = status()
    assert code == 2
    assert "✖ WS_FEATURE_BONDS differs: not set in b; true in a" in lines(text)


def test_a_canary_is_transitioning(beating):
    advance("bonds", make_decision(forced=True), percent=25)
    row = lines(status()[1])[2]
    assert row == "bonds ⚡ transitioning canary 25 % anna, 4 s ago every 10 s; off for 25 % 4 s ago 3"


def test_a_canary_names_its_cohort(beating, cohort):
    canary("bonds", make_decision(forced=True), cohort="odd")
    assert "canary 10 % of odd" in lines(status()[1])[2]


def test_a_pinned_feature_names_its_variable(beating):
    make_record(environment="false", stage="live")
    assert "environment: WS_FEATURE_BONDS=false" in lines(status()[1])[2]


def test_a_live_feature_whose_job_is_stale_fails(beating):
    JobRun.objects.filter(job="bonds").update(finished_at=NOON - timedelta(minutes=4))
    make_record(stage="live")
    code, text = status()
    assert code == 1
    problem = "✖ bonds fails: its job last completed a run 4 min ago; more than 30 s is stale"
    assert problem in lines(text)
    assert 'next: python manage.py cutover rollback bonds --reason "stale"' in lines(text)
    assert "(stale)" in text


def test_without_a_heartbeat_it_cannot_tell(bonds):
    code, text = status()
    assert code == 2
    assert "no heartbeat ever ran on this database" in text
    assert "never" in lines(text)[3]


def test_an_unreadable_store_cannot_tell_and_shows_what_is_served_then(beating):
    with connection.execute_wrapper(refuse):
        code, text = status()
    assert code == 2
    assert "the database cannot be read (the disk is gone)" in text
    assert "bonds ⚪ REST shadow" in lines(text)[3]


def test_the_same_for_programs(beating):
    make_record(stage="live")
    code, text = status("--json")
    answer = json.loads(text)
    assert (code, answer["exit"], answer["overall"], answer["problems"]) == (0, 0, "FULL CUTOVER", [])
    (row,) = answer["features"]
    assert (row["feature"], row["shows"], row["stage"], row["published"]) == ("bonds", "WS", "live", 3)
    assert row["decided_by"] == "record"
    assert row["is_fresh"] is True


def test_topics_of_no_feature_are_not_counted(beating):
    Topic.objects.create(name="nobodys.topic", epoch="e", top=99)
    assert json.loads(status("--json")[1])["features"][0]["published"] == 3


def test_without_plans_there_is_nothing_to_tell(bonds):
    plans.forget("bonds")
    code, text = status()
    assert code == 2
    assert "no feature has a plan" in text
