"""The Celery app: `celery -A thor_project worker` runs the jobs that need not run in the heartbeat (JOBS_EXECUTOR=celery)."""

from __future__ import annotations

import logging
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thor_project.settings")

import django
from celery import Celery, signals
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

if not apps.ready:
    django.setup()

from jobs.celery import jobs_of_workers, queues
from jobs.tallies import tallies
from realtime.garbage import calm_garbage_collector

PATIENCE_SECONDS = 5

if not settings.CELERY_BROKER_URL:
    raise ImproperlyConfigured("Celery needs CELERY_BROKER_URL or REDIS_URL")

app = Celery("thor")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # for ever: the supervisor would only start it anew
    broker_transport_options={
        "socket_connect_timeout": PATIENCE_SECONDS,
        "socket_timeout": PATIENCE_SECONDS,
        "health_check_interval": PATIENCE_SECONDS,
    },
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_queues=queues(),
    # Before the work, not after: the claim has a due time run at most once, and a message that came again would be refused.
    task_acks_late=False,
    # What no slot is free for stays in its queue, where the next due time takes its place.
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_hijack_root_logger=False,
    timezone="UTC",
    include=["jobs.celery"],
)


@signals.setup_logging.connect  # type: ignore[untyped-decorator] # celery is not typed
def keep_our_logging(**_: Any) -> None:
    """Django's LOGGING stands; with a receiver here Celery does not put its own in its place, with two lines for each run."""
    for name in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)


@signals.worker_ready.connect  # type: ignore[untyped-decorator]
def show_metrics(**_: Any) -> None:
    """Of what runs in this very process: with Celery's pool of threads that is every run."""
    tallies.expect(jobs_of_workers())
    import_string(settings.METRICS_SERVER)()


@signals.worker_process_init.connect  # type: ignore[untyped-decorator]
def settle_in(**_: Any) -> None:
    calm_garbage_collector()
