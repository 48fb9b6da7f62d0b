"""Rows of venues, their stored sessions, for which days those are known, and what each venue's status was last."""

from __future__ import annotations

from django.db import models

from GlobalMarkets.calendars.days import Kind
from GlobalMarkets.calendars.hours import Event, Phase, Status


def _choices(kind: type[Kind] | type[Event] | type[Phase] | type[Status]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]


class Venue(models.Model):
    """A market; `place` counts from east to west.

    `shipped`: the digest of the shipped schedule that was loaded last; `refreshed_at`: when its days were last told anew.
    """

    market_id = models.PositiveIntegerField(primary_key=True)
    mic = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=64)
    city = models.CharField(max_length=32)
    country = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    place = models.PositiveSmallIntegerField()
    preopen_minutes = models.PositiveSmallIntegerField(default=60)
    preclose_minutes = models.PositiveSmallIntegerField(default=15)
    known_until = models.DateField()
    shipped = models.CharField(max_length=64, blank=True)
    refreshed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["place"]

    def __str__(self) -> str:
        return self.mic


class TradingSession(models.Model):
    """One day of a venue, by its local date: a session's instants, or (without them) a holiday of the trading week."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="sessions")
    date = models.DateField()
    kind = models.CharField(max_length=11, choices=_choices(Kind))
    opens_at = models.DateTimeField(null=True)
    pause_starts_at = models.DateTimeField(null=True)
    pause_ends_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=80, blank=True)
    is_projected = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["venue", "date"], name="session_once_a_day")]
        indexes = [models.Index(fields=["date"], name="session_date")]

    def __str__(self) -> str:
        return f"{self.venue_id} {self.date}"


class KnownStretch(models.Model):
    """From `first` to `last` every day of a venue is stored; between stretches nothing is known."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="stretches")
    first = models.DateField()
    last = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["venue", "first"], name="stretch_once")]

    def __str__(self) -> str:
        return f"{self.venue_id} {self.first}–{self.last}"


class MarketStatus(models.Model):
    """What a venue's stored sessions meant at `as_of` (market time); the newest only."""

    venue = models.OneToOneField(Venue, on_delete=models.CASCADE, primary_key=True, related_name="market_status")
    status = models.CharField(max_length=6, choices=_choices(Status))
    phase = models.CharField(max_length=8, choices=_choices(Phase))
    is_holiday = models.BooleanField()
    next_event = models.CharField(max_length=11, choices=_choices(Event))
    next_event_at = models.DateTimeField()
    as_of = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.venue_id} {self.status}"
