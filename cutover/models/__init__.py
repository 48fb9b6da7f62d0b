"""What the cutover records: stages and moves, evidence and mismatches, who calls REST, which processes serve."""

from cutover.models.evidence import Mismatch, SessionEvidence
from cutover.models.processes import ServerProcess
from cutover.models.samples import BrowserSample
from cutover.models.stages import HistoryIsAppendOnly, SignOff, StageMove, StageRecord
from cutover.models.use import RestUse

__all__ = [
    "BrowserSample",
    "HistoryIsAppendOnly",
    "Mismatch",
    "RestUse",
    "ServerProcess",
    "SessionEvidence",
    "SignOff",
    "StageMove",
    "StageRecord",
]
