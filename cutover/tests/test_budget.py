"""What spends a feature's error budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutover.budget import Sighting, spent
from cutover.figures import Figures
from cutover.tests.cases import CLEAN, PLAN, make_figures
from cutover.tests.makers import NOON


@dataclass(frozen=True)
class Broken:
    broken: int
    connections: int


def make_sighting(**differing) -> Sighting:
    """Well: looked at for an hour, its job ran just now."""
    fields = {"plan": PLAN, "now": NOON, "watched_since": NOON - timedelta(hours=1), "last_run": NOON, "figures": CLEAN}
    return Sighting(**(fields | differing))


def test_what_is_well_or_not_seen_stays():
    assert spent(make_sighting()) == spent(make_sighting(figures=Figures())) == ""


@pytest.mark.parametrize(
    ("differing", "why"),
    [
        ({"mismatches": 1}, "1 mismatch: positions[AAPL].pnl"),
        ({"mismatches": 2}, "2 mismatches: positions[AAPL].pnl"),
        ({"missing_socket": 1}, "1 state missing on the socket"),
        ({"gaps": 3}, "3 gaps in the numbering"),
        ({"faulty": 1}, "1 message with a faulty field"),
        ({"gaps": 1, "faulty": 2}, "1 gap in the numbering; 2 messages with a faulty field"),
        ({"missing_rest": 5, "stale_rest": 5, "drops": 5, "errors": 5, "stale_looks": 5, "timer_polls": 5}, ""),
    ],
)
def test_counts_that_spend_it_are_said_in_words(differing, why):
    assert spent(make_sighting(figures=make_figures(**differing), fields=["positions[AAPL].pnl"])) == why


def test_only_some_fields_are_named():
    sighting = make_sighting(figures=make_figures(mismatches=1), fields=["a", "b", "c", "d"])
    assert spent(sighting) == "1 mismatch: a, b, c …"
    assert spent(make_sighting(figures=make_figures(mismatches=1))) == "1 mismatch"


@pytest.mark.parametrize(
    ("age", "watched", "why"),
    [
        (30, 3600, ""),
        (34, 3600, "stale 34 s (limit 30 s)"),
        (None, 3600, "stale 3600 s (limit 30 s)"),
        (3600, 30, ""),
        (3600, 31, "stale 31 s (limit 30 s)"),
    ],
)
def test_stale_is_what_was_so_while_somebody_watched(age, watched, why):
    last_run = None if age is None else NOON - timedelta(seconds=age)
    assert spent(make_sighting(last_run=last_run, watched_since=NOON - timedelta(seconds=watched))) == why


@pytest.mark.parametrize(
    ("broken", "connections", "why"),
    [
        (9, 0, ""),
        (10, 20, "reconnect storm: 10 sockets broke within a minute, 20 are open"),
        (10, 21, ""),
        (206, 412, "reconnect storm: 206 sockets broke within a minute, 412 are open"),
    ],
)
def test_a_storm_is_half_of_the_sockets_and_no_fewer_than_ten(broken, connections, why):
    assert spent(make_sighting(storm=Broken(broken, connections))) == why


@given(st.sampled_from(["mismatches", "missing_socket", "gaps", "faulty"]), st.integers(1, 9), st.integers(0, 9))
def test_more_faults_never_mend_anything(name, count, more):
    assert spent(make_sighting(figures=make_figures(**{name: count})))
    assert spent(make_sighting(figures=make_figures(**{name: count + more})))
