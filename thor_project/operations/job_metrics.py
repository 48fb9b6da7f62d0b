"""What the heartbeats show of every job, whoever runs it: its interval, and when it last completed."""

from __future__ import annotations

from jobs.last_runs import last_runs
from jobs.registry import registry
from jobs.tallies import tallies
from jobs.tempo import scaled_jobs


def is_heartbeat() -> bool:
    """Whether this process has a heartbeat, leading or not. Both are asked: one may be cut off from the database."""
    return tallies.leads is not None


def completions() -> dict[str, float]:
    """By job, in seconds since 1970; 0 where it never completed. Nothing where there is no heartbeat: another one tells."""
    return last_runs.by_job() if is_heartbeat() else {}


def intervals() -> dict[str, float]:
    """By job, in seconds."""
    return {job.name: job.every.total_seconds() for job in scaled_jobs(registry)} if is_heartbeat() else {}
