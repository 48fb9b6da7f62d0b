"""Which server processes live, with what environment, and how many of their dashboards have answered the newest stages."""

from __future__ import annotations

from django.db import models


class ServerProcess(models.Model):
    """One life of one process, which writes its row again and again while it lives (wall time).

    `flags`: {flag: "true", "false" or ""}. `dashboards`: open sockets that follow the stages; `answered`: those of them that
    have acknowledged `cursor`, the newest stages, the last of them at `answered_at`. `members`: {feature: dashboards whose
    user is in its canary}. `polling` and `polling_answered`: the dashboards without a socket that asked for the stages lately.
    """

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12)
    release = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    flags = models.JSONField(default=dict)
    dashboards = models.PositiveIntegerField(default=0)
    cursor = models.CharField(max_length=40, default="")
    answered = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    members = models.JSONField(default=dict)
    polling = models.PositiveIntegerField(default=0)
    polling_answered = models.PositiveIntegerField(default=0)
    cpu_ms = models.PositiveBigIntegerField(default=0)
    rss_bytes = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name
