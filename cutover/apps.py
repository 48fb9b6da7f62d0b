"""The Django application `cutover`."""

from django.apps import AppConfig


class CutoverConfig(AppConfig):
    name = "cutover"
    label = "cutover"
    default_auto_field = "django.db.models.BigAutoField"
