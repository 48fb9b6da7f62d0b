"""Puts the fault into a process when it starts. What REST shows, and snapshots, stay as they are stored."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from django.apps import AppConfig

from realtime.contract import Frame, encode_frame

FILE = "CORRUPTION_FILE"
"""The variable that names the file."""


class CorruptionConfig(AppConfig):
    name = "tests.corruption"
    label = "corruption"

    def ready(self) -> None:
        from realtime import publisher

        file = Path(os.environ[FILE])
        publisher.encode_frame = lambda frame: encode_frame(corrupted(frame) if file.exists() else frame)


def corrupted(frame: Frame) -> Frame:
    """Of positions, with each pnl one too high; any other as it is."""
    if frame.type != "positions":
        return frame
    rows = [msgspec.structs.replace(row, pnl=row.pnl + 1) for row in frame.data.positions]
    return msgspec.structs.replace(frame, data=msgspec.structs.replace(frame.data, positions=rows))
