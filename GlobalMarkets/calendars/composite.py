"""How much of the world is open: a weighted figure from 0 to 100, and the phase of the global day. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from GlobalMarkets.calendars.venues import venue_rows


class GlobalPhase(StrEnum):
    """Whose trading hours it is; QUIET between New York's close and Sydney's open, and at week-ends."""

    ASIAN = "ASIAN"
    EUROPEAN = "EUROPEAN"
    AMERICAN = "AMERICAN"
    OVERLAP = "OVERLAP"
    QUIET = "QUIET"


@dataclass(frozen=True, slots=True)
class Weight:
    """A venue's share of the composite, in hundredths, and why."""

    mic: str
    weight: int
    reason: str


# Square roots of what is listed (domestic market capitalisation, 10^12 USD, end of 2024, rounded figures of the World Federation
# of Exchanges), scaled to 100: roots, so that New York's two do not drown what opens and closes around them.
WEIGHTS = (
    Weight("XNYS", 15, "31.6 listed"),
    Weight("XNAS", 15, "30.6 listed"),
    Weight("XSHG", 7, "7.2 listed"),
    Weight("XTKS", 7, "6.3 listed"),
    Weight("XNSE", 6, "5.1 listed"),
    Weight("XHKG", 6, "4.6 listed"),
    Weight("XSHE", 5, "4.5 listed"),
    Weight("XLON", 5, "3.4 listed"),
    Weight("XTSE", 5, "3.3 listed"),
    Weight("XPAR", 5, "3.2 listed"),
    Weight("XSAU", 4, "2.7 listed"),
    Weight("XETR", 4, "2.2 listed"),
    Weight("XCME", 4, "lists nothing: weighed as a middling venue, for New York's prices overnight"),
    Weight("XASX", 3, "1.7 listed"),
    Weight("XAMS", 3, "1.3 listed"),
    Weight("XMAD", 2, "0.8 listed"),
    Weight("BVMF", 2, "0.7 listed"),
    Weight("XMEX", 2, "0.4 listed"),
)
PHASES = {"ASIA": GlobalPhase.ASIAN, "EUROPE": GlobalPhase.EUROPEAN, "AMERICAS": GlobalPhase.AMERICAN}


def composite(open_mics: Collection[str]) -> Decimal:
    """The weight of the open venues, 0 to 100: all open is 100. Venues without a weight count nothing."""
    open_weight = sum(weight.weight for weight in WEIGHTS if weight.mic in open_mics)
    return Decimal(100 * open_weight) / sum(weight.weight for weight in WEIGHTS)


def global_phase(open_mics: Collection[str]) -> GlobalPhase:
    """The phase of the global day; OVERLAP where venues of two regions are open at once."""
    regions = {row.region for row in venue_rows() if row.mic in open_mics and row.region}
    if len(regions) > 1:
        return GlobalPhase.OVERLAP
    return PHASES[regions.pop()] if regions else GlobalPhase.QUIET
