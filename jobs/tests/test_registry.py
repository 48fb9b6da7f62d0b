"""Declarations are checked when they are made."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.registry import JobFault, Registry, seconds
from jobs.tests.makers import Idle, make_declaration, make_registry


def test_a_declared_class_stays_what_it_was_and_stands_in_the_table():
    registry = Registry()
    fields = {"every": seconds(10), "features": ("positions",), "timeout": seconds(3), "in_heartbeat": True}
    declared = registry.job("quotes", **fields)(Idle)
    assert declared is Idle
    assert list(registry) == [make_declaration("quotes", **fields)]


@pytest.mark.parametrize(
    ("differing", "fault"),
    [
        ({"name": "Market Metrics"}, "a name is 1 to 64 of a-z, 0-9 and _"),
        ({"name": ""}, "a name is 1 to 64 of a-z, 0-9 and _"),
        ({"every": seconds(0)}, "every=0:00:00 is not a positive number of whole seconds"),
        ({"every": seconds(-10)}, "is not a positive number of whole seconds"),
        ({"every": timedelta(seconds=1.5)}, "every=0:00:01.500000 is not a positive number of whole seconds"),
        ({"timeout": seconds(0)}, "timeout=0:00:00 is not positive"),
        ({"features": ("positions", "positions")}, "a feature is named twice"),
        ({"work": object}, "object has no run(now)"),
    ],
)
def test_a_faulty_declaration_is_refused_and_says_what_is_wrong(differing, fault):
    with pytest.raises(JobFault) as refused:
        make_registry(make_declaration(**differing))
    assert str(refused.value) == f"job {differing.get('name', 'quotes')!r}: {refused.value.args[0].split(': ', 1)[1]}"
    assert fault in str(refused.value)


def test_a_name_is_declared_once():
    with pytest.raises(JobFault, match="job 'quotes' is declared twice"):
        make_registry(make_declaration(), make_declaration())


def test_features_as_one_text_are_refused_before_they_become_letters():
    with pytest.raises(JobFault, match=r"features is a tuple of names, such as \('positions',\)"):
        Registry().job("quotes", every=seconds(1), features="positions")(Idle)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(JobFault, match="no job 'bars'; declared are: quotes"):
        make_registry(make_declaration()).only("bars")
    with pytest.raises(JobFault, match="no job 'bars'; declared are: none"):
        Registry()["bars"]


def test_only_keeps_the_named_and_carriers_finds_the_jobs_of_a_feature():
    quotes, bars = make_declaration(), make_declaration("bars", features=("intraday",))
    registry = make_registry(quotes, bars)
    assert list(registry.only("bars")) == [bars]
    assert registry.carriers("intraday") == [bars]
    assert registry.carriers("positions") == []
