"""The numbered lines and what was published on them."""

from __future__ import annotations

from django.db import models


class Topic(models.Model):
    """A numbered line: `top` is the offset of its newest publication, in commit order."""

    name = models.CharField(max_length=200, unique=True)
    epoch = models.CharField(max_length=16)
    top = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} {self.epoch}:{self.top}"


class StoredPublication(models.Model):
    """A publication kept for those who missed it. An EVENT has a slot of its own; of a STATE the newest takes slot 0.

    No more indices than are needed to find one, and no check of the topic, whose row the publisher holds locked: each would
    be paid for with every publication.
    """

    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, related_name="publications", db_index=False, db_constraint=False
    )
    slot = models.BigIntegerField()
    offset = models.BigIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "slot"], name="one_publication_a_slot")]

    def __str__(self) -> str:
        return f"{self.topic_id}@{self.offset}"
