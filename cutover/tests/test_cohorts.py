"""Groups that a canary may be limited to."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cutover import cohorts
from cutover.cohorts import CohortFault, UnknownCohort, cohorts_of, find, forget, register, users_of


@pytest.fixture(autouse=True)
def none_declared(monkeypatch):
    monkeypatch.setattr(cohorts, "_cohorts", {})


def odd(user) -> bool:
    return user.pk % 2 == 1


def test_a_cohort_is_declared_once_and_found_by_its_name():
    declared = register("odd", odd, lambda: [1, 3])
    assert find("odd") is declared
    assert (list(users_of("odd")), list(users_of("even"))) == ([1, 3], [])
    assert [cohorts_of(SimpleNamespace(pk=pk)) for pk in (1, 2)] == [["odd"], []]
    with pytest.raises(UnknownCohort, match="no cohort 'even'; there are: odd"):
        find("even")
    forget("odd")
    with pytest.raises(UnknownCohort, match="there are: none"):
        find("odd")


@pytest.mark.parametrize("name", ["", "x" * 21, "odd"])
def test_a_declaration_that_cannot_stand_is_refused(name):
    register("odd", odd, list)
    with pytest.raises(CohortFault, match="declared already, or not a name of 1 to 20 characters"):
        register(name, odd, list)
