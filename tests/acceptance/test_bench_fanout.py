"""The fan-out bench in small: its client counts what is lost, its contenders lose nothing, and its table comes out."""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"
PATIENCE = 120
ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


@pytest.fixture(autouse=True)
def compiler() -> str:
    found = shutil.which("cc") or shutil.which("gcc")
    if found is None or platform.system() != "Linux":
        pytest.skip("the bench's client is C on Linux, and there is no compiler (cc) here")
    return found


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / "bench_fanout.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of the table of contenders, by heading."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    head = next(line for line in lines if line[0] == "contender")
    return [dict(zip(head, line, strict=True)) for line in lines[lines.index(head) + 2 :]]


def test_a_tiny_run_loses_nothing_and_writes_its_table(tmp_path: Path) -> None:
    docs = tmp_path / "performance.md"
    docs.write_text("# Performance\n\nWritten by hand.\n")
    options = (
        "--quick",
        "--sockets",
        "5",
        "--seconds",
        "0.1",
        "--contenders",
        "thor-daphne,limit",
        "--docs",
        str(docs),
    )
    for _ in range(2):
        done = bench(*options)
        assert done.returncode == 0, done.stderr
    rows = rows_of(done.stdout)
    titles = ["Thor, daphne, one by one", "Thor, daphne, 8 at a time"]
    assert [row["contender"] for row in rows][:2] == titles
    assert len(rows) == 4
    assert {row["lost"] for row in rows} == {"0"}
    assert docs.read_text().count("Written by hand.") == docs.read_text().count("#### 5 sockets") == 1
    assert rows_of(docs.read_text()) == rows


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--contenders", "limit,carrier-pigeon"), "carrier-pigeon"),
        (("--sockets", "ten"), "ten"),
        (("--sockets", "0"), "0"),
        (("--seconds", "1e9"), "--seconds"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(options: tuple[str, str], names: str) -> None:
    done = bench("--quick", *options)
    assert done.returncode == 1
    assert names in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_client_counts_what_is_lost_and_what_comes_twice(compiler: str, tmp_path: Path) -> None:
    with careless_server(lost=3, twice=5) as (port, credits):
        report = measured(compiler, tmp_path, port, credits, "saturate 8 8 0.5")
    assert report["lost"] == 1
    assert report["repeated"] == 1
    assert report["received"] % 8 == 7


@contextmanager
def careless_server(lost: int, twice: int) -> Iterator[tuple[int, int]]:
    """Serves one socket, to which it does not send message `lost` and sends `twice` twice: its port, and its credits."""
    asked, asking = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=_serve, args=(listener, asked, {lost: 0, twice: 2}))
        serving.start()
        try:
            yield listener.getsockname()[1], asking
        finally:
            os.close(asking)
            serving.join(PATIENCE)
            os.close(asked)


def _serve(listener: socket.socket, asked: int, times: dict[int, int]) -> None:
    connection, _ = listener.accept()
    number = 0
    with connection:
        connection.recv(4096)
        connection.sendall(ACCEPTED)
        while credits := os.read(asked, 1):
            for _ in range(credits[0]):
                number += 1
                text = f"~{number:012d}~{0:020d}~".encode()
                connection.sendall((bytes((0x81, len(text))) + text) * times.get(number, 1))


def measured(compiler: str, folder: Path, port: int, credits: int, command: str) -> dict[str, Any]:
    """What the bench's client reports of one measurement."""
    client = folder / "client"
    subprocess.run([compiler, "-o", str(client), str(SCRIPTS / "bench" / "client.c")], check=True, timeout=PATIENCE)
    done = subprocess.run(
        [str(client), str(port), "/ws/", "1", "", str(credits)],
        input=command + "\n",
        pass_fds=[credits],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    joined, report = map(json.loads, done.stdout.splitlines())
    assert joined == {"joined": 1}
    return dict(report)
