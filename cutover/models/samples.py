"""How often browsers compared both transports, and what came of it."""

from __future__ import annotations

from django.db import models


class BrowserSample(models.Model):
    """Comparisons of one feature with one outcome on one day (market time)."""

    feature = models.CharField(max_length=80)
    day = models.DateField()
    outcome = models.CharField(max_length=20)
    times = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feature", "day", "outcome"], name="one_count_of_samples")]

    def __str__(self) -> str:
        return f"{self.feature} on {self.day}: {self.outcome}"
