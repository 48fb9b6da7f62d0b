"""Rows of the last 24 hours of market time."""

from __future__ import annotations

from django.db import models

from GlobalMarkets.models.bars import _price


class TwentyFourHours(models.Model):
    """What a listing did in the 24 hours before `as_of`, the end of its newest closed bar."""

    country = models.CharField(max_length=3)
    symbol = models.CharField(max_length=32)
    open_price = _price()
    high = _price()
    low = _price()
    volume = models.BigIntegerField()
    as_of = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "symbol"], name="twenty_four_hours_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.symbol}"
