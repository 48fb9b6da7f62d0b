"""Who still calls a feature's REST path, by day."""

from __future__ import annotations

from django.db import models


class Caller(models.TextChoices):
    """What calls: a program, a dashboard's polling timer, a dashboard whose socket failed it, one that reads history, the probe."""

    PROGRAM = "program"
    TIMER = "timer"
    FALLBACK = "fallback"
    READING = "reading"
    PROBE = "probe"


class RestUse(models.Model):
    """How often one user's client called a feature's path on one day. Times are market time, so that sessions can be told."""

    feature = models.CharField(max_length=80)
    day = models.DateField()
    caller = models.CharField(max_length=8, choices=Caller.choices)
    user_id = models.BigIntegerField()
    username = models.CharField(max_length=150)
    credential = models.CharField(max_length=40, default="session")
    agent = models.CharField(max_length=120)
    calls = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feature", "day", "caller", "user_id", "credential", "agent"], name="one_use_a_day"
            )
        ]
        indexes = [models.Index(fields=["feature", "caller", "-last_at"], name="last_use")]

    def __str__(self) -> str:
        return f"{self.feature}: {self.agent} of {self.username} on {self.day}"
