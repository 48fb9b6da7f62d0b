"""The Django application `thor_project.operations`: health, error format, the dashboard's page; it signs the probe in."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "thor_project.operations"
    label = "operations"

    def ready(self) -> None:
        from cutover.probe import sign_in
        from identity.services import probe_session
        from thor_project.operations import jobs  # noqa: F401 - its declarations
        from thor_project.operations.connections import watch_requests

        sign_in.use(probe_session)
        watch_requests()
