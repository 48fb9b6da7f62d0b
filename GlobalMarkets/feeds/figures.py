"""Pure: which figures of a bar can be recorded exactly; the others are refused by name."""

from __future__ import annotations

from decimal import Decimal

from GlobalMarkets.feeds.port import BarRow, FigureError

PRICE_DECIMALS = 4
PRICE_CEILING = Decimal(10) ** 11  # NUMERIC(15, 4): fifteen digits, four of them after the point
PRICE_UNIT = Decimal(1).scaleb(-PRICE_DECIMALS)
VOLUME_CEILING = 10**15
PRICES = ("open", "high", "low", "close")


def checked(bar: BarRow) -> BarRow:
    """The bar, if every figure can be stored and shown exactly; else a FigureError that names the figure."""
    fault = fault_of(bar)
    if fault:
        raise FigureError(f"{bar.country} {bar.symbol} {bar.minute:%Y-%m-%dT%H:%M:%SZ}: {fault}")
    return bar


def fault_of(bar: BarRow) -> str:
    """What is wrong with the bar, in words; empty where nothing is."""
    if not bar.symbol or not bar.country:
        return "the symbol or the country is empty"
    if bar.minute.second or bar.minute.microsecond:
        return "the time of a bar is not a whole minute"
    for name in PRICES:
        fault = price_fault(name, getattr(bar, name))
        if fault:
            return fault
    return volume_fault(bar.volume) or order_fault(bar.open, bar.high, bar.low, bar.close)


def price_fault(name: str, price: Decimal) -> str:
    """What is wrong with one price; empty where nothing is."""
    if not price.is_finite():
        return f"{name} {price} is not a number"
    if price < 0:
        return f"{name} {price} is below zero"
    if price < PRICE_CEILING and not price % PRICE_UNIT:
        return ""  # as nearly all are, found fast
    if price >= PRICE_CEILING or decimals_of(price) > PRICE_DECIMALS:
        return f"{name} {price} has more than 15 digits, or more than {PRICE_DECIMALS} decimals"
    return ""


def decimals_of(figure: Decimal) -> int:
    """How many decimals a finite figure needs: its trailing zeros don't count, and no context rounds it."""
    _, digits, exponent = figure.as_tuple()
    if not isinstance(exponent, int) or exponent >= 0:
        return 0
    after_the_point = "".join(map(str, digits)).zfill(-exponent)[exponent:]
    return len(after_the_point.rstrip("0"))


def volume_fault(volume: int) -> str:
    """What is wrong with a volume; empty where nothing is."""
    if volume < 0:
        return f"volume {volume} is below zero"
    return f"volume {volume} has more than 15 digits" if volume >= VOLUME_CEILING else ""


def order_fault(opening: Decimal, high: Decimal, low: Decimal, closing: Decimal) -> str:
    """Whether a high or a low is passed by another price; empty where none is."""
    if high < low:
        return f"high {high} is below low {low}"
    if not low <= opening <= high:
        return f"open {opening} is outside low {low} and high {high}"
    return "" if low <= closing <= high else f"close {closing} is outside low {low} and high {high}"
