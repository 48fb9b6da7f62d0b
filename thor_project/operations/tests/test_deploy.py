"""What is deployed against the code: metrics that alerts and dashboard name, runbooks, settings, the image's contents."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest
import yaml

from cutover.plans import plans
from thor_project.env import ROOT, VARIABLES
from thor_project.operations.metrics import METRICS

DEPLOY = ROOT / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"][0]["rules"]
ALERT_TESTS = yaml.safe_load((DEPLOY / "prometheus/alerts_test.yml").read_text())
SCRAPES = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"]
DASHBOARD = json.loads((DEPLOY / "grafana/thor.json").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXPRESSIONS = [rule["expr"] for rule in ALERTS] + [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]
]
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}
PROMETHEUS_OWN = {"up", "process_cpu_seconds_total"}
NGINX_THAT_RESOLVES = (1, 27, 3)
"""The first whose `server … resolve` is free."""
OURS = ("web", "heartbeat", "worker", "prepare")


def series() -> dict[str, set[str]]:
    """The labels of each series that the exposition can have."""
    found: dict[str, set[str]] = {}
    for row in METRICS:
        for suffix in SUFFIXES.get(row.kind, ("",)):
            found[row.name + suffix] = {*row.labels, *(["le"] if suffix == "_bucket" else [])}
    return found


def named_in(expression: str) -> set[str]:
    """The series that an expression selects: words that are no label, function, keyword or text."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\b(by|without|on|ignoring)\s*\([^)]*\)", "", bare)
    bare = re.sub(r"\{[^}]*\}", "", bare)
    words = set(re.findall(r"[a-zA-Z_:][\w:]*(?!\s*\()\b", re.sub(r"\[\w+\]", "", bare)))
    functions = set(re.findall(r"([a-zA-Z_]\w*)\s*\(", bare))
    return words - functions - {"or", "and", "unless", "sum", "min", "max", "e"}


def labels_in(expression: str) -> set[str]:
    selected = re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', expression)
    grouped = [label for group in re.findall(r"\bby\s*\(([^)]*)\)", expression) for label in group.split(",")]
    return {label.strip() for label in [*selected, *grouped]}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_what_an_expression_names_is_in_the_exposition(expression):
    known = series()
    named = named_in(expression)
    assert named
    assert named <= known.keys() | PROMETHEUS_OWN
    labels = set().union(*(known.get(name, set()) for name in named)) | {"job", "instance"}
    assert labels_in(expression) <= labels


def test_the_dashboard_shows_every_metric_of_ours():
    shown = {name for panel in DASHBOARD["panels"] for target in panel["targets"] for name in named_in(target["expr"])}
    missing = [row.name for row in METRICS if not any(name.startswith(row.name) for name in shown)]
    assert missing == []


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
def test_each_alert_has_its_runbook(rule):
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}
    assert rule["labels"]["severity"] in {"page", "warn"}


def seen_to_fire(case: dict) -> set[str]:
    """The alerts that a case of promtool's expects: by the samples' labels, else by the one that its expression names."""
    named = re.compile(r'alertname="(\w+)"')
    told = set(named.findall(" ".join(sample["labels"] for sample in case["exp_samples"])))
    return told or set(named.findall(case["expr"] if case["exp_samples"] else ""))


def test_each_alert_is_seen_to_fire():
    cases = [case for test in ALERT_TESTS["tests"] for case in test["promql_expr_test"]]
    assert {rule["alert"] for rule in ALERTS} == {name for case in cases for name in seen_to_fire(case)}


def test_every_kind_of_process_that_is_scraped_is_missed_where_it_is_gone():
    down = next(rule["expr"] for rule in ALERTS if rule["alert"] == "ThorProcessDown")
    assert [scrape["job_name"] for scrape in SCRAPES if f'absent(up{{job="{scrape["job_name"]}"}})' not in down] == []
    assert {scrape["dns_sd_configs"][0]["names"][0] for scrape in SCRAPES} == {"web", "worker", "heartbeat"}


