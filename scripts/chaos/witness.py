"""Notes in each process what was to be told and what was heard; and has it die, or not heal, when the suite says so."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from chaos.switches import HEALED, HEARD, TOLD, Notes, Switches, death_of
from realtime.contract import Cursor, Publication
from realtime.history import Found
from realtime.hub import Hub
from realtime.nudges import Nudges


def attend(switches: Switches) -> None:
    """The product itself has no hook: its methods are wrapped here, in the suite's processes only."""
    _note_what_is_told(switches)
    _note_what_is_heard(switches)
    if switches.heals:
        _note_what_is_healed(switches)
    else:
        Hub.look = _look_away  # type: ignore[method-assign, assignment]


def lines(publications: Sequence[Publication]) -> list[str]:
    """`TOPIC OFFSET` of those that are numbered."""
    return [f"{publication.topic} {publication.offset}" for publication in publications if publication.offset]


def _note_what_is_told(switches: Switches) -> None:
    notes, send = Notes(switches, TOLD), Nudges.send

    def told(nudges: Nudges, group: str, publications: Sequence[Publication]) -> None:
        committed = lines(publications)
        notes.add(committed)
        if committed and switches.value(death_of(switches.name)) is not None:
            switches.turn_off(death_of(switches.name))
            os._exit(9)  # between commit and nudge
        send(nudges, group, publications)

    Nudges.send = told  # type: ignore[method-assign, assignment]


def _note_what_is_heard(switches: Switches) -> None:
    notes, hear = Notes(switches, HEARD), Hub.hear

    def heard(hub: Hub, publications: Sequence[Publication], *more: Any) -> None:
        notes.add(lines(publications))
        hear(hub, publications, *more)

    Hub.hear = heard  # type: ignore[method-assign, assignment]


def _note_what_is_healed(switches: Switches) -> None:
    notes, compare = Notes(switches, HEALED), Hub.compare

    def compared(hub: Hub, cursors: Mapping[str, Cursor], found: Mapping[str, Found]) -> None:
        before = hub.healed
        compare(hub, cursors, found)
        if hub.healed != before:
            notes.add([str(hub.healed - before)])

    Hub.compare = compared  # type: ignore[method-assign, assignment]


async def _look_away(hub: Hub) -> None:
    """Healing is turned off: whatever the layer loses stays lost."""
