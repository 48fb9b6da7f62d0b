"""What GlobalMarkets stores."""

from GlobalMarkets.models.bars import Bar, Instrument, StoredBar, Vwap
from GlobalMarkets.models.venues import KnownStretch, MarketStatus, TradingSession, Venue

__all__ = ["Bar", "Instrument", "KnownStretch", "MarketStatus", "StoredBar", "TradingSession", "Venue", "Vwap"]
