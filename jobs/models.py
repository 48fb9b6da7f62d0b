"""The record of runs, whose unique rows are what makes a run happen at most once; and who leads the heartbeat."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q


class Outcome(models.TextChoices):
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"


class JobRun(models.Model):
    """One run of a job: claimed by inserting it; `expires_at` is when it counts as lost, should nobody finish it or renew that."""

    job = models.CharField(max_length=64)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.RUNNING)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "due_at"], name="one_run_a_due_time"),
            models.UniqueConstraint(fields=["job"], condition=Q(outcome="running"), name="one_run_of_a_job_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["job", "-finished_at"], condition=Q(outcome="completed"), name="last_completed_run")
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.due_at.isoformat()} {self.outcome}"

    @property
    def duration(self) -> timedelta | None:
        """From start to end; None while it runs or where it never began."""
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None

    @property
    def lateness(self) -> timedelta | None:
        """From the due time to the start; None where it never began."""
        return self.started_at - self.due_at if self.started_at else None


class Lease(models.Model):
    """Something that one process has for a while: `holder` names it, until `expires_at`."""

    name = models.CharField(max_length=64, primary_key=True)
    holder = models.CharField(max_length=300)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.holder} until {self.expires_at.isoformat()}"
