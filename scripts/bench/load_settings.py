"""Thor's settings, with an application that counts the database queries of its process."""

from thor_project.settings import *  # noqa: F403 - all of them, and one that differs
from thor_project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench.load_app.LoadConfig"]
