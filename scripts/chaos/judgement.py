"""What a run showed, fault by fault, and what of it must not be; pure but for the notes that it reads."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos.faults import Fault, Loses
from chaos.heals import Healed
from chaos.losses import Life, Witness, witness_of
from chaos.windows import Told, Window, told_in

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One fault, over all its strikes. Times in seconds; `heal` is each client's longest, of each strike."""

    fault: str
    loses: Loses
    strikes: int
    told: int
    nudges_lost: int
    healed: int
    back: int
    recovered: int
    resets: int
    heal: Sequence[float]
    oldest: float
    never: int

    @property
    def lost(self) -> int:
        """What was lost of the kind that this fault must lose."""
        kinds = {Loses.NUDGES: self.nudges_lost, Loses.AWAY: self.recovered, Loses.HISTORY: self.resets}
        return kinds.get(self.loses, 0)

    @property
    def median(self) -> float:
        return statistics.median(self.heal) if self.heal else 0.0

    @property
    def longest(self) -> float:
        return max(self.heal, default=0.0)


@dataclass(frozen=True, slots=True)
class Findings:
    """A run's rows in the order of its faults, and the faults that are Thor's or the suite's own, in words."""

    rows: Sequence[Row]
    failures: Sequence[str]
    status: Mapping[str, int]
    connections: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the run left: its folder of notes; each window with what the clients saw of it; what ended wrong; web lives.

    `status`: what /ws/status answered, and how often; `connections`: those to the database, after all faults.
    """

    folder: Path
    windows: Sequence[Window]
    seen: Sequence[Healed]
    wrong: Sequence[Sequence[str]]
    lives: Sequence[Life]
    status: Mapping[str, int]
    connections: int


def findings(faults: Sequence[Fault], evidence: Evidence) -> Findings:
    told = told_in(evidence.folder, evidence.windows)
    witnesses = [witness_of(evidence.folder, life) for life in evidence.lives]
    pairs = list(zip(evidence.windows, evidence.seen, strict=True))
    struck = {fault: [(window, seen) for window, seen in pairs if window.fault == fault.name] for fault in faults}
    rows = [row_of(fault, mine, told, witnesses) for fault, mine in struck.items() if mine]
    return Findings(
        rows, [*failures_of_clients(evidence.wrong), *failures_of(rows)], evidence.status, evidence.connections
    )


def row_of(
    fault: Fault,
    strikes: Sequence[tuple[Window, Healed]],
    told: Mapping[Window, Sequence[Told]],
    witnesses: Sequence[Witness],
) -> Row:
    windows, seen = [window for window, _ in strikes], [healed for _, healed in strikes]
    return Row(
        fault=fault.name,
        loses=fault.loses,
        strikes=len(windows),
        told=sum(len(told[window]) for window in windows),
        nudges_lost=sum(witness.missed(told[window]) for window in windows for witness in witnesses),
        healed=sum(witness.healed(window) for window in windows for witness in witnesses),
        back=sum(one["back"] for one in seen),
        recovered=sum(one["recovered"] for one in seen),
        resets=sum(one["resets"] for one in seen),
        heal=[seconds for one in seen for seconds in one["heal"]],
        oldest=max((one["oldest"] for one in seen), default=0.0),
        never=sum(one["never"] for one in seen),
    )


def failures_of_clients(wrong: Sequence[Sequence[str]]) -> list[str]:
    """How many clients ended wrong, and what is wrong with most of them."""
    most = Counter(text for one in wrong for text in one).most_common(SHOWN)
    return [f"{len(wrong)} clients ended wrong", *(f"{text} ({count} ×)" for text, count in most)] if wrong else []


def failures_of(rows: Sequence[Row]) -> list[str]:
    """A fault that lost nothing proves nothing; a publication that never came is lost, even if a later one hides it."""
    idle = [f"{row.fault}: nothing was lost, so nothing was proved" for row in rows if is_idle(row)]
    gone = [f"{row.fault}: {row.never} publications never reached a client" for row in rows if row.never]
    return idle + gone


def is_idle(row: Row) -> bool:
    return row.loses is not Loses.NOTHING and row.lost == 0
