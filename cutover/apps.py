"""The Django application `cutover`."""

from django.apps import AppConfig


class CutoverConfig(AppConfig):
    name = "cutover"
    label = "cutover"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cutover import housekeeping, jobs, websocket_features  # noqa: F401 - their declarations
