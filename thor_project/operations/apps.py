"""The Django application `thor_project.operations`: health, error format, the dashboard's page."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "thor_project.operations"
    label = "operations"

    def ready(self) -> None:
        from thor_project.operations.connections import watch_requests

        watch_requests()
