"""What all tests share: where the recorded data lies, and a database in a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.db import connections


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file of its own, as the server has it: threads lock each other out as they would there."""
    database = connections.settings["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data; a test that asks for it skips where it is missing."""
    folder = Path(os.environ.get("THOR_SHARED", Path(__file__).resolve().parent.parent / "shared"))
    if not (folder / "market-data").is_dir():
        pytest.skip(f"the recorded data is not here: {folder} (set THOR_SHARED)")
    return folder
