"""The Django application `jobs`: declares its own jobs; every other app imports its `jobs.py` when it is ready."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jobs import heartbeat, housekeeping  # noqa: F401 - their declarations
