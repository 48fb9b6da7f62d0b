"""Columns of figures: at most 15 significant digits, so that SQLite, PostgreSQL and JSON keep them exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from decimal import Decimal

    Figure = models.DecimalField[Decimal | int | str, Decimal]

DIGITS = 15
MONEY_DECIMALS, PRICE_DECIMALS, QUANTITY_DECIMALS = 2, 4, 6


def money() -> Figure:
    return models.DecimalField(max_digits=DIGITS, decimal_places=MONEY_DECIMALS)


def price() -> Figure:
    return models.DecimalField(max_digits=DIGITS, decimal_places=PRICE_DECIMALS)


def quantity() -> Figure:
    """Shares or contracts; negative where they are sold short."""
    return models.DecimalField(max_digits=DIGITS, decimal_places=QUANTITY_DECIMALS)
