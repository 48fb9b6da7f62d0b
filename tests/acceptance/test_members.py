"""An operator lets a second user see an account, and no longer: by commands beside a running desk."""

from __future__ import annotations

from pathlib import Path

from tests.desk import Desk, Socket

BALANCE = "balance.1"
PATH = "/api/accounts/primary/balance/"


def answer_about(socket: Socket, topic: str) -> str:
    socket.send({"type": "subscribe", "topics": [topic]})
    kinds = ("subscribed", "error_message")
    return str(socket.until(lambda f: f["type"] in kinds, f"an answer about {topic}")["type"])


def done(desk: Desk, *command: str) -> str:
    ran = desk.manage(*command)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_member_is_added_sees_the_account_and_its_topics_end_when_he_is_removed(tmp_path: Path):
    with Desk(tmp_path, TEMPO="10") as desk:
        desk.token()  # it is set up
        done(desk, "create_user", "ann", "--role", "trader")
        token = done(desk, "sign_in_link", "ann").split("#")[1].split()[0]
        with desk.signed_in(token) as client, desk.socket(client, "?subscribe=manual") as socket:
            assert client.get(PATH).status_code == 404
            assert answer_about(socket, BALANCE) == "error_message"
            done(desk, "members", "primary", "add", "ann")
            assert client.get(PATH).status_code == 200
            assert answer_about(socket, BALANCE) == "subscribed"
            socket.until(lambda f: f["type"] == "account_balance" and "snapshot" not in f, "a balance")
            done(desk, "members", "1", "remove", "ann")
            assert client.get(PATH).status_code == 404
            assert socket.until_type("unsubscribed")["data"]["topic"] == BALANCE
            assert answer_about(socket, BALANCE) == "error_message"
        with desk.signed_in(desk.another_token()) as client:
            assert client.get(PATH).status_code == 200, "the others are members still"
        told = done(desk, "sign_ins", "--user", "ann")
        assert [line.split("  ")[2:] for line in told.splitlines() if "  member  " in line] == [
            ["member", "removed", "this machine", "primary"],
            ["member", "added", "this machine", "primary"],
        ]
