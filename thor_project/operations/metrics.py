"""What Prometheus may read of this process: a table of metrics, each made from the plain counters when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils import timezone
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from cutover import housekeeping as cutover_housekeeping
from GlobalMarkets import feeds
from identity import audit
from jobs.tallies import tallies
from realtime.counts import Histogram, counts
from realtime.nudges import nudges
from thor_project.operations.job_metrics import completions, intervals
from thor_project.operations.jobs import forgotten
from thor_project.operations.requests import requests
from thor_project.operations.standing import hubs_here

log = structlog.get_logger(__name__)

Labels = tuple[str, ...]
Samples = Mapping[Labels, Any]
FAMILIES: dict[str, Callable[..., Any]] = {
    "gauge": GaugeMetricFamily,
    "counter": CounterMetricFamily,
    "histogram": HistogramMetricFamily,
}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """`read` gives a value (or Histogram) for each combination of the labels' values."""

    name: str
    kind: str
    meaning: str
    read: Callable[[], Samples]
    labels: Labels = ()


def alone(value: Any) -> Samples:
    """The samples of a metric without labels."""
    return {(): value}


def labelled(values: Mapping[Any, Any]) -> Samples:
    """By one label, or by several where the keys are tuples."""
    return {key if isinstance(key, tuple) else (str(key),): value for key, value in dict(values).items()}


def feed_ages() -> Samples:
    """Nothing where this process has never polled its feed: another one does."""
    feed = feeds.current()
    status = feed.status()
    if status.at is None:
        return {}
    return {(status.name,): max(0.0, (feed.market_time(timezone.now()) - status.at).total_seconds())}


