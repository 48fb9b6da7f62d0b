"""The Django application `ThorTrading`."""

from django.apps import AppConfig


class ThorTradingConfig(AppConfig):
    name = "ThorTrading"
    label = "trading"
    default_auto_field = "django.db.models.BigAutoField"
