"""The paper broker's own books: what a real broker would keep on its side, apart from ours."""

from __future__ import annotations

from django.db import models

from ThorTrading.models import columns


class PaperAccount(models.Model):
    number = models.CharField(max_length=40, unique=True)
    cash = columns.money()


class PaperHolding(models.Model):
    account = models.ForeignKey(PaperAccount, on_delete=models.CASCADE, related_name="holdings")
    symbol = models.CharField(max_length=40)
    quantity = columns.quantity()
    entry_price = columns.price()
    multiplier = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "symbol"], name="one_paper_holding_a_symbol")]
