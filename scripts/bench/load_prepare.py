"""Makes a desk with so many users, all members of its account, and signs them in: python -m bench.load_prepare USERS.

Prints one line of JSON: the session cookie's name, a value for each user and one for the operator, and the account's number.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402

from GlobalMarkets import feeds  # noqa: E402
from GlobalMarkets.services.watchlist import settle_watchlist  # noqa: E402
from identity.models import Role, User  # noqa: E402
from ThorTrading.jobs import MarketMetricsJob  # noqa: E402
from ThorTrading.models import Membership  # noqa: E402
from ThorTrading.services.seeding import seed_account, seed_user  # noqa: E402

BACKEND = "django.contrib.auth.backends.ModelBackend"


def main(users: int) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_calendars", verbosity=0)
    settle_watchlist(feeds.current())
    operator = seed_user("operator")
    account = seed_account(operator, feeds.current())
    MarketMetricsJob().run(datetime.now(UTC))
    made = User.objects.bulk_create(User(username=f"user{n}", role=Role.TRADER) for n in range(users))
    Membership.objects.bulk_create(Membership(account=account, user=user) for user in made)
    cookies = [sign_in(user) for user in made]
    told = {"name": settings.SESSION_COOKIE_NAME, "cookies": cookies, "account": account.pk}
    sys.stdout.write(json.dumps(told | {"operator": sign_in(operator)}) + "\n")


def sign_in(user: User) -> str:
    """What Django's `login` would keep."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


main(int(sys.argv[1]))
