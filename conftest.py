"""What all tests share: where the recorded data lies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data; a test that asks for it skips where it is missing."""
    folder = Path(os.environ.get("THOR_SHARED", Path(__file__).resolve().parent.parent / "shared"))
    if not (folder / "market-data").is_dir():
        pytest.skip(f"the recorded data is not here: {folder} (set THOR_SHARED)")
    return folder
