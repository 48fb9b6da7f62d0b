"""The environment's table: what is read, what is refused, and that docs list the same."""

from __future__ import annotations

import re
import stat

import pytest

from cutover.plans import plans
from thor_project import env
from thor_project.env import ROOT, VARIABLES, EnvironmentFault

NAMES = {variable.name for variable in VARIABLES}


def test_nothing_need_be_set():
    values = env.read({})
    assert (values["PORT"], values["DEBUG"], values["WATCHLIST"]) == (8000, False, ["SPY", "AAPL", "TSLA"])
    assert values["WS_FEATURES"] == {}


def test_an_empty_variable_is_an_unset_one():
    assert env.read({"PORT": "", "WS_FEATURE_POSITIONS": " "}) == env.read({})


def test_values_are_typed():
    values = env.read({"PORT": "9", "KEEP": "Yes", "WATCHLIST": " A, B ,", "WS_FEATURE_X": "on", "WS_FEATURE_Y": "0"})
    assert (values["PORT"], values["KEEP"], values["WATCHLIST"]) == (9, True, ["A", "B"])
    assert values["WS_FEATURES"] == {"WS_FEATURE_X": True, "WS_FEATURE_Y": False}


def test_all_faults_are_told_at_once():
    with pytest.raises(EnvironmentFault) as told:
        env.read({"PORT": "eighty", "DEBUG": "perhaps", "WS_FEATURE_POSITIONS": "maybe"})
    for name in ("PORT='eighty'", "DEBUG='perhaps'", "WS_FEATURE_POSITIONS='maybe'"):
        assert name in str(told.value)


@pytest.mark.parametrize(
    ("value", "fault"), [("0", "TEMPO=0 is less than 1"), ("101", "TEMPO=101 is more than 100"), ("-5", "'-5' is not")]
)
def test_a_number_out_of_its_bounds_is_refused(value, fault):
    with pytest.raises(EnvironmentFault, match=fault):
        env.read({"TEMPO": value})


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"JOBS_EXECUTOR": "cron"}, "JOBS_EXECUTOR='cron' is none of thread, celery"),
        ({"JOBS_EXECUTOR": "celery"}, "JOBS_EXECUTOR=celery needs CELERY_BROKER_URL or REDIS_URL"),
        ({"JOBS_EXECUTOR": "celery", "REPLAY": "sample", "REDIS_URL": "redis://localhost"}, "exclude each other"),
    ],
)
def test_jobs_run_by_workers_only_where_they_can(environ, fault):
    with pytest.raises(EnvironmentFault, match=fault):
        env.read(environ)


def test_the_secret_is_made_once_and_is_its_owners_only(tmp_path):
    made = env.secret_key("", tmp_path)
    assert len(made) >= 48
    assert env.secret_key("", tmp_path) == made
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert env.secret_key("given", tmp_path) == "given"


def test_the_docs_list_every_variable_with_its_default_and_meaning():
    table = (ROOT / "docs/settings.md").read_text()
    rows = [
        tuple(cell.strip(" `") for cell in line.split("|")[1:-1])
        for line in table.splitlines()
        if line.startswith("| `")
    ]
    assert rows == [(v.name, v.kind, v.default or "–", v.meaning) for v in VARIABLES]


def test_the_example_lists_every_variable_and_flag():
    named = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert named == NAMES | {plan.flag for plan in plans()}


def test_the_docs_name_every_flag():
    text = (ROOT / "docs/settings.md").read_text()
    assert all(plan.flag in text for plan in plans())
