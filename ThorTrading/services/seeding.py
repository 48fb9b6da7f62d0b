"""What a new desk begins with: its user, and a paper account that holds something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from GlobalMarkets.feeds.port import Feed
from GlobalMarkets.feeds.replay import ReplayFeed
from GlobalMarkets.selectors.bars import last_prices
from identity.models import Role, User
from ThorTrading.models import Account, Membership, PaperAccount, PaperHolding

SLUG, NUMBER, NAME = "primary", "ACC12345", "Primary"
CASH = Decimal("50000.00")
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Start:
    """A holding that a new paper account begins with: bought at `of_price` times what it costs now."""

    quantity: int
    of_price: Decimal = Decimal(1)


# Two that gained and a short one that lost, so that every sign and colour is on the desk.
HELD = {"SPY": Start(100, Decimal("0.982")), "AAPL": Start(80, Decimal("0.945")), "TSLA": Start(-15, Decimal("0.968"))}
OTHER = Start(100)


def seed_user(username: str) -> User:
    """The operator whom an embedded desk signs in; one who is there already is left as he is."""
    user, is_new = User.objects.get_or_create(username=username, defaults={"role": Role.OPERATOR})
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def seed_account(member: User, feed: Feed) -> Account:
    """The account `primary`, which `member` may see, and its paper books; what is there already stays as it is."""
    account, _ = Account.objects.get_or_create(slug=SLUG, defaults={"number": NUMBER, "name": NAME})
    Membership.objects.get_or_create(account=account, user=member)
    paper, is_new = PaperAccount.objects.get_or_create(number=account.number, defaults={"cash": CASH})
    if is_new:
        PaperHolding.objects.bulk_create(_holding(paper, *bought) for bought in first_purchases(feed))
    return account


def first_purchases(feed: Feed) -> list[tuple[str, int, Decimal]]:
    """Symbol, quantity and entry price of each holding to begin with.

    In a replay 100 of each symbol at its first open; else what is watched, at prices near the newest ones.
    """
    if isinstance(feed, ReplayFeed):
        return [(symbol, OTHER.quantity, price) for symbol, price in first_opens(feed).items()]
    symbols = [listing.symbol for listing in feed.status().listings]
    prices = last_prices(symbols)
    return [_bought(symbol, prices[symbol]) for symbol in symbols if symbol in prices]


def _bought(symbol: str, price: Decimal) -> tuple[str, int, Decimal]:
    start = HELD.get(symbol, OTHER)
    return symbol, start.quantity, (price * start.of_price).quantize(CENT)


def days_of(feed: Feed) -> tuple[date, date] | None:
    """The first and the last day of a replay."""
    if not isinstance(feed, ReplayFeed):
        return None
    return feed.recording.rows[0].start.date(), feed.recording.rows[-1].start.date()


def first_opens(feed: ReplayFeed) -> dict[str, Decimal]:
    """What each of the recording's symbols cost when its first bar opened."""
    opens: dict[str, Decimal] = {}
    for row in feed.recording.rows:
        opens.setdefault(row.listing.symbol, row.prices[0])
    return opens


def _holding(paper: PaperAccount, symbol: str, quantity: int, price: Decimal) -> PaperHolding:
    return PaperHolding(account=paper, symbol=symbol, quantity=quantity, entry_price=price)
