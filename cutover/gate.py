"""The gate: may a feature take a step forward? Each line of the checklist, its figure, and what is still missing; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from msgspec.structs import replace

from cutover.checklist import Line, Verdict, checklist, lag, load, many, worst
from cutover.figures import Figures
from cutover.plans import Plan
from cutover.stages import SHOWS_PUSHED_DATA, Stage

__all__ = ["Case", "Judgement", "Line", "SessionSeen", "Square", "Verdict", "judge"]

QUIET_SESSIONS = 2
"""So many full sessions without a program's call, before REST is retired."""


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """What was seen of a feature in one exchange session (market time) of this stay in its stage, of this release, broker, feed."""

    date: date
    opens_at: datetime
    closes_at: datetime
    figures: Figures
    is_over: bool

    @property
    def coverage(self) -> float:
        """The share of the session in which the probe looked, 0 to 1."""
        return min(self.figures.covered_ms / ((self.closes_at - self.opens_at) / timedelta(milliseconds=1)), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that the gate is told. Times are market time.

    `sessions`: of this stay, oldest first. `coming`: when the next session opens. `members` of `users` are in the canary; the
    smallest share with one is `first_share`. `last_program_call_at`: in this stay. `shadow`: figures of the last session in shadow.
    """

    plan: Plan
    stage: Stage
    target: Stage | None
    now: datetime
    percent: int = 0
    sessions: Sequence[SessionSeen] = ()
    coming: datetime | None = None
    sign_offs: int = 0
    last_program_call_at: datetime | None = None
    members: int = 0
    users: int = 0
    first_share: int | None = None
    shadow: Figures | None = None


@dataclass(frozen=True, slots=True)
class Square:
    """A session's verdict, and why in words."""

    date: date
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gate says of the step from `stage` to `target` (None: there is no further one)."""

    feature: str
    stage: Stage
    target: Stage | None
    verdict: Verdict
    lines: tuple[Line, ...] = ()
    squares: tuple[Square, ...] = ()

    @property
    def passes(self) -> bool:
        return self.verdict is Verdict.PASS

    @property
    def lacking(self) -> list[Line]:
        """The lines that do not pass, failures first."""
        return lacking(self.lines)

    @property
    def missing(self) -> list[str]:
        return [f"{line.name}: {line.figure} – {line.missing}" for line in self.lacking]


def lacking(lines: Sequence[Line]) -> list[Line]:
    """Those that do not pass, failures first."""
    return [line for grave in (Verdict.FAIL, Verdict.INCONCLUSIVE) for line in lines if line.verdict is grave]


def judge(case: Case) -> Judgement:
    """The checklist over the newest sessions that tell something, and over the running one."""
    if case.stage is Stage.OFF:
        return Judgement(case.plan.feature, case.stage, case.target, Verdict.PASS)
    squares = tuple(square(case, seen) for seen in case.sessions)
    lines = (*_checks(case, squares), _sessions(case, squares), *_steps(case, squares), *_shown(case, squares))
    verdict = worst({line.verdict for line in lines})
    return Judgement(case.plan.feature, case.stage, case.target, verdict, lines, squares)


def square(case: Case, seen: SessionSeen) -> Square:
    """Any failing count fails a session; one that ended passes where it was covered, and told enough."""
    failing = [line for line in _lines(case, seen) if line.verdict is Verdict.FAIL]
    if failing:
        return Square(seen.date, Verdict.FAIL, "; ".join(f"{line.name}: {line.figure}" for line in failing))
    lacks = _lacks(case, seen)
    return Square(seen.date, Verdict.INCONCLUSIVE, lacks) if lacks else Square(seen.date, Verdict.PASS, _extent(seen))


def _lacks(case: Case, seen: SessionSeen) -> str:
    if not seen.is_over:
        return f"running: {_extent(seen)}"
    needs, states = case.plan.needs, len(seen.figures.states)
    if seen.coverage < needs.coverage:
        return f"{_percent(seen.coverage)} covered (needs {needs.coverage * 100:g} %)"
    if states < needs.states:
        return f"{many(states, 'state')} compared (needs {needs.states})"
    unknown = [line for line in _lines(case, seen) if line.verdict is Verdict.INCONCLUSIVE]
    return ", ".join(f"{line.name}: {line.missing}" for line in unknown)


def _lines(case: Case, seen: SessionSeen) -> list[Line]:
    return checklist(case.plan, case.stage, _judged(case, seen))


def _judged(case: Case, seen: SessionSeen) -> Figures:
    """Dashboards hear of a move a moment later: their polls are held against a feature only in a session that was covered."""
    is_whole = seen.is_over and seen.coverage >= case.plan.needs.coverage
    return seen.figures if is_whole else replace(seen.figures, timer_polls=0)


def _extent(seen: SessionSeen) -> str:
    return f"{_percent(seen.coverage)} covered, {many(len(seen.figures.states), 'state')} compared"


def _percent(share: float) -> str:
    """Rounded down, lest 98.97 % read as enough."""
    return f"{math.floor(share * 1000) / 10:g} %"


def _counted(case: Case, squares: Sequence[Square]) -> list[tuple[SessionSeen, Square]]:
    """The newest sessions that told something, as many as are needed, newest first."""
    ended = [pair for pair in zip(case.sessions, squares, strict=True) if pair[0].is_over]
    told = [pair for pair in reversed(ended) if pair[1].verdict is not Verdict.INCONCLUSIVE]
    return told[: case.plan.needs.sessions]


def _running(case: Case, squares: Sequence[Square]) -> list[tuple[SessionSeen, Square]]:
    return [pair for pair in zip(case.sessions, squares, strict=True) if not pair[0].is_over]


def _looked_at(case: Case, squares: Sequence[Square]) -> list[SessionSeen]:
    """Whose figures are shown: those that count and the running one; where none counts yet, whatever was seen."""
    counted = _counted(case, squares)
    return [seen for seen, _ in (*counted, *_running(case, squares))] if counted else list(case.sessions)


def _checks(case: Case, squares: Sequence[Square]) -> list[Line]:
    """Each line over all that is looked at; a session in which it fails, fails it."""
    looked_at = _looked_at(case, squares)
    together = checklist(case.plan, case.stage, sum((_judged(case, seen) for seen in looked_at), Figures()))
    each = [_lines(case, seen) for seen in looked_at]
    return [
        next((line for line in column if line.verdict is Verdict.FAIL), whole)
        for whole, *column in zip(together, *each, strict=True)
    ]


def _sessions(case: Case, squares: Sequence[Square]) -> Line:
    """How many clean sessions there are in a row; a failing one begins the count anew, others are passed over."""
    together = [told for _, told in (*_running(case, squares), *_counted(case, squares))]
    ended = [told for told in together if told.verdict is not Verdict.INCONCLUSIVE]
    clean, needed = len(list(takewhile(_is_clean, ended))), case.plan.needs.sessions
    figure = f"{clean} of {needed} clean"
    failed = [f"{each.date} failed" for each in ended if each.verdict is Verdict.FAIL][:1]
    if clean >= needed and not failed:
        return Line("sessions", Verdict.PASS, figure)
    missing = [*(failed or _passed_over(case, squares)), many(needed - clean, "more clean session"), _when(case)]
    return Line("sessions", Verdict.FAIL if failed else Verdict.INCONCLUSIVE, figure, "; ".join(missing))


def _is_clean(told: Square) -> bool:
    return told.verdict is Verdict.PASS


def _passed_over(case: Case, squares: Sequence[Square]) -> list[str]:
    """Why the newest session that ended did not count."""
    ended = [told for seen, told in zip(case.sessions, squares, strict=True) if seen.is_over][-1:]
    return [f"{told.date} did not count: {told.why}" for told in ended if told.verdict is Verdict.INCONCLUSIVE]


def _when(case: Case) -> str:
    closing = [seen.closes_at for seen in case.sessions if not seen.is_over]
    if closing:
        return f"this one closes {closing[-1]:%a %H:%MZ}"
    return f"the next opens {case.coming:%a %Y-%m-%d %H:%MZ}" if case.coming else "the calendar knows of no next one"


def _steps(case: Case, squares: Sequence[Square]) -> list[Line]:
    """What one step needs and others do not."""
    leaves_canary = (
        case.stage is Stage.CANARY and case.target is not Stage.CANARY
    )  # widening one is how it gets members
    lines = [_members(case)] if leaves_canary else []
    lines += [_sign_off(case)] if case.target is Stage.SUNSET else []
    return [*lines, *([_programs(case)] if case.target is Stage.RETIRED else [])]


def _members(case: Case) -> Line:
    figure = f"{case.members} of {many(case.users, 'user')}"
    if case.members:
        return Line("members", Verdict.PASS, figure)
    lacks = "a canary without members shows nothing"
    if case.first_share is None:
        return Line("members", Verdict.INCONCLUSIVE, figure, f"{lacks}; nobody is in its cohort")
    mend = f'cutover canary {case.plan.feature} --percent {case.first_share} --reason "…"'
    return Line("members", Verdict.INCONCLUSIVE, figure, f"{lacks}; {case.first_share} % takes in the first", mend)


def _sign_off(case: Case) -> Line:
    if case.sign_offs:
        return Line("sign-off", Verdict.PASS, many(case.sign_offs, "operator"))
    mend = f'cutover sign-off {case.plan.feature} --reason "…"'
    return Line("sign-off", Verdict.INCONCLUSIVE, "nobody yet", "an operator must sign it off", mend)


def _programs(case: Case) -> Line:
    """Full sessions since a program last called; a call in one, or after it opened, begins the count anew."""
    since = takewhile(lambda seen: not _was_called(case, seen), reversed(case.sessions))
    quiet = sum(seen.is_over and seen.coverage >= case.plan.needs.coverage for seen in since)
    figure = f"{quiet} of {QUIET_SESSIONS} full sessions without a program's call"
    if quiet >= QUIET_SESSIONS:
        return Line("programs", Verdict.PASS, figure)
    last = f"the last call was {case.last_program_call_at:%a %Y-%m-%d %H:%MZ}; " if case.last_program_call_at else ""
    return Line("programs", Verdict.INCONCLUSIVE, figure, last + _when(case))


def _was_called(case: Case, seen: SessionSeen) -> bool:
    last = case.last_program_call_at
    return bool(seen.figures.program_calls) or (last is not None and last >= seen.opens_at)


def _shown(case: Case, squares: Sequence[Square]) -> list[Line]:
    seen = sum((each.figures for each in _looked_at(case, squares)), Figures())
    return [lag(seen), *([load(seen, case.shadow)] if case.stage in SHOWS_PUSHED_DATA else [])]
