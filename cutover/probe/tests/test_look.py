"""Looks against a server that does what a test says: what they see becomes evidence, and what goes wrong is no evidence."""

from __future__ import annotations

import threading
from datetime import timedelta

import msgspec
import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.utils import timezone

from cutover import evidence, plans, selectors, sessions
from cutover.figures import Figures
from cutover.jobs import CutoverProbeJob, probe_here
from cutover.models import Mismatch, SessionEvidence
from cutover.plans import Plan, Rule
from cutover.probe import look as look_module
from cutover.probe import parity_reads, sign_in
from cutover.probe.answers import Answer, Shown
from cutover.probe.book import Book
from cutover.probe.comparing import Wait
from cutover.probe.look import LookOvertaken, Probe
from cutover.probe.parity_reads import Read, Reader
from cutover.probe.reads import Target
from cutover.probe.tests.makers import BEFORE, NOON, SESSION, make_match, subscribed, text
from cutover.probe.tests.servers import WELCOME, answered, stand_in
from cutover.probe.tests.test_client import Pass
from cutover.probe.tests.test_hours import TwoDays
from cutover.tests.makers import make_plan, make_record
from cutover.watch import Vigil
from realtime import features
from realtime.contract import Cursor
from realtime.features import Delivery
from realtime.testing import FakeClock
from tests.desk import eventually

pytestmark = pytest.mark.django_db
FIVE = timedelta(seconds=5)
PATH = "/api/bonds/X/"
STATUS = '{"process": 1, "errors_logged": 0, "sockets": {"connections": 1, "closed": {}}}'


class Line:
    """What the server sends on a socket once it was subscribed; who comes waits until it is `open`."""

    def __init__(self) -> None:
        self.frames = [subscribed(1, 1), text(1, snapshot=True)]
        self.connection = None
        self.open = threading.Event()
        self.asked: list[dict] = []

    def play(self, connection) -> None:
        self.open.wait(30)
        connection.send(WELCOME)
        self.connection = connection
        for said in connection:
            self.asked.append(msgspec.json.decode(said))
            if self.asked[-1]["type"] == "subscribe":
                for frame in self.frames:
                    connection.send(frame)


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def server(line):
    with stand_in() as stand:
        stand.play = line.play
        stand.answers[PATH] = shows(1)
        stand.answers["/ws/status"] = answered(STATUS)
        yield stand


@pytest.fixture
def bonds(monkeypatch, settings, server):
    """The feature bonds with one topic of one state, planned, with a calendar of two days; and who signs in."""
    settings.WS_FEATURES, settings.PROBE_URL = {}, server.url
    monkeypatch.setattr(plans, "_plans", {})
    monkeypatch.setattr(selectors, "_last_read", {})
    monkeypatch.setattr(sessions, "_current", [TwoDays(BEFORE, SESSION)])
    monkeypatch.setattr(sign_in, "_way_in", [lambda now: Pass(now + timedelta(hours=1))])
    feature = make_match().feature
    features.register(feature)
    yield make_plan("bonds", rest="/api/bonds/{isin}/")
    features.registry.forget("bonds")


@pytest.fixture
def clock():
    return FakeClock(NOON + timedelta(minutes=2))


@pytest.fixture
def probe(bonds, clock, line):
    made = Probe(FIVE, clock)
    made.line = line
    yield made
    line.open.set()
    made.close()
    if made._client is not None and made._client.socket is not None:
        made._client.socket.thread.join(30)


def shows(offset, price="1.5", **differing):
    return answered(f'{{"isin": "X", "price": {price}}}', ETag=f'"e:{offset}"', **differing)


def has_all(probe) -> bool:
    """Whether the socket is open and every topic's snapshot has come; it tells of nothing else."""
    probe._book.take_all(probe._client.take())
    return probe._client.stands and None not in probe._book.cursors().values()


def begin(probe, clock):
    """The first look, which does not find the socket open yet, and time for the next."""
    probe.look()
    probe.line.open.set()
    eventually(lambda: has_all(probe), "the socket stands")
    clock.advance(5)


def seen() -> Figures:
    rows = SessionEvidence.objects.all()
    return sum((msgspec.convert(row.figures, Figures) for row in rows), Figures())


def say(line, probe, *frames):
    before = len(probe._client.socket._frames)
    for frame in frames:
        line.connection.send(frame)
    eventually(lambda: len(probe._client.socket._frames) >= before + len(frames), "the frames have come")


