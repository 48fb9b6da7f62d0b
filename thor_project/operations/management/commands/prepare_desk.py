"""`manage.py prepare_desk`: what must be there before the processes of a desk start; at each upgrade, too."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from GlobalMarkets import feeds
from ThorTrading.management.preparation import Preparation, load_calendars, naming_the_faults
from ThorTrading.models import Account


class Command(BaseCommand):
    help = (
        "Brings the database up to date, fills a new one (calendars, chart, user, account), gathers the static files."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with naming_the_faults():
            feed = feeds.current()
        preparation = Preparation()
        preparation.greet()
        preparation.set_up_database()
        if Account.objects.exists():
            # The desk may be running: the chart is its heartbeat's affair, and the account is its user's.
            with preparation.step("calendars") as told:
                told(load_calendars(feed, preparation.note))
        else:
            preparation.fill(feed)
        with preparation.step("static files") as told:
            told(str(call_command("collectstatic", interactive=False, verbosity=0) or "gathered"))
