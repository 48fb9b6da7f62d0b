"""Several processes on one database: PostgreSQL and Valkey from their wheels, web processes and a heartbeat apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.desk import Desk
from tests.servers import postgres, valkey


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    with postgres() as database, valkey() as layer:
        yield {**database, **layer}


@pytest.fixture(scope="module")
def web(tmp_path_factory, servers) -> Iterator[tuple[Desk, Desk, str]]:
    """A web process, another one with the heartbeat in it, and a token to sign in with."""
    folder = tmp_path_factory.mktemp("desk")
    first, second = Desk(folder, **servers), Desk(folder, **servers)
    with second:
        token = second.token()
        second.wait_until_up()
        with serving(first):
            yield first, second, token


@contextmanager
def serving(desk: Desk) -> Iterator[Desk]:
    desk.start("manage.py", "serve")
    try:
        desk.wait_until_up()
        yield desk
    finally:
        desk.stop()


REQUESTS = 60


def is_fresh_balance(frame):
    return frame["type"] == "account_balance" and "snapshot" not in frame


def test_what_one_process_publishes_reaches_a_client_of_another(web):
    first, second, token = web
    with first.signed_in(token) as client, first.socket(client) as socket, second.socket(client) as beside:
        heard = [desk.until(is_fresh_balance, "a balance") for desk in (socket, beside)]
        while heard[0]["offset"] != heard[1]["offset"]:
            behind = heard.index(min(heard, key=lambda frame: frame["offset"]))
            heard[behind] = (socket, beside)[behind].until(is_fresh_balance, "the same balance")
        assert heard[0] == heard[1]
        assert client.get("/api/accounts/1/balance/").status_code == 200


def test_without_the_layer_it_arrives_by_the_history(web, servers, tmp_path):
    """This process is told a layer that nobody publishes to: what it delivers, it found in the database."""
    _, second, _ = web
    alone = {name: value for name, value in servers.items() if name != "REDIS_URL"}
    with serving(Desk(tmp_path, **alone)) as deaf:
        link = second.manage("sign_in_link").stdout
        with deaf.signed_in(link.split("#")[1].split()[0]) as client, deaf.socket(client) as socket:
            seen = [socket.until(lambda f: f["type"] == "account_balance", "a balance")["offset"] for _ in range(2)]
            assert seen[1] > seen[0]


def test_requests_give_their_database_connections_back(web, servers):
    first, _, _ = web
    with psycopg.connect(host=servers["PGHOST"], user="postgres", autocommit=True) as database:
        before = connections_of(database)
        link = first.manage("sign_in_link").stdout
        with first.signed_in(link.split("#")[1].split()[0]) as client:
            for _ in range(REQUESTS):
                assert client.get("/api/accounts/1/balance/").status_code == 200
        assert connections_of(database) < before + REQUESTS // 2


def connections_of(database):
    return database.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'").fetchone()[0]
