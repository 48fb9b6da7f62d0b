"""docker-compose.yml without Docker: each service's own command and settings, in what the image copies, on the loopback.

PostgreSQL and Valkey come from their wheels in place of the images; nginx, which ends TLS, is played by the client
(itself: test_proxy.py).
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket as sockets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from websockets.sync.client import connect

from tests.desk import PATIENCE, ROOT, Socket, eventually, free_port
from tests.proxy import NGINX, OPENSSL, Proxy
from tests.servers import postgres, valkey

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
LAST_STAGE = (ROOT / "Dockerfile").read_text().rpartition("FROM ")[2]
HOST = "desk.test"
FILLED_IN = {
    "THOR_HOST": HOST,
    "SECRET_KEY": secrets.token_urlsafe(48),
    "POSTGRES_PASSWORD": secrets.token_urlsafe(16),
    "METRICS_TOKEN": secrets.token_urlsafe(24),
    "TEMPO": "5",
}
VARIABLE = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")
BY_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
ORIGIN = f"https://{HOST}"
ROOTS_WARNING = r"\S+: SecurityWarning: .*?_warn_or_raise_security_error\([^\n]*\n"


def interpolated(text: str) -> str:
    """As Compose does it; what must be set is."""
    return VARIABLE.sub(lambda found: FILLED_IN.get(found[1], found[2] or ""), text).replace("$$", "$")


class Container:
    """One process of a service, with the variables that the service gives it and ports of its own."""

    def __init__(self, image: Path, name: str, servers: dict[str, str]) -> None:
        self.service = COMPOSE["services"][name]
        self.name, self.image = name, image
        given = {key: interpolated(value) for key, value in self.service["environment"].items()}
        self.ports = {key: str(free_port()) for key in ("PORT", "METRICS_PORT") if key in given}
        inherited = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": os.environ["HOME"]}
        inherited |= dict(re.findall(r"(\w+)=(\S+)", " ".join(re.findall(r"^ENV (.+)$", LAST_STAGE, re.MULTILINE))))
        # The services' names lead to the loopback, where each port is taken once.
        self.environ = inherited | FILLED_IN | given | servers | self.ports | {"HOST": "127.0.0.1"}
        self.log = image.parent / f"{name}-{free_port()}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """As `docker compose run` and `exec` do."""
        return subprocess.run(
            command, cwd=self.image, env=self.environ, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    @contextmanager
    def up(self) -> Iterator[Container]:
        """Running, and well by the health check that the service declares."""
        command = [interpolated(word) for word in self.service["command"]]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=self.image, env=self.environ, stdout=log, stderr=log)
        try:
            self.await_health()
            yield self
        finally:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def await_health(self) -> None:
        try:
            eventually(self.is_well, f"{self.name} is well")
        except AssertionError as fault:
            raise AssertionError(f"{fault}\n{self.log.read_text()[-3000:]}") from None

    def is_well(self) -> bool:
        kind, *words = self.service["healthcheck"]["test"]
        command = ["sh", "-c", interpolated(words[0])] if kind == "CMD-SHELL" else words
        return self.run(*command).returncode == 0

    def metrics(self) -> str:
        headers = {"Authorization": f"Bearer {FILLED_IN['METRICS_TOKEN']}"}
        return httpx.get(f"http://127.0.0.1:{self.ports['METRICS_PORT']}/metrics", headers=headers).text


def lines_of(container: Container) -> list[dict[str, Any]]:
    """What it logged. Celery warns root, who has no place in the image, in plain words."""
    text = re.sub(ROOTS_WARNING, "", container.log.read_text(), flags=re.DOTALL)
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def image_in(folder: Path) -> Path:
    """The files that the Dockerfile's last stage copies, and no others."""
    for line in re.findall(r"^COPY (?!--from)(.+)$", LAST_STAGE, re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            copy(ROOT / source, folder / target / Path(source).name if target == "./" else folder / target)
    (folder / "var" / "static").mkdir(parents=True)
    return folder


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[dict[str, list[Container]]]:
    image = image_in(tmp_path_factory.mktemp("stack") / "app")
    with postgres() as database, valkey() as layer, ExitStack() as until:
        servers = {**database, **layer}
        prepare = Container(image, "prepare", servers)
        done = prepare.run(*prepare.service["command"])
        assert done.returncode == 0, done.stdout + done.stderr
        webs = [until.enter_context(Container(image, "web", servers).up()) for _ in range(2)]
        servers["PROBE_URL"] = f"http://127.0.0.1:{webs[0].ports['PORT']}"
        others = {"heartbeat": 2, "worker": 1}
        yield {"web": webs} | {
            name: [until.enter_context(Container(image, name, servers).up()) for _ in range(count)]
            for name, count in others.items()
        }


class Browser:
    """Comes by the proxy: it has ended TLS, and says so."""

    def __init__(self, web: Container) -> None:
        self.port = int(web.ports["PORT"])
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, **differing: Any) -> httpx.Response:
        headers = {**BY_PROXY, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method != "GET":
            headers |= {"Origin": ORIGIN, "X-CSRFToken": self.cookies["csrftoken"]}
        url = f"http://127.0.0.1:{self.port}{path}"
        answer = httpx.request(method, url, headers=headers, timeout=PATIENCE, **differing)
        self.cookies |= dict(answer.cookies)
        return answer

    def sign_in(self, token: str) -> None:
        self.ask("GET", "/api/session/")
        assert self.ask("POST", "/api/session/link/", json={"token": token}).status_code == 200

    @contextmanager
    def socket(self) -> Iterator[Socket]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        there = sockets.create_connection(("127.0.0.1", self.port))
        headers = {"Cookie": cookies, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
        with connect(  # type: ignore[call-overload]
            f"ws://{HOST}/ws/", sock=there, origin=ORIGIN, additional_headers=headers, compression=None, max_queue=None
        ) as connection:
            yield Socket(connection)


@pytest.fixture(scope="module")
def token(stack) -> str:
    printed = stack["web"][0].run("python", "manage.py", "sign_in_link")
    assert printed.returncode == 0, printed.stderr
    return printed.stdout.split("#")[1].split()[0]


def test_the_product_is_there_over_all_its_processes(stack, token):
    first, second = (Browser(web) for web in stack["web"])
    first.sign_in(token)
    second.cookies = first.cookies
    assert [browser.ask("GET", "/api/session/").status_code for browser in (first, second)] == [200, 200]
    answer = first.ask("GET", "/api/accounts/1/balance/")
    assert answer.status_code == 200
    with first.socket() as one, second.socket() as other:
        fresh = [
            socket.until(lambda f: f["type"] == "account_balance" and "snapshot" not in f, "a job's publication")
            for socket in (one, other)
        ]
        assert {frame["epoch"] for frame in fresh} == {answer.headers["ETag"].strip('"').partition(":")[0]}
    eventually(lambda: first.ask("GET", "/health").status_code == 200, "all is well")


def test_the_probe_reads_from_inside_as_a_user_of_its_own(stack):
    def readers() -> set[int | None]:
        asked = [line for line in lines_of(stack["web"][0]) if line["event"] == "request" and line["status"] == 200]
        return {line["user_id"] for line in asked if line["route"].startswith("/api/markets/status")}

    eventually(lambda: readers() - {None}, "the probe has read the markets by REST")


@pytest.mark.skipif(not (NGINX and OPENSSL), reason="nginx or openssl is not here")
def test_nginx_spreads_requests_over_the_web_processes(stack, tmp_path):
    ports = [int(web.ports["PORT"]) for web in stack["web"]]
    with Proxy(tmp_path / "proxy", *ports).up() as proxy, proxy.client() as client:
        assert {client.get("/accounts/health/status").status_code for _ in range(4)} == {200}
    reached = set(re.findall(r" 127\.0\.0\.1:(\d+) 200 ", proxy.lines()))
    assert reached == {str(port) for port in ports}


def test_jobs_are_run_by_the_worker_and_their_messages_come_through_redis(stack):
    for web in stack["web"]:
        received = re.search(r"^layer_messages_received_total (\S+)", web.metrics(), re.MULTILINE)
        assert received is not None
        assert float(received[1]) > 0
    ran = "".join(heartbeat.metrics() for heartbeat in stack["heartbeat"])
    assert re.search(r'^job_runs_total\{job="intraday",outcome="completed"\} [1-9]', ran, re.MULTILINE)
    assert 'job_runs_total{job="market_metrics"' not in ran, "the worker runs it"
    by_worker = stack["worker"][0].metrics()
    assert re.search(r'^job_runs_total\{job="market_metrics",outcome="completed"\} [1-9]', by_worker, re.MULTILINE)
    assert 'job_lateness_seconds_count{job="market_metrics"}' in by_worker


def test_every_job_is_told_of_before_it_fails_and_by_those_who_do_not_run_it(stack):
    by_worker = stack["worker"][0].metrics()
    assert 'job_runs_total{job="calendar_refresh",outcome="timed_out"} 0.0' in by_worker
    assert 'job="intraday"' not in by_worker, "the heartbeat runs it"
    for heartbeat in stack["heartbeat"]:
        last = re.search(
            r'^job_last_completed_timestamp_seconds\{job="market_metrics"\} (\S+)', heartbeat.metrics(), re.MULTILINE
        )
        assert last is not None
        assert float(last[1]) > 0
        assert 'job_interval_seconds{job="market_metrics"}' in heartbeat.metrics()


def test_one_heartbeat_leads(stack):
    def leaders() -> float:
        found = [re.search(r"^thor_heartbeat_leader (\S+)", one.metrics(), re.MULTILINE) for one in stack["heartbeat"]]
        return sum(float(each[1]) for each in found if each)

    assert eventually(lambda: leaders() == 1, "one leads")


def test_a_stranger_is_told_that_it_is_well_and_no_more(stack):
    stranger = Browser(stack["web"][0])
    assert stranger.ask("GET", "/accounts/health/status").json() == {"status": "ok", "service": "accounts"}
    body = eventually(lambda: (a := stranger.ask("GET", "/health")).status_code == 200 and a.json(), "all is well")
    assert {frozenset(row) for row in body["checks"].values()} == {frozenset({"state", "age"})}
    assert stranger.ask("GET", "/metrics").status_code == 401


def test_lines_are_json_and_hold_no_secret(stack):
    text = "".join(one.log.read_text() for each in stack.values() for one in each)
    events = {name: {line["event"] for one in each for line in lines_of(one)} for name, each in stack.items()}
    assert "request" in events["web"]
    assert "heartbeat.started" in events["heartbeat"]
    assert any("ready" in event for event in events["worker"])
    secret = [FILLED_IN[name] for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN")]
    assert not any(value in text for value in secret)


def test_preparing_again_beside_a_running_desk_fills_nothing(stack):
    web = stack["web"][0]
    done = web.run(*COMPOSE["services"]["prepare"]["command"])
    assert done.returncode == 0, done.stderr
    assert "static files" in done.stdout
    assert "market data" not in done.stdout


def test_it_does_not_start_without_its_secrets(stack):
    web = stack["web"][0]
    bare = {name: value for name, value in web.environ.items() if name != "SECRET_KEY"}
    done = subprocess.run(
        ["python", "manage.py", "serve"],
        cwd=web.image,
        env=bare,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def files_of(image: Path) -> set[Path]:
    inside = {path.relative_to(image) for path in image.rglob("*") if path.is_file()}
    return {path for path in inside if not path.is_relative_to("var/static")}  # a volume's


def test_no_process_writes_into_its_image(stack, tmp_path):
    web = stack["web"][0]
    assert files_of(web.image) == files_of(image_in(tmp_path / "app"))
    assert all(COMPOSE["services"][name]["read_only"] for name in ("prepare", *stack))


def test_the_build_is_sent_what_the_dockerfile_copies_and_nothing_else():
    first, *let_through = re.findall(r"^(\*|!.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    copied = " ".join(re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    wanted = {source for source in copied.split() if not source.startswith("frontend/")} | {"frontend/"}
    assert first == "*"
    assert {rule.removeprefix("!") for rule in let_through} == wanted


def test_sockets_are_not_kept_out_by_an_engines_limit_of_open_files():
    limits = re.findall(
        r"(?:worker_rlimit_nofile|worker_connections) (\d+)", (ROOT / "deploy" / "nginx.conf").read_text()
    )
    assert len(limits) == 2
    for name in ("web", "nginx"):
        assert COMPOSE["services"][name]["ulimits"]["nofile"] >= max(map(int, limits))
