"""Who becomes a member of an account, and who is one no more; each change is kept in the audit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from identity.audit import note_member
from identity.models import Outcome, User
from ThorTrading.models import Account, Membership


@transaction.atomic
def add_member(account: Account, user: User, now: datetime) -> bool:
    """Let `user` see the account, at his next request; False where he may already."""
    _, is_new = Membership.objects.get_or_create(account=account, user=user)
    if is_new:
        note_member(user, account.slug, Outcome.ADDED, now)
    return is_new


@transaction.atomic
def remove_member(account: Account, user: User, now: datetime) -> bool:
    """End what `user` sees of the account: REST at his next request, topics of open sockets within seconds.

    False where he was no member.
    """
    removed, _ = Membership.objects.filter(account=account, user=user).delete()
    if removed:
        note_member(user, account.slug, Outcome.REMOVED, now)
    return bool(removed)
