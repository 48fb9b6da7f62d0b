"""Our books: accounts, who may see them, what they hold and are worth."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models

from ThorTrading.models import columns

# A slug begins with a letter, so that it is never taken for an account's number in a path.
SLUG = RegexValidator(r"^[a-z][a-z0-9-]*$", "A slug is lower case letters, digits and -, and begins with a letter.")


class Account(models.Model):
    """An account at a broker; `number` is the broker's name for it."""

    class Kind(models.TextChoices):
        PAPER = "paper"
        LIVE = "live"

    slug = models.CharField(max_length=40, unique=True, validators=[SLUG])
    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.PAPER)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="accounts")
    # Of the positions as a whole: an account that holds nothing has a time, too.
    positions_as_of = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.slug


class Membership(models.Model):
    """Who may see an account, on REST and on the socket alike."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="one_membership_each")]


class AccountBalance(models.Model):
    """What an account is worth, as its broker said at `as_of`."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="balance", primary_key=True)
    cash = columns.money()
    buying_power = columns.money()
    portfolio_value = columns.money()
    equity = columns.money()
    as_of = models.DateTimeField()


class Position(models.Model):
    """What an account holds of one symbol; a position that is sold is no row."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="positions")
    symbol = models.CharField(max_length=40)
    quantity = columns.quantity()
    entry_price = columns.price()
    current_price = columns.price()
    multiplier = models.PositiveIntegerField(default=1)
    as_of = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "symbol"], name="one_position_a_symbol"),
            models.CheckConstraint(condition=~models.Q(quantity=0), name="position_is_something"),
        ]
