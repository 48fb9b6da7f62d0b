"""A job that hangs, raises or fights for locks harms itself only: real threads, a real database."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from structlog.testing import capture_logs

from jobs import execution, fence
from jobs.claims import Verdict
from jobs.execution import CLAIM_LIMIT, RECORD_TRIES, ThreadExecutor
from jobs.fence import Fence, RunAbandoned
from jobs.loop import Heartbeat
from jobs.models import JobRun, Outcome
from jobs.registry import seconds
from jobs.runs import Run
from jobs.schedule import Due
from jobs.tests.makers import (
    NOON,
    await_event,
    in_a_thread,
    make_declaration,
    make_job,
    make_registry,
    make_run,
)

pytestmark = pytest.mark.django_db(transaction=True)
LATE = NOON + seconds(5)
"""When a job of NOON with a timeout of five seconds is given up."""


def make_heart(*declarations) -> Heartbeat:
    return Heartbeat(make_registry(*declarations), clock=lambda: NOON)


def run_of(job: str) -> JobRun:
    return JobRun.objects.get(job=job)


def events(logs, job: str) -> list[str]:
    return [line["event"] for line in logs if line.get("job") == job]


def shorten_sqlites_wait(monkeypatch, seconds: float) -> None:
    """How long SQLite waits for a lock; PostgreSQL waits as long as the fence lets it."""
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", seconds)


@pytest.fixture
def impatient(monkeypatch):
    """Nobody waits long for a lock."""
    shorten_sqlites_wait(monkeypatch, 0.3)
    monkeypatch.setattr(execution, "CLAIM_LIMIT", timedelta(seconds=0.3))
    monkeypatch.setattr(execution, "RECORD_LIMIT", timedelta(seconds=0.3))


@contextlib.contextmanager
def locked_store() -> Iterator[None]:
    """Hold what a claim and a record need to write."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE jobs_jobrun IN ACCESS EXCLUSIVE MODE")
        yield


def test_a_run_is_claimed_done_and_recorded_while_the_tick_went_on(follow):
    seen = []
    heart = make_heart(make_declaration(work=make_job(seen.append)))
    (run,) = heart.tick(NOON + timedelta(milliseconds=20))
    follow([run])
    await_event(run.stopped, "the run ends")
    assert seen == [NOON]
    assert (run_of("quotes").outcome, run_of("quotes").finished_at) == (Outcome.COMPLETED, NOON)
    assert heart.tick(NOON + timedelta(milliseconds=900)) == []


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no such\naccount"), "ValueError: no such\naccount"),
        (SystemExit(3), "SystemExit: 3"),
        (RuntimeError("x" * 900), "RuntimeError: " + "x" * 486),
    ],
)
def test_whatever_a_job_raises_is_recorded_and_the_others_run(follow, error, text):
    def fail(now):
        raise error

    heart = make_heart(make_declaration("failing", work=make_job(fail)), make_declaration("bars"))
    with capture_logs() as logs:
        runs = heart.tick(NOON)
        follow(runs)
        for run in runs:
            await_event(run.stopped, "both runs end")
    assert (run_of("failing").outcome, run_of("failing").error) == (Outcome.FAILED, text)
    assert run_of("bars").outcome == Outcome.COMPLETED
    assert events(logs, "failing") == ["job.failed"]
    assert events(logs, "bars") == []


def test_a_job_that_leaves_its_transaction_open_has_it_rolled_back_and_its_end_recorded(follow):
    def forget_to_commit(now):
        transaction.set_autocommit(False)
        make_run(job="uncommitted")

    (run,) = make_heart(make_declaration(work=make_job(forget_to_commit))).tick(NOON)
    follow([run])
    await_event(run.stopped, "the run ends")
    assert run_of("quotes").outcome == Outcome.COMPLETED
    assert not JobRun.objects.filter(job="uncommitted").exists()


def test_a_job_that_hangs_in_a_transaction_frees_its_locks_at_its_deadline(hangings, follow):
    hanging = hangings.make()

    @transaction.atomic
    def hang_with_a_lock(now):
        make_run(job="half_done")
        hanging(now)

    heart = make_heart(make_declaration("hung", every=seconds(60), work=make_job(hang_with_a_lock)))
    runs = heart.tick(NOON)
    follow(runs)
    hanging.await_begin()
    assert heart.tick(LATE - timedelta(seconds=1)) == []
    assert not runs[0].is_abandoned

    with capture_logs() as logs:
        assert heart.tick(LATE) == []
        await_event(runs[0].released, "the database lets the hung run go")
    assert events(logs, "hung") == ["job.timed_out"]
    assert not runs[0].stopped.is_set()
    assert isinstance(in_a_thread(lambda: make_run(job="somebody_else"))[0], JobRun)
    timed_out = JobRun.objects.get(job="hung", due_at=NOON)
    assert (timed_out.outcome, timed_out.error) == (Outcome.TIMED_OUT, "not done within 0:00:05")
    assert not JobRun.objects.filter(job="half_done").exists()


