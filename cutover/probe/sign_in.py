"""The port by which the probe gets itself a session: the wiring says who signs it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol


class Pass(Protocol):
    """What the probe sends with each request and handshake, until when it is good, and whose it is."""

    @property
    def cookies(self) -> Mapping[str, str]: ...

    @property
    def expires_at(self) -> datetime: ...

    @property
    def user(self) -> Any: ...


class NobodySignsIn(Exception):
    """No way in is in use: the wiring calls `cutover.probe.sign_in.use` when its application is ready."""


_way_in: list[Callable[[datetime], Pass]] = []


def use(way_in: Callable[[datetime], Pass]) -> None:
    """From now on, the probe is signed in so."""
    _way_in[:] = [way_in]


def new_pass(now: datetime) -> Pass:
    if not _way_in:
        raise NobodySignsIn(NobodySignsIn.__doc__)
    return _way_in[0](now)
