"""Rows of instruments, their one-minute bars and their volume-weighted average prices."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import models


def _price() -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=15, decimal_places=4)


class Instrument(models.Model):
    """What is traded in a country (ISO 3166 alpha-3); the watched ones are on everybody's desk."""

    country = models.CharField(max_length=3)
    symbol = models.CharField(max_length=32)
    is_watched = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "symbol"], name="instrument_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.symbol}"


class Bar(models.Model):
    """One minute of an instrument. `as_of` is its last print while it is open, its end once it is closed."""

    country = models.CharField(max_length=3)
    symbol = models.CharField(max_length=32)
    minute = models.DateTimeField()
    open = _price()
    high = _price()
    low = _price()
    close = _price()
    volume = models.BigIntegerField()
    closed = models.BooleanField()
    as_of = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "symbol", "minute"], name="bar_once_a_minute")]
        indexes = [models.Index(fields=["minute"], condition=models.Q(closed=False), name="bar_open")]

    def __str__(self) -> str:
        return f"{self.country} {self.symbol} {self.minute:%Y-%m-%dT%H:%M}"


class StoredBar(NamedTuple):
    """A row of bars without a model's weight: read by the thousand, and with the same attributes."""

    country: str
    symbol: str
    minute: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    closed: bool
    as_of: datetime


class Vwap(models.Model):
    """The volume-weighted average price of one session, up to the closed bar that ends at `as_of`."""

    country = models.CharField(max_length=3)
    symbol = models.CharField(max_length=32)
    session = models.DateField()
    vwap = _price()
    volume = models.BigIntegerField()
    as_of = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["country", "symbol", "session"], name="vwap_once_a_session")]

    def __str__(self) -> str:
        return f"{self.country} {self.symbol} {self.session}"