METRICS = (
    MetricRow(
        "websocket_connections",
        "gauge",
        "signed-in sockets that are open, by the kind of writer",
        lambda: labelled(counts.open_by_writer),
        ("writer",),
    ),
    MetricRow(
        "websocket_connection_duration_seconds", "histogram", "how long a socket was open", lambda: alone(counts.stays)
    ),
    MetricRow(
        "websocket_closed_total", "counter", "closed sockets by code", lambda: labelled(counts.closed), ("code",)
    ),
    MetricRow(
        "websocket_held_back",
        "gauge",
        "clients that do not read fast enough at this moment",
        lambda: alone(sum(hub.held for hub in hubs_here())),
    ),
    MetricRow(
        "websocket_topics",
        "gauge",
        "topics that somebody listens to here",
        lambda: alone(sum(len(hub.rooms) for hub in hubs_here())),
    ),
    MetricRow(
        "messages_published_total",
        "counter",
        "publications committed, or sent unnumbered, by this process",
        lambda: labelled(counts.published),
        ("stream",),
    ),
    MetricRow(
        "messages_delivered_total",
        "counter",
        "frames written to clients, each socket's",
        lambda: alone(counts.delivered),
    ),
    MetricRow(
        "messages_dropped_total",
        "counter",
        "frames that a slow client was not sent: conflated (a newer state took their place), overflow (read anew later)",
        lambda: labelled(counts.dropped),
        ("reason",),
    ),
    MetricRow(
        "publish_to_send_seconds",
        "histogram",
        "from the commit to the write, of each delivery that came by the layer",
        lambda: alone(counts.latency),
    ),
    MetricRow(
        "layer_messages_sent_total",
        "counter",
        "nudges that this process gave to the layer, by outcome: sent, late, lost",
        lambda: labelled({"sent": nudges.sent, "late": nudges.late, "lost": nudges.lost}),
        ("outcome",),
    ),
    MetricRow(
        "layer_messages_received_total", "counter", "nudges that the layer brought", lambda: alone(counts.nudges)
    ),
    MetricRow(
        "gaps_healed_total", "counter", "lines brought to the top from the history", lambda: alone(counts.healed)
    ),
    MetricRow(
        "gaps_unfillable_total",
        "counter",
        "of these, where the history did not reach back: everybody read anew",
        lambda: alone(counts.unfillable),
    ),
    MetricRow(
        "publications_trimmed_total", "counter", "events forgotten after 24 hours", lambda: alone(counts.trimmed)
    ),
    MetricRow(
        "ways_in_forgotten_total",
        "counter",
        "expired sessions and tokens that were deleted",
        lambda: labelled(forgotten),
        ("kind",),
    ),
    MetricRow(
        "sign_ins_forgotten_total",
        "counter",
        "rows of the sign-ins' record that were deleted, after a year or beyond the newest 100 000",
        lambda: alone(audit.forgotten.rows),
    ),
    MetricRow(
        "cutover_rows_forgotten_total",
        "counter",
        "rows of dead processes, and of who used REST long ago, that were deleted",
        lambda: labelled(cutover_housekeeping.forgotten),
        ("kind",),
    ),
    MetricRow(
        "runs_forgotten_total", "counter", "old runs of jobs that were deleted", lambda: alone(tallies.forgotten)
    ),
    MetricRow(
        "job_runs_total",
        "counter",
        "runs that ended here, or were found lost",
        lambda: labelled(tallies.runs),
        ("job", "outcome"),
    ),
    MetricRow("job_duration_seconds", "histogram", "from start to end", lambda: labelled(tallies.durations), ("job",)),
    MetricRow(
        "job_lateness_seconds",
        "histogram",
        "from the due time to the start",
        lambda: labelled(tallies.lateness),
        ("job",),
    ),
    MetricRow(
        "job_last_completed_timestamp_seconds",
        "gauge",
        "when its newest completed run ended, whoever ran it, in seconds since 1970; 0 where there is none; by heartbeats",
        lambda: labelled(completions()),
        ("job",),
    ),
    MetricRow(
        "job_interval_seconds",
        "gauge",
        "how long from one due time to the next; by heartbeats",
        lambda: labelled(intervals()),
        ("job",),
    ),
    MetricRow(
        "heartbeat_tick_lateness_seconds",
        "histogram",
        "how late after its second a tick came",
        lambda: alone(tallies.ticks),
    ),
    MetricRow(
        "thor_heartbeat_leader",
        "gauge",
        "1 where the heartbeat of this process leads, 0 where it follows; absent where it has none",
        lambda: {} if tallies.leads is None else alone(int(tallies.leads)),
    ),
    MetricRow(
        "http_requests_total",
        "counter",
        "requests answered, by the path's template (static: a file; none: no such path)",
        lambda: labelled(requests.answered),
        ("method", "route", "status"),
    ),
    MetricRow(
        "http_request_duration_seconds",
        "histogram",
        "from the request to its answer, by the path's template",
        lambda: labelled(requests.durations),
        ("route",),
    ),
    MetricRow("feed_age_seconds", "gauge", "market time since the feed was last polled here", feed_ages, ("feed",)),
)


class LiveCollector:
    """Reads the table anew at each scrape. A metric that cannot be read is left out: the others are wanted all the more."""

    def collect(self) -> Iterator[Metric]:
        for row in METRICS:
            try:
                yield family_of(row)
            except Exception as fault:  # noqa: BLE001 - see above
                log.warning("metric_unreadable", metric=row.name, fault=repr(fault))

    def describe(self) -> Iterable[Metric]:
        return []


def family_of(row: MetricRow) -> Metric:
    family = FAMILIES[row.kind](row.name, row.meaning, labels=row.labels)
    for values, value in row.read().items():
        if isinstance(value, Histogram):
            family.add_metric(values, buckets=buckets_of(value), sum_value=value.total)
        else:
            family.add_metric(values, value)
    made: Metric = family
    return made


def buckets_of(histogram: Histogram) -> list[tuple[str, float]]:
    """Cumulative, up to +Inf."""
    total, buckets = 0, []
    for bound, count in zip([*map(str, histogram.bounds), "+Inf"], list(histogram.counts), strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(LiveCollector())
    ProcessCollector(registry=registry)
    return generate_latest(registry)
