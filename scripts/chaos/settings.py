"""Thor's settings, with a layer that can lose nudges on purpose and a witness in each process."""

from thor_project.settings import *  # noqa: F403 - all of them, and two that differ
from thor_project.settings import CHANNEL_LAYERS, INSTALLED_APPS

SOCKETS_PER_USER, REQUESTS_PER_MINUTE = 10_000, 10_000_000  # the crowd is one user
CHANNEL_LAYERS["default"]["BACKEND"] = "chaos.layer.LossyLayer"
INSTALLED_APPS = [*INSTALLED_APPS, "chaos.apps.ChaosConfig"]
