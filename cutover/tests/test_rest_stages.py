"""What a stage means for REST."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cutover.models.use import Caller
from cutover.plans import Plan
from cutover.rest_stages import Paths, RestStage, gone, headers, is_gone
from cutover.stages import Stage
from cutover.tests.makers import NOON

LINK = '</docs/>; rel="deprecation"; type="text/html", </ws/>; rel="successor-version"'


@pytest.fixture
def paths():
    one = Plan("bonds", "F", "/api/bonds/{bond_id}/", "XNYS", 1, {"yields": "/api/yields/?isin={isin}"})
    return Paths([one, Plan("a.b", "G", "/api/a.b/", "XNYS", 1)])


@pytest.mark.parametrize(
    ("path", "feature"),
    [
        ("/api/bonds/7/", "bonds"),
        ("/api/bonds/primary/", "bonds"),
        ("/api/yields/", "bonds"),
        ("/api/a.b/", "a.b"),
        ("/api/axb/", None),
        ("/api/bonds/7/more/", None),
        ("/api/bonds/", None),
        ("/", None),
    ],
)
def test_a_path_belongs_to_the_plan_that_names_it(paths, path, feature):
    assert paths.feature_of(path) == feature


@pytest.mark.parametrize("stage", [Stage.OFF, Stage.SHADOW, Stage.CANARY, Stage.LIVE])
def test_before_sunset_nothing_is_said(stage):
    assert headers(RestStage("bonds", stage, NOON)) == {}


@pytest.mark.parametrize("stage", [Stage.SUNSET, Stage.RETIRED])
def test_the_headers_have_the_syntax_of_their_rfcs(stage):
    assert headers(RestStage("bonds", stage, NOON, NOON + timedelta(days=1))) == {
        "Deprecation": "@1795176000",
        "Sunset": "Sat, 21 Nov 2026 12:00:00 GMT",
        "Link": LINK,
    }


def test_without_a_date_rest_is_planned_to_end_in_two_weeks():
    assert headers(RestStage("bonds", Stage.SUNSET, NOON))["Sunset"] == "Fri, 04 Dec 2026 12:00:00 GMT"


def test_where_the_store_never_told_since_when_only_the_way_is_said():
    assert headers(RestStage("bonds", Stage.SUNSET)) == {"Link": LINK}


@pytest.mark.parametrize("caller", list(Caller))
@pytest.mark.parametrize("stage", list(Stage))
def test_only_programs_are_told_that_it_is_gone(stage, caller):
    assert is_gone(RestStage("bonds", stage), caller) is (stage is Stage.RETIRED and caller is Caller.PROGRAM)


def test_the_problem_points_to_the_socket():
    body = gone("bonds", ["bonds.{bond_id}"])
    assert (body["status"], body["topics"], body["socket"], body["docs"]) == (
        410,
        ["bonds.{bond_id}"],
        "/ws/",
        "/docs/",
    )
    assert "bonds.{bond_id}" in body["detail"]
