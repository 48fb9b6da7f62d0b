"""Status and metrics: for whom, what they show, and that neither is ever a 500."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from urllib.error import HTTPError

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from django.test import Client

from identity.models import User
from realtime.contract import Cursor
from realtime.counts import Histogram
from realtime.features import match
from realtime.models import Topic
from realtime.subscriber import Subscription
from tests.desk import free_port
from thor_project.env import ROOT
from thor_project.operations import metrics, metrics_server, standing
from thor_project.operations.metrics import METRICS, MetricRow, buckets_of, exposition
from thor_project.operations.metrics_server import SILENT_SECONDS, Pulse, serve_metrics
from thor_project.operations.standing import Lag, lag_of

LIMIT_SECONDS = 20.0
"""Deadline of each wait on a socket: a failing test says so instead of hanging."""
TOKEN = {"Authorization": "Bearer scrape-me"}


class Ear:
    """A client of the hub's that hears and says nothing."""

    is_held = False

    def __init__(self, hub) -> None:
        hub.clients.add(self)

    def pass_on(self, subscription, publication) -> None: ...

    def read_anew(self, subscription) -> None: ...

    def going_away(self) -> None: ...


def listen(hub, topic: str) -> Subscription:
    subscription = Subscription(topic, match(topic), None)
    hub.join(subscription, Ear(hub))
    return subscription


def signed_in() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ann"))
    return client


def got(client: Client, path: str = "/ws/status", status: int = 200, **headers: str) -> dict:
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def unreadable(*_, **__):
    raise OperationalError("the database is away")


@pytest.mark.django_db
def test_a_stranger_learns_nothing(client):
    assert got(client, status=401)["title"] == "Unauthorized"
    assert client.get("/metrics").status_code == 401
    assert client.post("/metrics").status_code == 405


@pytest.mark.django_db
def test_a_process_without_sockets_says_so():
    status = got(signed_in())
    assert status["sockets"]["connections"] == 0
    assert status["topics"] == {"count": 0, "subscriptions": 0, "offsets": {}}
    assert (status["lag"], status["faults"]) == ({"topics": 0, "publications": 0}, [])


async def test_the_hubs_topics_are_counted_and_only_the_askers_own_are_named(hub):
    for topic, top in (("heartbeat", 0), ("stages", 7), ("balance.12", 9)):
        if top:
            await sync_to_async(Topic.objects.create)(name=topic, epoch="e", top=top)
        hub.found_at(listen(hub, topic), Cursor("e", 5))
    client = await sync_to_async(signed_in)()
    status = await sync_to_async(got)(client)
    assert status["sockets"]["connections"] == 3
    assert (status["topics"]["count"], status["topics"]["subscriptions"]) == (3, 3)
    assert status["topics"]["offsets"] == {"heartbeat": "e:5", "stages": "e:5"}
    assert status["lag"] == {"topics": 2, "publications": 2 + 4}


def test_a_line_of_another_epoch_lacks_everything():
    stands = {"a": Cursor("e", 5), "b": Cursor("old", 5), "c": Cursor("e", 5)}
    tops = {"a": Cursor("e", 5), "b": Cursor("e", 3), "c": Cursor("e", 4)}
    assert lag_of(stands, tops) == Lag(topics=1, publications=3)


@pytest.mark.django_db
def test_what_cannot_be_read_is_left_out_and_named(monkeypatch):
    client = signed_in()
    monkeypatch.setattr(standing.history, "tops", unreadable)
    monkeypatch.setattr(standing, "dashboard_of", unreadable)
    status = got(client)
    assert status["lag"] is None
    assert status["faults"] == ["OperationalError: the database is away"] * 2
    assert status["sockets"]["connections"] == 0


@pytest.mark.django_db
def test_while_the_database_is_down_nobody_can_be_told_apart(settings):
    settings.METRICS_TOKEN = "scrape-me"
    client = signed_in()
    with connection.execute_wrapper(unreadable):
        assert "database" in got(client, status=503)["detail"]
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=TOKEN).status_code == 200


