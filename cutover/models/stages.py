"""Where each feature stands, every move that brought it there, and who signed it off."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from cutover.stages import Stage


class StageRecord(models.Model):
    """A feature's recorded stage. `environment` is the flag's value when a server last started: "", "true" or "false".

    `entered_version`: the move that brought it into this stage; widening a canary is no new stage. Evidence is kept by it.
    `cohort`: whom a canary is limited to, "" for nobody in particular. `held_until` (wall time): the watch took it back, and
    until then it stays. `sunset_at` (wall time): when REST is planned to be turned off.
    """

    feature = models.CharField(max_length=80, unique=True)
    stage = models.CharField(max_length=8, default=Stage.SHADOW.value)
    percent = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    environment = models.CharField(max_length=5, default="")
    changed_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=150, default="")
    reason = models.CharField(max_length=500, default="")
    entered_version = models.PositiveIntegerField(default=0)
    entered_at = models.DateTimeField(null=True)
    cohort = models.CharField(max_length=20, default="")
    held_until = models.DateTimeField(null=True)
    sunset_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="percent_is_one"),
            models.CheckConstraint(condition=models.Q(stage__in=[s.value for s in Stage]), name="stage_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.feature}: {self.stage}"


class HistoryIsAppendOnly(Exception):
    """What is recorded is never changed or taken away."""


class AppendOnly(models.QuerySet[Any]):
    """What is recorded can be added to and read."""

    def update(self, **_: Any) -> NoReturn:
        raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)


class Recorded(models.Model):
    """A row that is written once."""

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)


class StageMove(Recorded):
    """One move: who, when, from where to where, why; and whether the gate's evidence was there."""

    feature = models.CharField(max_length=80, db_index=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    from_stage = models.CharField(max_length=8)
    to_stage = models.CharField(max_length=8)
    percent = models.PositiveSmallIntegerField(default=0)
    cohort = models.CharField(max_length=20, default="")
    reason = models.CharField(max_length=500)
    forced = models.BooleanField(default=False)
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feature", "version"], name="one_move_a_version")]

    def __str__(self) -> str:
        return f"{self.feature}: {self.from_stage} → {self.to_stage}"


class SignOff(Recorded):
    """A named operator's word that a live feature may leave REST; it holds for the stay in the stage that it was given in."""

    feature = models.CharField(max_length=80)
    entered_version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feature", "entered_version", "by"], name="one_sign_off_each")]

    def __str__(self) -> str:
        return f"{self.feature}: signed off by {self.by}"
