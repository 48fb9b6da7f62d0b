"""What each line says of figures."""

from __future__ import annotations

import pytest

from cutover.checklist import CHECKS, Line, Verdict, checklist, lag, load, worst
from cutover.figures import Figures
from cutover.stages import Stage
from cutover.tests.cases import CLEAN, PLAN, make_figures, make_rehearsal

NAMES = ["arriving", "cadence", "fields", "fresh", "gaps", "parity", "drops", "errors", "noise"]


def line(name: str, seen: Figures, plan=PLAN) -> Line:
    return next(line for line in checklist(plan, Stage.LIVE, seen) if line.name == name)


def test_the_lines_have_stable_names_and_polling_counts_once_pushed_data_is_shown():
    assert [line.name for line in checklist(PLAN, Stage.SHADOW, CLEAN)] == NAMES
    assert len(CHECKS) == len(NAMES)
    for stage in (Stage.LIVE, Stage.SUNSET, Stage.RETIRED):
        assert [line.name for line in checklist(PLAN, stage, CLEAN)] == [*NAMES, "polling"]


def test_a_clean_session_passes_every_line_and_says_its_figures():
    lines = checklist(PLAN, Stage.LIVE, CLEAN)
    assert {line.verdict for line in lines} == {Verdict.PASS}
    assert {line.missing for line in lines} == {""}
    assert [line.figure for line in lines] == [
        "2 340 messages",
        "10 s between messages, 0 late",
        "0 of 2 340 messages faulty",
        "stale at 0 of 4 680 looks",
        "0 gaps",
        "2 000 equal, 0 differ",
        "0 connections lost in market hours",
        "0 errors logged",
        "0 of 2 000 double reads differ",
        "0 polls by dashboards",
    ]


def test_no_data_is_inconclusive_and_says_what_there_is_none_of():
    lines = checklist(PLAN, Stage.LIVE, Figures())
    assert {line.verdict for line in lines} == {Verdict.INCONCLUSIVE}
    assert all(line.missing for line in lines)


@pytest.mark.parametrize(
    ("differing", "name", "figure", "missing"),
    [
        ({"faulty": 1}, "fields", "1 of 2 340 messages faulty", "a field was missing or of another type"),
        (
            {"stale_looks": 3, "stale_ms": 34_000},
            "fresh",
            "stale at 3 of 4 680 looks",
            "its job's last run was up to 34 s old",
        ),
        ({"gaps": 1}, "gaps", "1 gap", "numbers never came"),
        ({"mismatches": 1}, "parity", "2 000 equal, 1 differ", "see the mismatches"),
        (
            {"missing_rest": 1, "missing_socket": 2, "stale_rest": 3, "ignored": 4},
            "parity",
            "2 000 equal, 1 missing by REST, 2 missing on the socket, 3 stale by REST, 4 ignored by rule",
            "see the mismatches",
        ),
        ({"drops": 1}, "drops", "1 connection lost in market hours", "the probe's own"),
        ({"errors": 2}, "errors", "2 errors logged", "by the socket code"),
        (
            {"noise": 1},
            "noise",
            "1 of 2 000 double reads differ",
            "REST contradicts itself at one version, so nothing can be compared with it",
        ),
        ({"timer_polls": 1}, "polling", "1 poll by dashboards", "their timers are off"),
        (
            {"interval_ms": 40_000_000, "late_intervals": 900},
            "cadence",
            "17.1 s between messages, 900 late",
            "the job runs every 10 s, so 15 s is the limit",
        ),
    ],
)
def test_what_fails_says_its_figure_and_what_is_wrong(differing, name, figure, missing):
    mend = "cutover mismatches bonds" if name == "parity" else ""
    assert line(name, make_figures(**differing)) == Line(name, Verdict.FAIL, figure, missing, mend)


def test_what_a_rule_lets_pass_is_no_match():
    assert line("parity", make_figures(matches=0, ignored=9)).verdict is Verdict.INCONCLUSIVE
    assert line("parity", make_figures(ignored=9)).verdict is Verdict.PASS


def test_a_cadence_needs_some_intervals_and_a_rehearsal_a_second_of_slack():
    assert line("cadence", make_figures(intervals=9, interval_ms=900_000)).verdict is Verdict.INCONCLUSIVE
    hasty = make_rehearsal()
    object.__setattr__(hasty, "every", 0.2)
    assert line("cadence", make_figures(intervals=10, interval_ms=12_000), hasty).verdict is Verdict.PASS
    assert line("cadence", make_figures(intervals=10, interval_ms=12_001), hasty).verdict is Verdict.FAIL


@pytest.mark.parametrize("seen", [Figures(), CLEAN, make_figures(interval_ms=10**12)])
def test_where_messages_come_with_trades_their_cadence_is_only_shown(seen):
    assert line("cadence", seen, make_rehearsal(cadence=False)).verdict is Verdict.SHOWN


def test_lag_is_shown():
    assert lag(CLEAN) == Line("lag", Verdict.SHOWN, "99 % within 10 ms")
    assert lag(Figures()).figure == "no message yet"
    assert lag(make_figures(lags=(0,) * 13 + (5,))).figure == "99 % within more than 10 s"


def test_load_is_shown_beside_shadows():
    assert load(Figures(), None).figure == "not measured yet"
    assert load(CLEAN, None).figure == "600 ms CPU a client-minute, 100 MiB"
    dearer = make_figures(cpu_ms=1_200, rss_bytes=110 * 2**20)
    assert load(dearer, CLEAN).figure == "1200 ms CPU a client-minute (2.0 × shadow's), 110 MiB (1.1 × shadow's)"


def test_the_worst_verdict_is_that_of_all():
    assert worst(set()) is worst({Verdict.PASS, Verdict.SHOWN}) is Verdict.PASS
    assert worst({Verdict.PASS, Verdict.INCONCLUSIVE}) is Verdict.INCONCLUSIVE
    assert worst({Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS}) is Verdict.FAIL