def test_what_is_equal_matches_and_time_is_covered_from_the_second_look_on(probe, clock, line):
    begin(probe, clock)
    assert seen().matches == 0
    probe.look()
    assert (seen().matches, len(seen().states), seen().noise_checks, seen().noise, seen().covered_ms) == (1, 1, 1, 0, 0)
    say(line, probe, text(2, "1.6"))
    clock.advance(5)
    probe.look()
    assert (seen().frames, seen().covered_ms, seen().looks) == (1, 5000, 3)
    assert (seen().mismatches, seen().drops, seen().errors, seen().faulty) == (0, 0, 0, 0)


def test_a_difference_is_recorded_with_both_payloads(probe, clock, server):
    server.answers[PATH] = shows(1, "1.7")
    begin(probe, clock)
    probe.look()
    row = Mismatch.objects.get()
    assert (row.topic, row.cursor, row.session) == ("bonds.X", "e:1", SESSION.date)
    assert row.fields == [{"field": "price", "rest": 1.7, "socket": 1.5}]
    assert (seen().mismatches, seen().matches, seen().states) == (1, 0, ())


def test_a_rule_that_lets_it_pass_is_counted_apart(bonds, probe, clock, server):
    plans.forget("bonds")
    make_plan("bonds", rest="/api/bonds/{isin}/", rules=[Rule("cents", "price", "rounded")])
    server.answers[PATH] = shows(1, "1.7")
    begin(probe, clock)
    probe.look()
    assert (seen().ignored, seen().mismatches, Mismatch.objects.get().rule) == (1, 0, "cents")


def test_a_mismatch_at_night_counts_to_the_session_before(probe, clock, server, line):
    clock.at = SESSION.closes_at + timedelta(hours=1)
    night = {"as_of": clock.at}
    line.frames = [subscribed(1, 1), text(1, snapshot=True, **night)]
    server.answers[PATH] = shows(1, "1.7")
    begin(probe, clock)
    probe.look()
    row = SessionEvidence.objects.get()
    assert (row.session, seen().mismatches, seen().looks, seen().covered_ms) == (SESSION.date, 1, 0, 0)


def test_what_rest_shows_first_is_waited_for(probe, clock, server, line):
    begin(probe, clock)
    server.answers[PATH] = shows(2, "1.6")
    probe.look()
    assert (seen().matches, seen().missing_socket) == (0, 0)
    say(line, probe, text(2, "1.6"))
    clock.advance(5)
    probe.look()
    assert (seen().matches, seen().missing_socket) == (2, 0), "what was waited for, and what was read now"


def test_what_never_comes_is_missing_on_the_socket(probe, clock, server):
    begin(probe, clock)
    server.answers[PATH] = shows(2)
    for _ in range(8):
        probe.look()
        clock.advance(5)
    assert (seen().missing_socket > 0, seen().matches) == (True, 0)
    assert Mismatch.objects.filter(outcome="missing_socket").exists()


@pytest.mark.parametrize("nothing", [answered("", 204, ETag='":0"'), answered("{}", 404)])
def test_what_rest_does_not_show_twice_is_missing_there(probe, clock, server, nothing):
    begin(probe, clock)
    server.answers[PATH] = nothing
    for expected in (0, 1, 2):
        probe.look()
        clock.advance(5)
        assert seen().missing_rest == expected


def test_a_lost_socket_is_a_drop_and_its_time_is_not_covered(probe, clock, line):
    begin(probe, clock)
    probe.look()
    clock.advance(5)
    probe.look()
    covered = seen().covered_ms
    first = probe._client.socket
    line.open.clear()
    line.connection.close(4000)
    eventually(lambda: first.end, "it is lost")
    clock.advance(5)
    probe.look()
    assert (seen().drops, seen().covered_ms) == (1, covered)
    line.open.set()
    eventually(lambda: probe._client.stands, "it has come back")
    eventually(lambda: len(line.asked) == 2, "it subscribes")
    assert line.asked[-1]["topics"] == [{"topic": "bonds.X", "cursor": "e:1"}]
    clock.advance(5)
    probe.look()
    assert (seen().drops, seen().covered_ms) == (1, covered)
    clock.advance(5)
    probe.look()
    assert seen().covered_ms == covered + 5000


