"""The Django application `GlobalMarkets`."""

from django.apps import AppConfig


class GlobalMarketsConfig(AppConfig):
    name = "GlobalMarkets"
    label = "markets"
    default_auto_field = "django.db.models.BigAutoField"
