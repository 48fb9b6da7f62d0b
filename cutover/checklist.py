"""The verification checklist, line by line: what a stretch of figures says of a feature; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from cutover.figures import Figures, lag_within_ms
from cutover.plans import Plan
from cutover.stages import SHOWS_PUSHED_DATA, Stage

LEAST_INTERVALS = 10
"""Fewer tell nothing of a cadence."""
LATE = 1.5
SLACK_SECONDS = 1.0
"""A mean interval may be LATE times the job's, or so much more: a rehearsal's jobs run many times a second."""


class Verdict(StrEnum):
    """What a line says; no data is INCONCLUSIVE, never PASS. What is SHOWN is not judged."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the checklist: `figure` is what was counted, `missing` what is wrong or not known yet ("" where it passes).

    `mend`: what an operator types after `manage.py` to look into it or to mend it, where something is to be typed.
    """

    name: str
    verdict: Verdict
    figure: str
    missing: str = ""
    mend: str = ""


def worst(verdicts: set[Verdict]) -> Verdict:
    """One failure fails all, one thing unknown leaves all unknown."""
    return next((grave for grave in (Verdict.FAIL, Verdict.INCONCLUSIVE) if grave in verdicts), Verdict.PASS)


def checklist(plan: Plan, stage: Stage, seen: Figures) -> list[Line]:
    """The judged lines of a feature in this stage."""
    lines = [check(plan, seen) for check in CHECKS]
    return [*lines, polling(plan, seen)] if stage in SHOWS_PUSHED_DATA else lines


def arriving(plan: Plan, seen: Figures) -> Line:
    return _line("arriving", 0, seen.frames, many(seen.frames, "message"), "", "no message came yet")


def cadence(plan: Plan, seen: Figures) -> Line:
    """The mean interval between messages of one topic, against the job's."""
    if not seen.intervals:
        return Line("cadence", _unjudged(plan), "no interval yet", "no two messages of one topic came yet")
    mean, limit = seen.interval_ms / seen.intervals / 1000, max(LATE * plan.every, plan.every + SLACK_SECONDS)
    figure = f"{mean:.3g} s between messages, {number(seen.late_intervals)} late"
    if not plan.needs.cadence:
        return Line("cadence", Verdict.SHOWN, figure)
    known = seen.intervals if seen.intervals >= LEAST_INTERVALS else 0
    fault = f"the job runs every {plan.every:g} s, so {limit:g} s is the limit"
    return _line(
        "cadence", int(known and mean > limit), known, figure, fault, f"fewer than {LEAST_INTERVALS} intervals"
    )


def _unjudged(plan: Plan) -> Verdict:
    return Verdict.INCONCLUSIVE if plan.needs.cadence else Verdict.SHOWN


def fields(plan: Plan, seen: Figures) -> Line:
    figure = f"{number(seen.faulty)} of {many(seen.frames, 'message')} faulty"
    return _line("fields", seen.faulty, seen.frames, figure, "a field was missing or of another type", "no message yet")


def fresh(plan: Plan, seen: Figures) -> Line:
    figure = f"stale at {number(seen.stale_looks)} of {many(seen.looks, 'look')}"
    fault = f"its job's last run was up to {seen.stale_ms / 1000:g} s old"
    return _line("fresh", seen.stale_looks, seen.looks, figure, fault, "the probe has not looked yet")


def gaps(plan: Plan, seen: Figures) -> Line:
    return _line("gaps", seen.gaps, seen.frames, many(seen.gaps, "gap"), "numbers never came", "no message yet")


def parity(plan: Plan, seen: Figures) -> Line:
    """REST and socket, field by field at one version; what a rule lets pass is no match."""
    counts = {
        "differ": seen.mismatches,
        "missing by REST": seen.missing_rest,
        "missing on the socket": seen.missing_socket,
        "stale by REST": seen.stale_rest,
    }
    told = [f"{number(count)} {what}" for what, count in counts.items() if count]
    ignored = [f"{number(seen.ignored)} ignored by rule"] if seen.ignored else []
    figure = ", ".join([f"{number(seen.matches)} equal", *(told or ["0 differ"]), *ignored])
    line = _line(
        "parity", sum(counts.values()), seen.matches, figure, "see the mismatches", "nothing compared equal yet"
    )
    return replace(line, mend=f"cutover mismatches {plan.feature}") if line.verdict is Verdict.FAIL else line


def drops(plan: Plan, seen: Figures) -> Line:
    figure = many(seen.drops, "connection") + " lost in market hours"
    return _line("drops", seen.drops, seen.looks, figure, "the probe's own", "the probe has not looked yet")


def errors(plan: Plan, seen: Figures) -> Line:
    figure = many(seen.errors, "error") + " logged"
    return _line("errors", seen.errors, seen.looks, figure, "by the socket code", "the probe has not looked yet")


def noise(plan: Plan, seen: Figures) -> Line:
    figure = f"{number(seen.noise)} of {many(seen.noise_checks, 'double read')} differ"
    fault = "REST contradicts itself at one version, so nothing can be compared with it"
    return _line("noise", seen.noise, seen.noise_checks, figure, fault, "REST was not read twice at one version yet")


def polling(plan: Plan, seen: Figures) -> Line:
    figure = many(seen.timer_polls, "poll") + " by dashboards"
    return _line(
        "polling", seen.timer_polls, seen.looks, figure, "their timers are off", "the probe has not looked yet"
    )


CHECKS: tuple[Callable[[Plan, Figures], Line], ...] = (
    arriving,
    cadence,
    fields,
    fresh,
    gaps,
    parity,
    drops,
    errors,
    noise,
)


def lag(seen: Figures) -> Line:
    """From `as_of` to the probe; shown, not judged."""
    bound = lag_within_ms(seen, 0.99)
    beyond = "99 % within more than 10 s" if any(seen.lags) else "no message yet"
    return Line("lag", Verdict.SHOWN, beyond if bound is None else f"99 % within {number(bound)} ms")


def load(seen: Figures, shadow: Figures | None) -> Line:
    """What serving costs, beside the last session in shadow; shown, not judged."""
    before = shadow or Figures()
    costs = [
        _beside(_cpu(seen), _cpu(before), "ms CPU a client-minute"),
        _beside(seen.rss_bytes / 2**20, before.rss_bytes / 2**20, "MiB"),
    ]
    return Line("load", Verdict.SHOWN, ", ".join(filter(None, costs)) or "not measured yet")


def _cpu(seen: Figures) -> float:
    return seen.cpu_ms / (seen.client_ms / 60_000) if seen.client_ms else 0.0


def _beside(now: float, before: float, unit: str) -> str:
    if not now:
        return ""
    size = f"{now:.0f}" if now >= 100 else f"{now:.3g}"
    return f"{size} {unit}" + (f" ({now / before:.1f} × shadow's)" if before else "")


def _line(name: str, bad: int, data: int, figure: str, fault: str, unknown: str) -> Line:  # noqa: PLR0913, PLR0917 - a row
    if bad:
        return Line(name, Verdict.FAIL, figure, fault)
    return Line(name, Verdict.PASS, figure) if data else Line(name, Verdict.INCONCLUSIVE, figure, unknown)


def number(count: int) -> str:
    """12 345 as people write it."""
    return f"{count:,}".replace(",", " ")


def many(count: int, what: str) -> str:
    return f"{number(count)} {what}{'' if count == 1 else 's'}"
