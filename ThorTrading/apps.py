"""The Django application `ThorTrading`."""

from django.apps import AppConfig


class ThorTradingConfig(AppConfig):
    name = "ThorTrading"
    label = "trading"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from GlobalMarkets.services.watchlist import need
        from ThorTrading import jobs  # noqa: F401 - its declarations
        from ThorTrading.selectors import held_symbols
        from ThorTrading.services import websocket_features  # noqa: F401 - its declarations

        need(held_symbols)
