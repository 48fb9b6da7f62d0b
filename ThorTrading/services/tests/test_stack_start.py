"""What is looked at before an embedded desk is set up."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ThorTrading.services.stack_start import (
    AddressError,
    PortTakenError,
    ReplayTakenError,
    forget_last_replay,
    hold_replay,
    replay_database,
    require_free_port,
)

SQLITE = "django.db.backends.sqlite3"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield listener.getsockname()[1]


def test_a_taken_port_is_told_with_another_to_choose(taken: int) -> None:
    with pytest.raises(PortTakenError, match=rf"port {taken} is in use: .*PORT={taken + 1}$"):
        require_free_port("127.0.0.1", taken)


def test_a_free_port_passes_and_stays_free(taken: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "port", "named"),
    [
        ("192.0.2.1", 8000, "HOST=192.0.2.1 PORT=8000: "),
        ("no such host", 8000, "HOST=no such host PORT=8000: "),
        ("127.0.0.1", 65536, "PORT=65536 is not a port"),
        ("127.0.0.1", 0, "PORT=0 is not a port"),
    ],
)
def test_an_impossible_address_is_named(host: str, port: int, named: str) -> None:
    with pytest.raises(AddressError, match=named):
        require_free_port(host, port)


def test_only_a_replays_own_database_may_be_deleted(tmp_path: Path) -> None:
    own = tmp_path / "replay-us_equity.sqlite3"
    assert replay_database({"ENGINE": SQLITE, "NAME": str(own)}, tmp_path) == own


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        (SQLITE, "{folder}/thor.sqlite3"),
        (SQLITE, "{folder}/elsewhere/replay-x.sqlite3"),
        (SQLITE, "{folder}/replay-x.db"),
        ("django.db.backends.postgresql", "{folder}/replay-x.sqlite3"),
    ],
)
def test_no_other_database_may(engine: str, name: str, tmp_path: Path) -> None:
    assert replay_database({"ENGINE": engine, "NAME": name.format(folder=tmp_path)}, tmp_path) is None


def test_a_replays_files_are_deleted_and_others_stay(tmp_path: Path) -> None:
    names = ("replay-a.sqlite3", "replay-a.sqlite3-wal", "replay-a.sqlite3-shm", "replay-b.sqlite3", "thor.sqlite3")
    for name in names:
        (tmp_path / name).touch()
    forget_last_replay(tmp_path / "replay-a.sqlite3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["replay-b.sqlite3", "thor.sqlite3"]
    forget_last_replay(tmp_path / "replay-a.sqlite3")


HOLD = """
import sys, pathlib
from ThorTrading.services.stack_start import hold_replay
hold_replay(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_replays_database_is_for_one_process_until_that_ends_however_it_ends(tmp_path: Path) -> None:
    own = tmp_path / "replay-a.sqlite3"
    command = [sys.executable, "-c", HOLD, str(own)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(ReplayTakenError, match=f"another desk plays into {own}") as refused:
            hold_replay(own)
        assert "\n" not in str(refused.value)
        hold_replay(tmp_path / "replay-b.sqlite3")
        other.kill()
    hold_replay(own)
    hold_replay(own)
