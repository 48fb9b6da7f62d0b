"""The probe's job: every five seconds a look at both transports."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from cutover.budget import LOOK_EVERY
from cutover.probe.inquiry import Storm
from cutover.probe.look import Probe
from cutover.watch import watch
from jobs.registry import job, seconds
from jobs.tempo import scaled

_probe: dict[timedelta, Probe] = {}


def probe_here() -> Probe:
    """This process's probe, at the pace that its jobs keep."""
    every = scaled(LOOK_EVERY)
    if every not in _probe:
        _probe[every] = Probe(every, timezone.now)
    return _probe[every]


@job("cutover_probe", every=LOOK_EVERY, timeout=seconds(20), in_heartbeat=True)
class CutoverProbeJob:
    """Compares, measures, writes what it saw as evidence; then the watch judges what is live, even where the look failed."""

    def run(self, now: datetime) -> None:
        storm: Storm | None = None
        try:
            storm = probe_here().look()
        finally:
            watch(now, storm)