def test_prometheus_leaves_our_own_label_job_alone():
    assert any("job" in row.labels for row in METRICS)
    assert all(scrape["honor_labels"] is True for scrape in SCRAPES)


@pytest.fixture
def promtool(tmp_path):
    """Runs it beside copies of what is deployed; gives what it says where it finds fault, else nothing."""
    path = shutil.which("promtool")
    if path is None:
        pytest.skip("promtool is not on this machine")
    for source in (DEPLOY / "prometheus").glob("*.yml"):
        shutil.copy(source, tmp_path)
    (tmp_path / "metrics-token").write_text("x")

    def run(*words: str) -> str:
        done = subprocess.run([path, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        return f"{done.returncode}: {done.stdout}{done.stderr}" if done.returncode else ""

    return run


def test_promtool_finds_nothing_wrong(promtool):
    assert promtool("check", "config", "prometheus.yml") == ""


def test_the_alerts_fire_when_they_should_and_only_then(promtool):
    assert promtool("test", "rules", "alerts_test.yml") == ""


def test_every_service_is_pinned_watched_and_started_again():
    for name, service in COMPOSE["services"].items():
        assert re.search(r":[\w.{}:$-]*\d", service["image"]), f"{name}: {service['image']} is not pinned"
        assert service["healthcheck"].get("disable") or service["healthcheck"]["test"]
        assert service["restart"] in {"unless-stopped", "on-failure"}


def test_who_needs_another_waits_until_that_is_well():
    for name, service in COMPOSE["services"].items():
        for other, how in service.get("depends_on", {}).items():
            disabled = COMPOSE["services"][other]["healthcheck"].get("disable", False)
            wanted = "service_completed_successfully" if disabled else "service_healthy"
            assert how == {"condition": wanted}, f"{name} → {other}"


def test_no_secret_is_in_the_file_and_all_come_from_one():
    text = (ROOT / "docker-compose.yml").read_text()
    wanted = set(re.findall(r"\$\{(\w+)", text)) - {"THOR_VERSION"}
    example = (DEPLOY / "env.example").read_text()
    told = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert wanted <= told.keys()
    assert [name for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN") if told[name]] == []
    assert "SECRET_KEY" not in text
    assert all(COMPOSE["services"][name]["env_file"] == ".env" for name in OURS)


def test_only_settings_that_there_are_are_set():
    known = {variable.name for variable in VARIABLES} | {plan.flag for plan in plans()}
    for name in OURS:
        assert COMPOSE["services"][name]["environment"].keys() <= known


def test_the_image_is_pinned_and_runs_as_nobody_in_particular():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert all(re.search(r":\d+\.\d+\.\d+", base) for base in bases), bases
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE) == ["thor"]
    assert "HEALTHCHECK" in DOCKERFILE


def test_what_the_image_copies_is_there():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert [path for line in copied for path in line.split() if not (ROOT / path).exists()] == []


def test_the_proxy_takes_bodies_as_large_as_we_do(settings):
    assert "client_max_body_size 1m;" in (DEPLOY / "nginx.conf").read_text()
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 1024 * 1024


def test_the_proxys_settings_are_valid_where_there_is_an_nginx(tmp_path):
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("nginx is not on this machine")
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    if tuple(map(int, re.findall(r"\d+", version)[:3])) < NGINX_THAT_RESOLVES:
        pytest.skip(f"this machine's nginx is older than what is deployed: {version.strip()}")
    text = (DEPLOY / "nginx.conf").read_text()
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    subject = ["-subj", "/CN=desk.example", "-days", "1", "-nodes", "-newkey", "rsa:2048", "-x509"]
    subprocess.run(["openssl", "req", *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    text = text.replace("/etc/nginx/tls", str(tmp_path))
    (tmp_path / "nginx.conf").write_text(text)
    done = subprocess.run([nginx, "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
