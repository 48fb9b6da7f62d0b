"""The Django application `GlobalMarkets`."""

from django.apps import AppConfig


class GlobalMarketsConfig(AppConfig):
    name = "GlobalMarkets"
    label = "markets"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from GlobalMarkets import jobs  # noqa: F401 - declares its jobs
        from GlobalMarkets.services import (  # noqa: F401 - declare its features, and give the cutover its calendar
            cutover_calendar,
            websocket_features,
            websocket_markets,
            websocket_ticker,
        )
