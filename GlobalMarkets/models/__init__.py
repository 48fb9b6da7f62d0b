"""What GlobalMarkets stores."""

from GlobalMarkets.models.bars import Bar, Instrument, StoredBar, Vwap
from GlobalMarkets.models.day import TwentyFourHours
from GlobalMarkets.models.venues import KnownStretch, MarketStatus, TradingSession, Venue

__all__ = [
    "Bar",
    "Instrument",
    "KnownStretch",
    "MarketStatus",
    "StoredBar",
    "TradingSession",
    "TwentyFourHours",
    "Venue",
    "Vwap",
]
