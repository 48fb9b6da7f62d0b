"""Fixtures of this package: the ledger as the only feature."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from realtime.testing import only
from realtime.tests.ledger import Ledger


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger()
    with only(made.feature):
        yield made
