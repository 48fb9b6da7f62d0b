"""The project's own settings, and parcels."""

from thor_project.settings import *  # noqa: F403 - all of them
from thor_project.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.parcels"]
