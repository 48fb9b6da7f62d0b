"""What operators do and read by REST, and that nobody else does."""

from __future__ import annotations

import pytest

from cutover import console
from cutover.models import StageMove
from cutover.services import advance, rollback
from cutover.stages import Stage
from cutover.tests.cases import make_mismatch
from cutover.tests.makers import NOON, make_decision, make_record
from identity.models import Role
from identity.tests.factories import make_user
from realtime import history

pytestmark = pytest.mark.django_db
STEPS = ("advance", "rollback", "canary", "sign-off")
PRICES = [{"field": "price", "rest": 1.5, "socket": 2}]
LOOKED_AT = ("console/", "answers/", "mismatches/", "bonds/history/")


@pytest.fixture
def operator(client):
    client.force_login(make_user("olga", role=Role.OPERATOR))
    return client


@pytest.fixture
def take(operator):
    def take(step, feature="bonds", **wish):
        body = {"reason": "because", "expected_version": 0} | wish
        return operator.post(f"/api/cutover/{feature}/{step}/", body, "application/json")

    return take


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.TRADER, Role.PROBE])
def test_strangers_viewers_traders_and_the_probe_get_nothing(bonds, client, role):
    if role:
        client.force_login(make_user("somebody", role=role))
    refused = 403 if role else 401
    for path in LOOKED_AT:
        assert client.get(f"/api/cutover/{path}").status_code == refused
    for step in STEPS:
        body = {"reason": "because", "expected_version": 0}
        assert client.post(f"/api/cutover/bonds/{step}/", body, "application/json").status_code == refused
    assert StageMove.objects.count() == 0


def test_a_step_that_the_gate_refuses_says_what_is_missing_line_by_line(bonds, take):
    answer = take("advance", to="canary")
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    lines = {line["name"]: line["verdict"] for line in answer.json()["lines"]}
    assert lines["arriving"] == "inconclusive"
    assert StageMove.objects.count() == 0


def test_a_forced_step_is_taken_and_recorded_as_such(bonds, take):
    answer = take("advance", to="canary", percent=25, force=True)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["from_stage"], told["to_stage"], told["percent"], told["by"]) == ("shadow", "canary", 25, "olga")
    assert told["forced"] is True


def test_a_canary_is_narrowed_and_rolled_back_without_evidence(bonds, take):
    make_record(stage=Stage.CANARY, percent=50, version=4)
    assert take("canary", percent=10, cohort="", expected_version=4).json()["percent"] == 10
    assert take("rollback", expected_version=5).json()["to_stage"] == "shadow"


def test_a_sign_off_is_recorded_by_name(bonds, take):
    make_record(stage=Stage.LIVE, version=4, entered_version=4)
    told = take("sign-off", expected_version=4).json()
    assert (told["feature"], told["by"], told["reason"]) == ("bonds", "olga", "because")
    assert take("sign-off", expected_version=4).status_code == 422


def test_whoever_looked_at_another_version_is_told_so(bonds, take):
    make_record(stage=Stage.LIVE, version=4)
    answer = take("rollback", expected_version=3)
    assert (answer.status_code, "version 4" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"to": "moon"}, "to"),
        ({"percent": 101}, "percent"),
        ({"expected_version": "x"}, "expected_version"),
        ({"sunset_at": "tomorrow"}, "sunset_at"),
    ],
)
def test_a_wish_that_is_none_is_refused_by_its_field(bonds, take, wish, field):
    answer = take("advance", **wish)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_step_that_leads_elsewhere_and_a_feature_that_is_none(bonds, take):
    answer = take("advance", to="retired", force=True)
    assert (answer.status_code, "lines" in answer.json()) == (422, False)
    assert take("advance", feature="shares").status_code == 404


def test_the_console_and_the_answers_are_read_anew_each_time(bonds, operator):
    first = operator.get("/api/cutover/console/")
    again = operator.get("/api/cutover/console/", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["features"][0]["feature"] == "bonds"
    assert operator.get("/api/cutover/answers/").json()["dashboards"] == 0


def test_the_history_has_the_evidence_of_each_move(bonds, operator):
    advance("bonds", make_decision(forced=True))
    rollback("bonds", make_decision(reason="no"))
    items = operator.get("/api/cutover/bonds/history/").json()["items"]
    assert [(row["to_stage"], bool(row["evidence"])) for row in items] == [("shadow", False), ("canary", True)]
    assert operator.get("/api/cutover/shares/history/").status_code == 404


def test_mismatches_are_read_page_by_page_with_both_payloads(bonds, operator, monkeypatch):
    monkeypatch.setattr("cutover.apis.MOST_ROWS", 2)
    made = [make_mismatch(digest=digest, fields=PRICES).pk for digest in "abc"]
    first = operator.get("/api/cutover/mismatches/?feature=bonds").json()
    assert [row["id"] for row in first["items"]] == made[:0:-1]
    newest = first["items"][0]
    assert (newest["rest"], newest["socket"], newest["fields"]) == ('{"isin":"a"}', '{"isin":"b"}', PRICES)
    second = operator.get(first["next"]).json()
    assert ([row["id"] for row in second["items"]], second["next"]) == ([made[0]], None)
    assert operator.get("/api/cutover/mismatches/?before=x").status_code == 400
    assert operator.get("/api/cutover/mismatches/?feature=shares").status_code == 404


def test_the_console_is_told_after_a_move_and_again_only_where_it_differs(bonds, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        advance("bonds", make_decision(forced=True))
    cursor = history.top_of("console")
    assert cursor.offset == 1
    console.tell(NOON)
    assert history.top_of("console") == cursor
    console.tell_answers(NOON)
    console.tell_answers(NOON)
    assert history.top_of("answers").offset == 1
