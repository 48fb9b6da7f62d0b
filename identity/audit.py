"""Who came in, was refused, and left: one row each, the newest of them kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from identity.models import By, Outcome, SignInAudit, User

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=365)
MOST_ROWS = 100_000


def note(who: User | str, address: str, by: By, outcome: Outcome, now: datetime) -> None:
    """Keep what happened, for a year, and of the newest 100 000 only. `who` may be the name that was typed."""
    user = who if isinstance(who, User) else User.objects.filter(username=who).first()
    name = "" if user is None else user.get_username()
    row = SignInAudit.objects.create(user=user, username=name, address=address[:45], by=by, outcome=outcome, at=now)
    SignInAudit.objects.filter(pk__lte=row.pk - MOST_ROWS).delete()
    SignInAudit.objects.filter(at__lt=now - KEPT_FOR).delete()
    log.info("sign_in_noted", user=name, address=row.address, by=by.value, outcome=outcome.value)
