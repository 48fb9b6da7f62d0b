"""What GlobalMarkets stores."""

from GlobalMarkets.models.bars import Bar, Instrument, Vwap

__all__ = ["Bar", "Instrument", "Vwap"]
