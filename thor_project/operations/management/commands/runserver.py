"""`manage.py runserver` with our server: hub and heartbeat run as they do in the embedded desk."""

from __future__ import annotations

# daphne.server installs Twisted's reactor: it comes before whatever else imports Twisted.
from thor_project.server import ThorServer  # isort: skip

from daphne.management.commands.runserver import Command as DaphneRunserver


class Command(DaphneRunserver):  # type: ignore[misc] # daphne is not typed
    server_cls = ThorServer