def test_after_its_deadline_a_job_is_run_anew_though_its_first_thread_still_hangs(hangings, follow):
    hanging = hangings.make()
    heart = make_heart(make_declaration(work=make_job(hanging), every=seconds(10)))
    follow(first := heart.tick(NOON))
    hanging.await_begin()
    heart.tick(LATE)
    await_event(first[0].released, "the first run is released")
    follow(second := heart.tick(NOON + seconds(10)))
    hanging.await_begin()
    assert [run.due.at for run in second] == [NOON + seconds(10)]


def write_as_before():
    make_run(job="ghost")


def write_on_a_new_connection():
    connection.close()
    make_run(job="ghost")


@pytest.mark.parametrize("write", [write_as_before, write_on_a_new_connection])
def test_what_wakes_after_its_deadline_finds_the_database_shut(hangings, follow, write):
    hanging = hangings.make(after=write)
    heart = make_heart(make_declaration(work=make_job(hanging), every=seconds(60)))
    follow(runs := heart.tick(NOON))
    hanging.await_begin()
    heart.tick(LATE)
    await_event(runs[0].released, "the database lets the hung run go")
    hanging.let_go.set()
    await_event(runs[0].stopped, "the hung thread ends")
    assert [type(error) for error in hanging.errors] == [RunAbandoned]
    assert JobRun.objects.get(job="quotes", due_at=NOON).outcome == Outcome.TIMED_OUT
    assert not JobRun.objects.filter(job="ghost").exists()


def test_a_hung_transaction_that_ends_after_all_commits_nothing_and_announces_nothing(hangings, follow):
    hanging, announced = hangings.make(), []

    @transaction.atomic
    def announce_at_commit(now):
        make_run(job="half_done")
        transaction.on_commit(lambda: announced.append(now))
        hanging(now)

    heart = make_heart(make_declaration(work=make_job(announce_at_commit), every=seconds(60)))
    follow(runs := heart.tick(NOON))
    hanging.await_begin()
    heart.tick(LATE)
    await_event(runs[0].released, "the database lets the hung run go")
    hanging.let_go.set()
    await_event(runs[0].stopped, "the hung thread ends")
    assert announced == []
    assert not JobRun.objects.filter(job="half_done").exists()


ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(3600)",
}


def test_an_endless_query_ends_when_it_is_cut_even_with_another_cursor_open(hangings, follow):
    hanging = hangings.make()
    hanging.let_go.set()

    @transaction.atomic
    def query_for_ever(now):
        make_run(job="half_done")
        open_cursor = connection.cursor()
        open_cursor.execute("SELECT id FROM jobs_jobrun")
        open_cursor.fetchone()
        hanging(now)
        with connection.cursor() as cursor:
            cursor.execute(ENDLESS[connection.vendor])

    make_run(job="a_row"), make_run(job="another_row")
    heart = make_heart(make_declaration(work=make_job(query_for_ever), every=seconds(60)))
    follow(runs := heart.tick(NOON))
    hanging.await_begin()
    heart.tick(LATE)
    await_event(runs[0].released, "the database lets the run go")
    await_event(runs[0].stopped, "the query ends")
    assert run_of("quotes").outcome == Outcome.TIMED_OUT
    assert not JobRun.objects.filter(job="half_done").exists()
    assert isinstance(in_a_thread(lambda: make_run(job="somebody_else"))[0], JobRun)


def break_connection():
    connection.connection.close()


def close_connection():
    connection.close()


@pytest.mark.parametrize("leave", [break_connection, close_connection])
def test_a_hung_job_without_a_connection_to_cut_is_recorded_all_the_same(hangings, follow, leave):
    hanging = hangings.make(before=leave)
    heart = make_heart(make_declaration(work=make_job(hanging), every=seconds(60)))
    follow(runs := heart.tick(NOON))
    hanging.await_begin()
    heart.tick(LATE)
    await_event(runs[0].released, "the run is released")
    assert run_of("quotes").outcome == Outcome.TIMED_OUT


def test_a_fence_that_nobody_went_through_is_cut_without_ado():
    Fence().cut()


