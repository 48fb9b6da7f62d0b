"""The Django application `realtime`."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"
    label = "realtime"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from realtime import openapi  # noqa: F401 - registers how payloads are shown in /docs
