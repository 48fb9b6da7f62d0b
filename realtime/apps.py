"""The Django application `realtime`."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RealtimeConfig(AppConfig):
    name = "realtime"
    label = "realtime"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from realtime import openapi  # noqa: F401 - registers how payloads are shown in /docs
        from realtime.faults import count_errors
        from realtime.storage import leave_room

        count_errors()
        post_migrate.connect(leave_room, sender=self)