def test_a_renewed_session_covers_the_change(probe, clock, line):
    begin(probe, clock)
    for _ in range(2):
        probe.look()
        clock.advance(5)
    clock.at = NOON + timedelta(minutes=58)
    probe._before.wall, probe._before.market = clock.at - FIVE, clock.at - FIVE
    before = seen().covered_ms
    first = probe._client.socket
    probe.look()
    assert probe._client.socket is not first
    eventually(lambda: probe._client.stands, "the new socket stands")
    clock.advance(5)
    probe.look()
    assert (seen().drops, seen().covered_ms > before) == (0, True)


def test_a_pause_between_looks_is_not_covered(probe, clock):
    begin(probe, clock)
    probe.look()
    clock.advance(60)
    probe.look()
    assert seen().covered_ms == 0


@pytest.mark.parametrize("refusal", [answered("", 503), answered("{", ETag='"e:1"'), answered("{}", 429)])
def test_while_rest_tells_nothing_no_time_is_covered(probe, clock, server, refusal):
    server.answers[PATH] = refusal
    begin(probe, clock)
    for _ in range(3):
        probe.look()
        clock.advance(5)
    assert (seen().covered_ms, seen().matches, seen().mismatches) == (0, 0, 0)


def test_a_server_that_hangs_is_asked_once_a_look(probe, clock, server, monkeypatch):
    begin(probe, clock)
    probe._client._http.timeout = 0.1
    server.answers[PATH] = server.answers["/ws/status"] = server.hang
    asked = len(server.requests)
    probe.look()
    assert len(server.requests) == asked + 2, "one read, and the status"
    assert seen().matches == 0


def test_rest_that_contradicts_itself_is_noise_and_compared_with_nothing(probe, clock, server, monkeypatch):
    monkeypatch.setattr(parity_reads, "DOUBLE_EVERY", 1)
    begin(probe, clock)
    prices = iter(("1.5", "1.7") * 9)

    def one_or_the_other():
        return shows(1, next(prices))()

    server.answers[PATH] = one_or_the_other
    probe.look()
    assert (seen().noise, seen().matches, seen().mismatches) == (1, 0, 0)


def test_errors_and_storms_come_by_the_status(probe, clock, server):
    begin(probe, clock)
    server.answers["/ws/status"] = answered(STATUS.replace('"errors_logged": 0', '"errors_logged": 2'))
    assert probe.look().connections == 1
    assert seen().errors == 2
    probe.look()
    assert seen().errors == 2, "not asked again within two seconds"


def test_a_faulty_frame_counts(probe, clock, line):
    begin(probe, clock)
    say(line, probe, text(2, type="stocks"), "{")
    probe.look()
    assert seen().faulty == 2


def test_a_flooded_socket_is_read_anew(probe, clock, line):
    begin(probe, clock)
    probe.look()
    from cutover.probe.socket import End

    probe._client.socket.end = End.FLOODED
    clock.advance(5)
    probe.look()
    assert seen().drops == 0
    eventually(lambda: line.asked[-1]["topics"] == ["bonds.X"], "it asks without a cursor")


def test_what_could_not_be_written_waits_for_the_next_look(probe, clock, server):
    begin(probe, clock)
    server.answers[PATH] = shows(1, "1.7")

    def refuse(execute, sql, *rest):
        if "cutover_sessionevidence" in sql:
            raise OperationalError("the database is away")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse), pytest.raises(OperationalError), transaction.atomic():
        probe.look()
    assert Mismatch.objects.count() == 0
    clock.advance(5)
    probe.look()
    assert (seen().mismatches, Mismatch.objects.get().times) == (2, 2)


def test_a_move_begins_new_evidence_with_the_stretch_after_it(probe, clock):
    begin(probe, clock)
    probe.look()
    make_record(stage="live", entered_version=2)
    for _ in range(2):
        clock.advance(5)
        probe.look()
    rows = SessionEvidence.objects.order_by("entered_version")
    assert [(row.entered_version, row.stage) for row in rows] == [(0, "shadow"), (2, "live")]
    assert msgspec.convert(rows[1].figures, Figures).looks == 1


def test_what_is_off_is_neither_heard_nor_read(probe, clock, server, line):
    make_record(stage="off")
    probe.look()
    assert SessionEvidence.objects.count() == 0
    assert PATH not in [request.path for request in server.requests]


def test_another_server_is_another_client(probe, clock, settings, server):
    begin(probe, clock)
    first = probe._client
    settings.PROBE_URL = server.url.replace("127.0.0.1", "localhost")
    probe.look()
    assert probe._client is not first
    first.socket.thread.join(30)
    assert not first.socket.thread.is_alive()