def test_one_run_of_a_job_at_a_time_and_the_due_times_meanwhile_are_skipped(hangings, follow):
    hanging = hangings.make()
    heart = make_heart(make_declaration(work=make_job(hanging)))
    follow(runs := heart.tick(NOON))
    hanging.await_begin()
    assert heart.tick(NOON + seconds(1)) == heart.tick(NOON + seconds(3)) == []
    hanging.let_go.set()
    await_event(runs[0].stopped, "the first run ends")
    with capture_logs() as logs:
        follow(next_runs := heart.tick(NOON + seconds(4)))
    assert [run.due.at for run in next_runs] == [NOON + seconds(4)]
    assert [line["skipped"] for line in logs if line["event"] == "job.due_times_skipped"] == [3]


def test_a_job_that_hangs_three_times_is_not_run_until_one_of_its_threads_ends(hangings, follow):
    hanging = hangings.make()
    heart = make_heart(make_declaration(work=make_job(hanging), every=seconds(10)))
    runs: list[Run] = []
    for number in range(3):
        runs += heart.tick(NOON + number * seconds(10))
        follow(runs[-1:])
        hanging.await_begin()
        heart.tick(LATE + number * seconds(10))
        await_event(runs[-1].released, "the run is released")
    assert len(heart.executor.runs) == 3
    with capture_logs() as logs:
        assert heart.tick(NOON + seconds(30)) == heart.tick(NOON + seconds(31)) == []
    assert [line for line in logs if line["event"] == "job.hangs_too_often"] == [
        {"event": "job.hangs_too_often", "job": "quotes", "threads": 3, "log_level": "error"}
    ]
    hanging.let_go.set()
    for run in runs:
        await_event(run.stopped, "the threads end")
    follow(fourth := heart.tick(NOON + seconds(32)))
    assert len(fourth) == 1
    assert heart.executor.runs == fourth or fourth[0].stopped.is_set()


def test_a_claim_that_the_locked_store_refuses_is_tried_again_at_the_next_tick(impatient, follow):
    heart = make_heart(make_declaration(every=seconds(60)))
    with capture_logs() as logs, locked_store():
        follow(refused := heart.tick(NOON))
        await_event(refused[0].stopped, "the claim is given up")
    assert "job.claim_failed" in events(logs, "quotes")
    follow(granted := heart.tick(NOON + seconds(1)))
    await_event(granted[0].stopped, "the second try ends")
    assert [run.due.at for run in granted] == [NOON]
    assert run_of("quotes").outcome == Outcome.COMPLETED
    assert heart.tick(NOON + seconds(2)) == []


def test_a_claim_that_hangs_is_given_up_and_tried_again(follow, monkeypatch):
    shorten_sqlites_wait(monkeypatch, 1)
    heart = make_heart(make_declaration(every=seconds(60)))
    with locked_store():
        follow(first := heart.tick(NOON))
        follow(second := heart.tick(NOON + CLAIM_LIMIT))
        await_event(first[0].released, "the hanging claim is cut")
        await_event(first[0].stopped, "its thread ends")
    assert first[0].is_abandoned
    assert [run.due.at for run in second] == [NOON]


def test_a_run_that_was_given_up_just_as_its_claim_stood_does_not_work(follow):
    seen = []
    run = Run(Due(make_declaration(work=make_job(seen.append)), NOON), deadline=NOON)
    assert run.abandon_if_late(NOON)
    assert not run.abandon_if_late(NOON)
    in_a_thread(lambda: execution._carry_out(run, lambda: NOON))
    assert seen == []
    assert run_of("quotes").outcome == Outcome.TIMED_OUT


def test_another_process_that_has_the_due_time_settles_it_and_one_at_work_does_not(follow):
    make_run(job="taken")
    make_run(job="busy", due_at=NOON - seconds(1), outcome=Outcome.RUNNING)
    heart = make_heart(make_declaration("taken"), make_declaration("busy"))
    follow(runs := heart.tick(NOON))
    for run in runs:
        await_event(run.stopped, "both are refused")
    follow(again := heart.tick(NOON))
    assert [run.due.job.name for run in again] == ["busy"]


class FreeingLog:
    """Frees the store as soon as a record has failed."""

    def __init__(self) -> None:
        self.failures, self.free, self.freed = 0, threading.Event(), threading.Event()

    def __call__(self, logger, method, line):
        if line["event"] == "job.record_failed":
            self.failures += 1
            self.free.set()
        return line


