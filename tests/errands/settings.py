"""The project's own settings, and the errand; ERRANDS_FILE names the file of what it did."""

from thor_project.settings import *  # noqa: F403 - all of them
from thor_project.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.errands"]