def test_two_looks_at_once_are_one(probe):
    with probe._lock, pytest.raises(LookOvertaken):
        probe.look()


def test_topics_that_are_gone_are_left(probe, clock, line, monkeypatch):
    begin(probe, clock)
    probe.look()
    monkeypatch.setattr(look_module, "matches_of", lambda user, planned: {})
    probe.look()
    eventually(lambda: line.asked[-1] == {"type": "unsubscribe", "topics": ["bonds.X"]}, "it says so")


def test_the_reader_forgets_what_it_waited_for_of_a_topic_that_is_gone(probe):
    reader = Reader(waits={"bonds.X": Wait(Shown(Cursor("e", 1), []), 0.0)})
    assert list(reader.compare([], probe._book, {}, 0.0)) == []
    assert reader.waits == {}


def test_of_the_same_thing_one_topic_may_stand_for_another(probe):
    book, reader = Book(), Reader(absent={"open.X"})
    book.follow({"bonds.X": make_match(), "open.X": make_match(name="open")})
    for topic, name in (("bonds.X", "bonds"), ("open.X", "open")):
        book.take(text(1, type=name, topic=topic), 1.0)
    target = Target("bonds", "/", ("bonds.X", "open.X"))
    answer = Answer(200, "", None, b"", 2.0)
    shown = Shown(Cursor("e", 1), [{"isin": "X", "price": 1.5}])
    both = Read(target, answer, {"bonds.X": shown}, None)
    planned = {name: Plan(name, f"WS_FEATURE_{name}", "/", "XNYS", 10) for name in ("bonds", "open")}
    assert [one.topic for one in reader.compare([both], book, planned, 3.0)] == ["bonds.X"]
    assert reader.absent == set()


def test_what_has_not_come_whole_is_not_missed_in_rest(probe, bonds):
    book, reader = Book(), Reader(absent={"bonds.X"})
    book.follow({"bonds.X": make_match(Delivery.EVENT)})
    book.take_all([(1.0, subscribed(1, 2)), (1.0, text(1, snapshot=True))])
    none = Read(Target("bonds", "/", ("bonds.X",)), Answer(204, "", None, b"", 2.0), {}, None)
    assert list(reader.compare([none], book, {"bonds": bonds}, 3.0)) == []


def test_without_a_schedule_there_is_nothing_to_write_to(probe, clock, monkeypatch):
    monkeypatch.setattr(sessions, "_current", [TwoDays()])
    begin(probe, clock)
    probe.look()
    assert SessionEvidence.objects.count() == 0


def test_reads_end_with_their_budget(bonds, probe, clock, server, monkeypatch):
    begin(probe, clock)
    reads = Reader()
    matches = {f"bonds.{n}": make_match(Delivery.STATE, str(n)) for n in range(5)}
    for n in range(5):
        server.answers[f"/api/bonds/{n}/"] = shows(1)
    assert len(reads.read(probe._client, [bonds], matches, budget=-1.0)) == 1
    assert [one.target.path for one in reads.read(probe._client, [bonds], matches, budget=-1.0)] == ["/api/bonds/1/"]
    assert len(reads.read(probe._client, [bonds], matches, budget=30.0)) == 5


@pytest.mark.django_db(transaction=True)
def test_the_job_looks(bonds, clock, line, monkeypatch):
    monkeypatch.setattr("cutover.jobs._probe", {})
    line.open.set()
    now = timezone.now()
    CutoverProbeJob().run(now)
    probe = probe_here()
    assert probe is probe_here()
    assert evidence.last_look("bonds") >= now
    probe.close()
    probe._client.socket.thread.join(30)


@pytest.mark.django_db(transaction=True)
def test_where_the_look_fails_the_watch_has_its_turn(bonds, settings, monkeypatch):
    monkeypatch.setattr("cutover.jobs._probe", {})
    monkeypatch.setattr(sign_in, "_way_in", [])
    record = make_record(stage="live", entered_version=1, entered_at=NOON)
    monkeypatch.setattr("cutover.watch._vigil", Vigil())
    started = timezone.now() - timedelta(seconds=60)
    for seconds in range(0, 61, 5):
        with pytest.raises(sign_in.NobodySignsIn):
            CutoverProbeJob().run(started + timedelta(seconds=seconds))
    record.refresh_from_db()
    assert (record.stage, record.by) == ("shadow", "watch"), "its job ran never, and somebody watched long enough"


def test_no_thread_is_left():
    assert [one.name for one in threading.enumerate() if one.name == "probe-socket"] == []
