"""What the probe saw of a feature in one exchange session, and each difference that it, or a browser, found."""

from __future__ import annotations

from django.db import models


class SessionEvidence(models.Model):
    """A feature's figures of one exchange session, gathered in one stay in a stage, of one release, broker and feed.

    `figures` is a `cutover.figures.Figures`; `opens_at` and `closes_at` are market time, `looked_at` is wall time.
    """

    feature = models.CharField(max_length=80)
    calendar = models.CharField(max_length=8)
    session = models.DateField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    stage = models.CharField(max_length=8)
    entered_version = models.PositiveIntegerField()
    release = models.CharField(max_length=40)
    broker = models.CharField(max_length=40)
    feed = models.CharField(max_length=120)
    looked_at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feature", "calendar", "session", "entered_version", "release", "broker", "feed"],
                name="one_evidence_a_session",
            )
        ]

    def __str__(self) -> str:
        return f"{self.feature} in the session of {self.session}"


class Mismatch(models.Model):
    """A difference between REST and the socket at one cursor, with both payloads as they came (JSON text).

    `fields`: [{"field", "rest", "socket"}], the values as JSON. `rule` names the rule that lets it pass, "" where none does.
    `source` is "probe" or "browser"; `user` is whose browser. `times`: how often this very difference was seen.
    """

    feature = models.CharField(max_length=80)
    at = models.DateTimeField()
    session = models.DateField(null=True)
    outcome = models.CharField(max_length=20)
    source = models.CharField(max_length=8)
    user = models.CharField(max_length=150, default="")
    topic = models.CharField(max_length=200)
    cursor = models.CharField(max_length=40)
    rule = models.CharField(max_length=80, default="")
    fields = models.JSONField(default=list)
    rest = models.TextField()
    socket = models.TextField()
    digest = models.CharField(max_length=64)
    times = models.PositiveIntegerField(default=1)
    release = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feature", "source", "digest"], name="one_row_a_difference")]
        indexes = [models.Index(fields=["feature", "-id"], name="mismatches_of_a_feature")]

    def __str__(self) -> str:
        return f"{self.feature} {self.topic} at {self.cursor}: {self.outcome}"
