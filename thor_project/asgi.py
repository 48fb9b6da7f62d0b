"""The ASGI application: HTTP by Django, WebSockets by Channels."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thor_project.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter
from django.conf import settings

from thor_project.routing import websocket_application
from thor_project.turnstile import Turnstile

http_application = Turnstile(django_application, settings.REQUESTS_AT_ONCE)
application = ProtocolTypeRouter({"http": http_application, "websocket": websocket_application})
