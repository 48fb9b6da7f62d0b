"""May a feature take a step forward?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutover.figures import Figures
from cutover.gate import Judgement, Line, Square, Verdict, judge
from cutover.stages import FORWARD, Stage
from cutover.tests.cases import MONDAY, make_case, make_rehearsal, make_session

TUESDAY_NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
FAILING = ["faulty", "stale_looks", "gaps", "mismatches", "missing_rest", "missing_socket", "stale_rest", "drops"]
FAILING += ["errors", "noise"]


def line(judgement: Judgement, name: str) -> Line:
    return next(line for line in judgement.lines if line.name == name)


def verdicts(judgement: Judgement) -> list[Verdict]:
    return [square.verdict for square in judgement.squares]


def test_two_clean_sessions_open_the_gate():
    judgement = judge(make_case(make_session(0), make_session(1)))
    assert judgement.passes
    assert (judgement.lacking, judgement.missing) == ([], [])
    assert line(judgement, "sessions") == Line("sessions", Verdict.PASS, "2 of 2 clean")
    assert judgement.squares[0] == Square(MONDAY, Verdict.PASS, "100 % covered, 20 states compared")
    assert [line.name for line in judgement.lines][-2:] == ["sessions", "lag"]


def test_in_off_nothing_is_asked():
    assert judge(make_case(stage=Stage.OFF, target=Stage.SHADOW)) == Judgement(
        "bonds", Stage.OFF, Stage.SHADOW, Verdict.PASS
    )


def test_without_sessions_it_says_when_the_next_opens():
    judgement = judge(make_case())
    assert judgement.verdict is Verdict.INCONCLUSIVE
    told = "2 more clean sessions; the next opens Mon 2026-11-23 14:30Z"
    assert line(judgement, "sessions").missing == told
    assert f"sessions: 0 of 2 clean – {told}" in judgement.missing
    assert line(judge(make_case(coming=None)), "sessions").missing.endswith("the calendar knows of no next one")


def test_one_session_is_not_two():
    judgement = judge(make_case(make_session(0)))
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert [line.name for line in judgement.lacking] == ["sessions"]
    assert line(judgement, "sessions").figure == "1 of 2 clean"


def test_a_failing_session_begins_the_count_anew():
    judged = [
        judge(make_case(*sessions))
        for sessions in (
            (make_session(0), make_session(1, gaps=1)),
            (make_session(0), make_session(1, gaps=1), make_session(2)),
            (make_session(0), make_session(1, gaps=1), make_session(2), make_session(3)),
        )
    ]
    assert [judgement.verdict for judgement in judged] == [Verdict.FAIL, Verdict.FAIL, Verdict.PASS]
    assert [line(judgement, "sessions").figure for judgement in judged] == [
        "0 of 2 clean",
        "1 of 2 clean",
        "2 of 2 clean",
    ]
    assert line(judged[1], "sessions").missing.startswith("2026-11-17 failed; 1 more clean session; the next opens")
    assert line(judged[1], "gaps") == Line("gaps", Verdict.FAIL, "1 gap", "numbers never came")
    assert judged[1].squares[1] == Square(MONDAY + timedelta(days=1), Verdict.FAIL, "gaps: 1 gap")
    assert [line.name for line in judged[1].lacking] == ["gaps", "sessions"]


def test_what_told_nothing_is_passed_over_and_says_why():
    partial = make_session(1, covered_ms=int(0.98999 * 23_400_000), states=("one",))
    judgement = judge(make_case(make_session(0), partial, make_session(2)))
    assert verdicts(judgement) == [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.PASS]
    assert judgement.passes
    waiting = judge(make_case(make_session(0), partial))
    why = "98.9 % covered (needs 99 %)"
    assert waiting.squares[1].why == why
    assert line(waiting, "sessions").missing.startswith(f"2026-11-17 did not count: {why}; 1 more clean session")


def test_a_session_of_few_states_told_too_little():
    assert judge(make_case(make_session(states=("one",)))).squares[0].why == "1 state compared (needs 20)"


def test_a_line_without_data_keeps_a_covered_session_from_counting():
    silent = judge(make_case(make_session(0, noise_checks=0), make_session(1)))
    assert verdicts(silent) == [Verdict.INCONCLUSIVE, Verdict.PASS]
    assert silent.squares[0].why == "noise: REST was not read twice at one version yet"


def test_a_running_session_fails_at_once_but_passes_only_when_it_is_over():
    running = make_session(2, is_over=False)
    judgement = judge(make_case(make_session(0), running))
    assert judgement.squares[1] == Square(
        MONDAY + timedelta(days=2), Verdict.INCONCLUSIVE, "running: 100 % covered, 20 states compared"
    )
    assert line(judgement, "sessions").missing == "1 more clean session; this one closes Wed 21:00Z"
    failing = judge(make_case(make_session(0), make_session(1), make_session(2, is_over=False, mismatches=1)))
    assert failing.verdict is Verdict.FAIL
    assert line(failing, "sessions").figure == "0 of 2 clean"
    assert judge(make_case(make_session(0), make_session(1), running)).passes


def test_a_session_that_just_began_holds_nothing_up():
    begun = make_session(2, is_over=False, **{name: getattr(Figures(), name) for name in Figures.__struct_fields__})
    assert judge(make_case(make_session(0), make_session(1), begun)).passes


@pytest.mark.parametrize(
    ("crowd", "verdict", "missing", "mend"),
    [
        ({"members": 1, "users": 3}, Verdict.PASS, "", ""),
        (
            {"users": 3, "first_share": 41},
            Verdict.INCONCLUSIVE,
            "a canary without members shows nothing; 41 % takes in the first",
            'cutover canary bonds --percent 41 --reason "…"',
        ),
        ({"users": 3}, Verdict.INCONCLUSIVE, "a canary without members shows nothing; nobody is in its cohort", ""),
    ],
)
def test_a_canary_needs_members(crowd, verdict, missing, mend):
    case = make_case(make_session(0), make_session(1), stage=Stage.CANARY, target=Stage.LIVE, **crowd)
    judgement = judge(case)
    assert judgement.verdict is verdict
    assert line(judgement, "members") == Line(
        "members", verdict, f"{crowd.get('members', 0)} of 3 users", missing, mend
    )


def test_a_canary_without_members_may_be_widened_to_get_some():
    case = make_case(make_session(0), make_session(1), stage=Stage.CANARY, target=Stage.CANARY, users=3)
    assert judge(case).passes


def test_sunset_needs_a_sign_off_and_dashboards_that_do_not_poll():
    case = make_case(make_session(0), make_session(1), stage=Stage.LIVE, target=Stage.SUNSET)
    waiting = judge(case)
    assert [(line.name, line.missing, line.mend) for line in waiting.lacking] == [
        ("sign-off", "an operator must sign it off", 'cutover sign-off bonds --reason "…"')
    ]
    assert judge(make_case(*case.sessions, stage=Stage.LIVE, target=Stage.SUNSET, sign_offs=1)).passes
    polled = judge(make_case(make_session(0, timer_polls=1), stage=Stage.LIVE, target=Stage.SUNSET, sign_offs=1))
    assert [line.name for line in polled.lacking] == ["polling", "sessions"]


def test_polls_around_the_move_are_not_held_against_it():
    polled = make_session(0, timer_polls=3, covered_ms=9_000_000), make_session(1), make_session(2)
    running = make_session(3, timer_polls=1, is_over=False)
    judgement = judge(make_case(*polled, running, stage=Stage.LIVE, target=Stage.SUNSET, sign_offs=1))
    assert judgement.passes
    assert line(judgement, "polling").figure == "0 polls by dashboards"


def test_after_enabling_the_load_is_shown():
    case = make_case(make_session(0), stage=Stage.LIVE, target=Stage.SUNSET, shadow=make_session(0).figures)
    assert line(judge(case), "load").figure == "600 ms CPU a client-minute (1.0 × shadow's), 100 MiB (1.0 × shadow's)"


def programs(*sessions, **differing) -> Line:
    return line(judge(make_case(*sessions, stage=Stage.SUNSET, target=Stage.RETIRED, **differing)), "programs")


def test_retirement_needs_two_full_sessions_without_a_programs_call():
    assert programs(make_session(0), make_session(1)).verdict is Verdict.PASS
    assert programs(make_session(0), make_session(1), make_session(2, is_over=False)).verdict is Verdict.PASS
    called = programs(make_session(0, program_calls=1), make_session(1))
    assert (called.verdict, called.figure) == (
        Verdict.INCONCLUSIVE,
        "1 of 2 full sessions without a program's call",
    )
    assert called.missing == "the next opens Mon 2026-11-23 14:30Z"


def test_a_partial_session_is_not_a_full_one_and_a_call_at_night_counts():
    assert programs(make_session(0), make_session(1, covered_ms=5), make_session(2)).verdict is Verdict.PASS
    at_night = programs(make_session(0), make_session(1), last_program_call_at=TUESDAY_NOON)
    assert at_night.figure.startswith("1 of 2")
    assert at_night.missing.startswith("the last call was Tue 2026-11-17 12:00Z; the next opens")


def test_a_retired_feature_is_judged_as_before():
    judgement = judge(make_case(make_session(0), make_session(1), stage=Stage.RETIRED, target=None))
    assert judgement.passes


def test_a_judgement_can_be_kept():
    judgement = judge(make_case(make_session(0)))
    kept = msgspec.to_builtins(judgement)
    assert (kept["stage"], kept["target"], kept["verdict"]) == ("shadow", "canary", "inconclusive")
    assert list(kept["squares"]) == [
        {"date": "2026-11-16", "verdict": "pass", "why": "100 % covered, 20 states compared"}
    ]
    assert msgspec.convert(kept, Judgement) == judgement


counts = st.integers(0, 3)
sessions = st.builds(
    lambda day, bad, covered, states: make_session(
        day, **bad, covered_ms=covered, states=tuple(f"state {n}" for n in range(states))
    ),
    st.integers(0, 4),
    st.dictionaries(st.sampled_from(FAILING), counts, max_size=2),
    st.sampled_from([0, 23_000_000, 23_400_000]),
    st.sampled_from([0, 19, 20, 64]),
)
STEPS = st.sampled_from([stage for stage in FORWARD if stage is not Stage.OFF])


def judged(stage, seen, **differing) -> Judgement:
    fields = {"target": FORWARD[stage], "members": 1, "users": 1, "sign_offs": 1}
    return judge(make_case(*seen, stage=stage, **(fields | differing)))


@given(STEPS, st.lists(sessions, max_size=5), st.data())
@settings(max_examples=200)
def test_more_failing_counts_never_open_the_gate(stage, seen, data):
    before = judged(stage, seen)
    if not seen:
        return
    at = data.draw(st.integers(0, len(seen) - 1))
    name = data.draw(st.sampled_from(FAILING))
    figures = msgspec.structs.replace(seen[at].figures, **{name: getattr(seen[at].figures, name) + 1})
    worse = [*seen]
    worse[at] = type(seen[at])(seen[at].date, seen[at].opens_at, seen[at].closes_at, figures, seen[at].is_over)
    after = judged(stage, worse)
    assert not (after.passes and before.verdict is Verdict.FAIL)
    assert verdicts(after)[at] is Verdict.FAIL


@given(STEPS, st.integers(0, 5))
def test_no_data_never_passes(stage, count):
    nothing = {name: getattr(Figures(), name) for name in Figures.__struct_fields__}
    assert judged(stage, [make_session(day, **nothing) for day in range(count)]).verdict is Verdict.INCONCLUSIVE


@given(STEPS, st.lists(sessions, max_size=4), st.data())
def test_where_sessions_lie_that_told_nothing_does_not_matter(stage, seen, data):
    told = [
        each for each, is_told in zip(seen, verdicts(judged(stage, seen)), strict=True) if is_told != "inconclusive"
    ]
    mixed = list(told)
    for _ in range(data.draw(st.integers(0, 3))):
        mixed.insert(data.draw(st.integers(0, len(mixed))), make_session(4, covered_ms=0))
    assert judged(stage, mixed).verdict is judged(stage, told).verdict


@given(STEPS, st.lists(sessions, max_size=5))
def test_a_gate_that_opens_lacks_nothing_and_a_closed_one_says_what(stage, seen):
    judgement = judged(stage, seen)
    assert judgement.passes is not bool(judgement.missing)
    assert all(line.missing for line in judgement.lacking)
    assert make_rehearsal(sessions=1).needs.sessions == 1
