"""Asks the process of this container whether it is well, for the supervisor: `python deploy/healthy.py web|heartbeat`."""

from __future__ import annotations

import os
import sys
import urllib.request

PLACES = {"web": ("PORT", "/readyz"), "heartbeat": ("METRICS_PORT", "/live")}
PATIENCE_SECONDS = 4.0


def main(arguments: list[str]) -> int:
    """0 where it is; what is wrong goes to the terminal."""
    if len(arguments) != 1 or arguments[0] not in PLACES:
        print(f"usage: python deploy/healthy.py {'|'.join(PLACES)}", file=sys.stderr)
        return 2
    variable, path = PLACES[arguments[0]]
    try:
        address = f"http://127.0.0.1:{int(os.environ[variable])}{path}"
        with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:
            return 0 if answer.status == 200 else 1
    except (KeyError, ValueError, OSError) as fault:
        print(f"{arguments[0]}: {fault!r}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
