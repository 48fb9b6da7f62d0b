"""How a judgement reads in a terminal."""

from __future__ import annotations

from cutover.gate import judge
from cutover.stages import Stage
from cutover.tests.cases import make_case, make_session
from cutover.wording import brief, in_words, next_command, refusal, strip, told


def test_a_refusal_names_the_gravest_first_and_what_looks_into_it():
    assert refusal(judge(make_case(make_session(0, gaps=2, mismatches=1)))).splitlines() == [
        "bonds stays in shadow: the gate to canary is shut",
        "  ✖ gaps      2 gaps – numbers never came",
        "  ✖ parity    2 000 equal, 1 differ – see the mismatches",
        "  ✖ sessions  0 of 2 clean – 2026-11-16 failed; 2 more clean sessions; the next opens Mon 2026-11-23 14:30Z",
        "  next: python manage.py cutover mismatches bonds",
        "  anyway: the same with --force, which is recorded",
    ]


def test_the_next_command_is_the_step_or_what_mends_or_nothing_to_wait():
    two = (make_session(0), make_session(1))
    assert next_command(judge(make_case(*two))) == 'python manage.py cutover advance bonds --reason "…"'
    assert next_command(judge(make_case())) == ""
    signing = judge(make_case(*two, stage=Stage.LIVE, target=Stage.SUNSET))
    assert next_command(signing) == 'python manage.py cutover sign-off bonds --reason "…"'
    waiting = judge(make_case(stage=Stage.LIVE, target=Stage.SUNSET))
    assert next_command(waiting) == ""
    assert next_command(judge(make_case(*two, stage=Stage.RETIRED, target=None))) == ""


def test_what_merely_has_no_data_yet_is_named_in_one_line():
    assert told(brief(judge(make_case()).lines)) == [
        "  · sessions  0 of 2 clean – 2 more clean sessions; the next opens Mon 2026-11-23 14:30Z",
        "  · unknown   arriving, cadence, fields, fresh, gaps, parity, drops, errors, noise – no data in this stay yet",
    ]
    one = judge(make_case(make_session(noise_checks=0)))
    assert [line.name for line in brief(one.lines)] == ["noise", "sessions"]


def test_sessions_are_signs_the_newest_to_the_right():
    judgement = judge(make_case(make_session(0), make_session(1, gaps=1), make_session(2, is_over=False)))
    assert strip(judgement.squares) == "■✖□"
    assert in_words(judgement.lines[4]) == "gaps: 1 gap – numbers never came"
    assert in_words(judgement.lines[0]) == "arriving: 7 020 messages"


def test_nothing_missing_is_nothing_told():
    assert told([]) == []