def test_a_record_that_failed_is_written_at_the_next_try(impatient, follow):
    locked, log = threading.Event(), FreeingLog()

    def hold_the_store():
        with locked_store():
            locked.set()
            await_event(log.free, "the first record fails")

    def let_it_be_locked(now):
        threading.Thread(target=in_a_thread, args=[hold_the_store, log.freed], daemon=True).start()
        await_event(locked, "the store is locked")

    with capture_logs(processors=[log]):
        follow(runs := make_heart(make_declaration(work=make_job(let_it_be_locked))).tick(NOON))
        await_event(runs[0].stopped, "the run ends")
        await_event(log.freed, "the store is free again")
    assert log.failures >= 1
    assert run_of("quotes").outcome == Outcome.COMPLETED


def test_a_record_that_never_succeeds_ends_the_thread_and_leaves_the_run_to_be_lost(impatient, follow):
    locked, free, ended = threading.Event(), threading.Event(), threading.Event()

    def hold_the_store():
        with locked_store():
            locked.set()
            await_event(free, "the run has ended")

    def let_it_be_locked(now):
        threading.Thread(target=in_a_thread, args=[hold_the_store, ended], daemon=True).start()
        await_event(locked, "the store is locked")

    with capture_logs() as logs:
        follow(runs := make_heart(make_declaration(work=make_job(let_it_be_locked))).tick(NOON))
        await_event(runs[0].stopped, "the run ends")
        free.set()
        await_event(ended, "the store is free again")
    assert events(logs, "quotes") == ["job.record_failed"] * RECORD_TRIES
    assert run_of("quotes").outcome == Outcome.RUNNING


def test_a_run_given_up_while_it_records_keeps_its_own_verdict(follow):
    run = Run(Due(make_declaration(), NOON), deadline=NOON)
    in_a_thread(lambda: execution._claim(run, lambda: NOON))
    run.begin(NOON)
    run.conclude(Verdict(Outcome.COMPLETED, NOON, NOON), deadline=NOON)
    assert run.abandon_if_late(NOON)
    in_a_thread(lambda: execution._release(run, lambda: NOON))
    assert run_of("quotes").outcome == Outcome.COMPLETED


def test_a_run_given_up_just_before_its_work_ended_has_timed_out_all_the_same(hangings, follow):
    hanging = hangings.make()
    heart = make_heart(make_declaration(work=make_job(hanging), every=seconds(60)))
    follow(runs := heart.tick(NOON))
    hanging.await_begin()
    assert runs[0].abandon_if_late(LATE)
    hanging.let_go.set()
    await_event(runs[0].stopped, "the thread ends")
    assert run_of("quotes").outcome == Outcome.RUNNING
    in_a_thread(lambda: execution._release(runs[0], lambda: LATE))
    assert run_of("quotes").outcome == Outcome.TIMED_OUT


class RacedConnection:
    """What sqlite3 says where another thread ended the transaction between its look and its ROLLBACK, or did not."""

    def __init__(self, in_transaction: bool) -> None:
        self.in_transaction = in_transaction

    def rollback(self):
        raise sqlite3.OperationalError("cannot rollback")


def test_a_transaction_that_its_own_thread_rolled_back_first_is_well_cut():
    fence._cut_sqlite(RacedConnection(in_transaction=False))
    with pytest.raises(sqlite3.OperationalError):
        fence._cut_sqlite(RacedConnection(in_transaction=True))


def no_thread(thread):
    raise RuntimeError("can't start new thread")


def test_where_no_thread_is_to_be_had_the_tick_goes_on_and_tries_again(follow, monkeypatch):
    heart = make_heart(make_declaration())
    with capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        (run,) = heart.tick(NOON)
        await_event(run.stopped, "it is found out that there is no thread")
    assert events(logs, "quotes") == ["job.no_thread"]
    follow(runs := heart.tick(NOON))
    assert len(runs) == 1


def test_where_no_thread_is_to_be_had_a_hung_run_is_given_up_without_being_cut(hangings, follow, monkeypatch):
    hanging = hangings.make()
    executor = ThreadExecutor(lambda: NOON)
    run = executor.start(Due(make_declaration(work=make_job(hanging)), NOON), NOON)
    follow([run])
    hanging.await_begin()
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        assert executor.settle(LATE) == [run.due]
        await_event(run.released, "it is found out that there is no thread")
    assert executor.runs == [run]


def test_less_than_a_second_that_a_rehearsal_skips_is_told_to_nobody(hangings, follow, settings):
    settings.TEMPO = 10
    hanging = hangings.make()
    heart = make_heart(make_declaration(work=make_job(hanging), every=seconds(5)))
    follow(runs := heart.tick(NOON))
    hanging.let_go.set()
    await_event(runs[0].stopped, "the first run ends")
    with capture_logs() as logs:
        follow(heart.tick(NOON + seconds(1)))
    assert [line for line in logs if line["event"] == "job.due_times_skipped"] == []
