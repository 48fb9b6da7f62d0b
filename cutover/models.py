"""Where each feature stands, and every move that brought it there."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from cutover.stages import Stage


class StageRecord(models.Model):
    """A feature's recorded stage. `environment` is the flag's value when a server last started: "", "true" or "false"."""

    feature = models.CharField(max_length=80, unique=True)
    stage = models.CharField(max_length=8, default=Stage.SHADOW.value)
    percent = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    environment = models.CharField(max_length=5, default="")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="percent_is_one"),
            models.CheckConstraint(condition=models.Q(stage__in=[s.value for s in Stage]), name="stage_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.feature}: {self.stage}"


class HistoryIsAppendOnly(Exception):
    """A recorded move is never changed or taken away."""


class StageMoves(models.QuerySet["StageMove"]):
    """Moves can be added and read."""

    def update(self, **_: Any) -> NoReturn:
        raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)


class StageMove(models.Model):
    """One move: who, when, from where to where, why; and whether the gate's evidence was there."""

    feature = models.CharField(max_length=80, db_index=True)
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150)
    from_stage = models.CharField(max_length=8)
    to_stage = models.CharField(max_length=8)
    percent = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=500)
    forced = models.BooleanField(default=False)
    evidence = models.JSONField(default=dict)

    objects = StageMoves.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feature", "version"], name="one_move_a_version")]

    def __str__(self) -> str:
        return f"{self.feature}: {self.from_stage} → {self.to_stage}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise HistoryIsAppendOnly(HistoryIsAppendOnly.__doc__)