@pytest.mark.django_db
def test_metrics_are_for_the_signed_in_and_for_the_token(settings):
    settings.METRICS_TOKEN = "scrape-me"
    assert signed_in().get("/metrics").status_code == 200
    answer = Client().get("/metrics", headers=TOKEN)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert b"# TYPE websocket_connections gauge" in answer.content
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


@pytest.mark.django_db
def test_without_a_token_no_header_opens_the_metrics(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_buckets_are_cumulative_up_to_infinity():
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.5, 9.0):
        histogram.observe(value)
    assert buckets_of(histogram) == [("1.0", 1.0), ("2.0", 2.0), ("+Inf", 3.0)]


def test_a_metric_that_cannot_be_read_leaves_the_others(monkeypatch):
    broken = MetricRow("feed_age_seconds", "gauge", "broken", unreadable)
    monkeypatch.setattr(metrics, "METRICS", (broken, *METRICS[:1]))
    text = exposition().decode()
    assert "feed_age_seconds" not in text
    assert "websocket_connections" in text


def test_the_age_of_a_feed_that_was_never_polled_here_is_not_invented(monkeypatch):
    class Unpolled:
        @staticmethod
        def status():
            return type("Status", (), {"at": None, "name": "simulated"})

    monkeypatch.setattr(metrics.feeds, "current", lambda: Unpolled)
    assert metrics.feed_ages() == {}


def test_the_documents_list_every_metric():
    table = (ROOT / "docs/metrics.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| (.*) \|$", table, re.MULTILINE)
    labels = {row.name: ", ".join(f"`{label}`" for label in row.labels) or "–" for row in METRICS}
    assert rows == [(row.name, row.kind, labels[row.name], row.meaning) for row in METRICS]


def test_every_name_is_in_the_exposition():
    text = exposition().decode()
    assert [row.name for row in METRICS if f"# TYPE {row.name} " not in text] == []


def test_a_heartbeat_process_shows_its_metrics_only_where_a_port_is_set(settings):
    settings.METRICS_TOKEN, settings.METRICS_PORT = "scrape-me", 0
    assert serve_metrics() is None


@pytest.fixture
def served(settings):
    """The address of what a heartbeat process serves, with the token that it is given."""
    servers = []

    def serve(token: str) -> str:
        settings.METRICS_TOKEN, settings.METRICS_PORT = token, free_port()
        servers.append(serve_metrics())
        return f"http://127.0.0.1:{servers[0].server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_without_a_token_it_shows_them_to_nobody_but_says_that_it_lives(served):
    url = served("")
    with pytest.raises(HTTPError, match="401"):
        urllib.request.urlopen(urllib.request.Request(f"{url}/metrics", headers={"Authorization": "Bearer "}))
    with urllib.request.urlopen(f"{url}/live") as answer:
        assert answer.read() == b"ticking\n"


def silent(url: str) -> socket.socket:
    """A connection that asks for nothing."""
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), LIMIT_SECONDS)


def test_who_connects_and_says_nothing_keeps_nobody_waiting(served, monkeypatch):
    monkeypatch.setattr(metrics_server.Quiet, "timeout", 2 * LIMIT_SECONDS)
    url = served("")
    with silent(url), urllib.request.urlopen(f"{url}/live", timeout=LIMIT_SECONDS) as answer:
        assert answer.read() == b"ticking\n"


def test_who_says_nothing_is_let_go_without_a_word(served, monkeypatch, capfd):
    monkeypatch.setattr(metrics_server.Quiet, "timeout", 0.1)
    with silent(served("")) as connection:
        assert connection.recv(1) == b""
    assert capfd.readouterr().err == ""


def test_a_heartbeat_that_ticks_no_more_says_so():
    count = [0]
    pulse = Pulse(lambda: count[0], now=0.0)
    assert pulse.beats(SILENT_SECONDS)
    assert not pulse.beats(SILENT_SECONDS + 1)
    count[0] += 1
    assert pulse.beats(SILENT_SECONDS + 2)


def test_its_server_asks_for_the_token(served):
    url = served("scrape-me") + "/metrics"
    with urllib.request.urlopen(urllib.request.Request(url, headers=TOKEN)) as answer:
        assert b"job_runs_total" in answer.read()
    with pytest.raises(HTTPError, match="401"):
        urllib.request.urlopen(url)
