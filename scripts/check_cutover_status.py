"""Where every feature stands: `python scripts/check_cutover_status.py [--json]`, or piped into `manage.py shell`."""

import os
import sys
from pathlib import Path

from django.core.management import call_command, execute_from_command_line

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thor_project.settings")
    execute_from_command_line(["manage.py", "check_cutover_status", *sys.argv[1:]])
else:
    call_command("check_cutover_status")
