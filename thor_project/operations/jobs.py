"""Forgets sessions and tokens that have expired; links are forgotten where new ones are made."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from threading import Lock

from django.contrib.sessions.models import Session

from identity.models import ApiToken
from jobs.registry import job, seconds

forgotten: Counter[str] = Counter(session=0, token=0)
"""How many of each kind, by this process."""
_counting = Lock()


@job("access_housekeeping", every=seconds(3600), timeout=seconds(60))
class AccessHousekeeping:
    def run(self, now: datetime) -> None:
        forget_expired(now)


def forget_expired(now: datetime) -> None:
    """What expired before `now`; what has not, stays, and so does a token without an end."""
    expired = {
        "session": Session.objects.filter(expire_date__lt=now),
        "token": ApiToken.objects.filter(expiry__lt=now),
    }
    for kind, rows in expired.items():
        count = rows.delete()[0]
        with _counting:
            forgotten[kind] += count
