"""Who came in, was refused, and left, and who became a member of what: one row each, the newest of them kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

import structlog

from identity.models import By, Outcome, SignInAudit, User

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=365)
MOST_ROWS = 100_000


class Forgotten:
    """How many rows this process deleted: requests are answered by many threads at once."""

    def __init__(self) -> None:
        self.rows = 0
        self._lock = Lock()

    def add(self, rows: int) -> None:
        with self._lock:
            self.rows += rows


forgotten = Forgotten()


def note(who: User | str, address: str, by: By, outcome: Outcome, now: datetime) -> None:
    """Keep what happened, for a year, and of the newest 100 000 only. `who` may be the name that was typed."""
    user = who if isinstance(who, User) else User.objects.filter(username=who).first()
    name = "" if user is None else user.get_username()
    _keep(SignInAudit(user=user, username=name, address=address[:45], by=by, outcome=outcome, at=now))
    log.info("sign_in_noted", user=name, address=address[:45], by=by.value, outcome=outcome.value)


def note_member(user: User, account: str, outcome: Outcome, now: datetime) -> None:
    """Keep that `user` became a member of `account` (its slug), or is one no more."""
    name = user.get_username()
    _keep(SignInAudit(user=user, username=name, by=By.MEMBER, outcome=outcome, about=account, at=now))
    log.info("membership_noted", user=name, account=account, outcome=outcome.value)


def _keep(row: SignInAudit) -> None:
    row.save()
    beyond, _ = SignInAudit.objects.filter(pk__lte=row.pk - MOST_ROWS).delete()
    old, _ = SignInAudit.objects.filter(at__lt=row.at - KEPT_FOR).delete()
    forgotten.add(beyond + old)
