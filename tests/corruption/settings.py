"""The project's own settings, and the fault; CORRUPTION_FILE names the file that turns it on."""

from thor_project.settings import *  # noqa: F403 - all of them
from thor_project.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.corruption"]
