"""The Django application `identity`."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from identity import openapi  # noqa: F401 - registers how one signs in, for /docs
