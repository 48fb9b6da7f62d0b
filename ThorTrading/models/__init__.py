"""What the trading application keeps: our books, and the paper broker's own."""

from ThorTrading.models.accounts import Account, AccountBalance, Membership, Position
from ThorTrading.models.paper import PaperAccount, PaperHolding

__all__ = ["Account", "AccountBalance", "Membership", "PaperAccount", "PaperHolding", "Position"]
