"""What the tests with running servers share."""

from __future__ import annotations

import logging

logging.getLogger("httpx").setLevel(logging.WARNING)
