"""How a judgement reads in a terminal."""

from __future__ import annotations

from cutover.gate import judge
from cutover.stages import Stage
from cutover.tests.cases import make_case, make_session
from cutover.wording import next_command, refusal, told


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
    assert next_command(judge(make_case(*two, stage=Stage.RETIRED, target=None))) == ""


def test_nothing_missing_is_nothing_told():
    assert told([]) == []
