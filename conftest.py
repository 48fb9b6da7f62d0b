"""What all tests share: where the recorded data lies, a database in a file, and a hub that is stopped again."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from hypothesis import settings as hypothesis_settings

if TYPE_CHECKING:
    from realtime.hub import Hub

hypothesis_settings.register_profile("thor", deadline=None)  # how long an example takes tells how busy the machine is
hypothesis_settings.load_profile("thor")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file of its own, as the server has it: threads lock each other out as they would there."""
    database = connections.settings["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL those that touch a database: the others were run once, and would say the same."""
    if connections.settings["default"]["ENGINE"].endswith("postgresql"):
        config.hook.pytest_deselected(items=[item for item in items if not _touches_a_database(item)])
        items[:] = filter(_touches_a_database, items)


def _touches_a_database(item: pytest.Item) -> bool:
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data; a test that asks for it skips where it is missing."""
    folder = Path(os.environ.get("THOR_SHARED", Path(__file__).resolve().parent.parent / "shared"))
    if not (folder / "market-data").is_dir():
        pytest.skip(f"the recorded data is not here: {folder} (set THOR_SHARED)")
    return folder


@pytest.fixture
async def hub(transactional_db: None) -> AsyncIterator[Hub]:
    """The hub of the test's loop, for tests with sockets: no task, thread or connection of it is left."""
    from realtime.hub import hub_here, stop_hub_here

    yield hub_here()
    await stop_hub_here()
    await sync_to_async(connections.close_all)()


@pytest.fixture(autouse=True)
def _no_hub_is_left() -> Iterator[None]:
    from realtime import hub

    yield
    left = len(hub.running)
    hub.running.clear()
    assert not left, "a hub was started and not stopped: take the fixture `hub`"
