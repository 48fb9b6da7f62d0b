"""The ninety recorded instants, with the shipped schedules: all right, where each library alone is wrong in many."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from GlobalMarkets.calendars.hours import Phase, status_at
from GlobalMarkets.calendars.tests.shipped import sessions_of


@pytest.fixture(scope="module")
def vectors(shared_data):
    path = shared_data / "market-data" / "market_status_vectors.json"
    return json.loads(path.read_text(encoding="utf-8"))["vectors"]


def answer(vector: dict) -> tuple[str, str, str, int]:
    found = status_at(sessions_of(vector["mic"]), datetime.fromisoformat(vector["utc_instant"]))
    status = "LUNCH" if found.phase is Phase.LUNCH else found.status.value
    return status, found.next_event.value, f"{found.next_event_at:%Y-%m-%dT%H:%M:%SZ}", found.seconds_to_next_event


def expected(vector: dict) -> tuple[str, str, str, int]:
    return vector["status"], vector["next_event"], vector["next_event_utc"], vector["seconds_to_next_event"]


def test_every_instant_is_right(vectors) -> None:
    assert len(vectors) == 90
    assert [vector["id"] for vector in vectors if answer(vector) != expected(vector)] == []


def test_neither_library_alone_would_do(vectors) -> None:
    for library in ("xc", "pmc"):
        assert [vector["id"] for vector in vectors if vector["library_check"][library] != "agree"]


def test_the_document_tells_who_agrees(vectors) -> None:
    text = (Path(__file__).parents[3] / "docs" / "calendars.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([A-Z]{4}) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    assert {mic: tuple(map(int, numbers)) for mic, *numbers in table} == {
        mic: counted([vector for vector in vectors if vector["mic"] == mic]) for mic in {row["mic"] for row in vectors}
    }


def counted(vectors: list[dict]) -> tuple[int, int, int, int]:
    """All, and those that each library and Thor have right."""
    xc, pmc = (sum(vector["library_check"][name] == "agree" for vector in vectors) for name in ("xc", "pmc"))
    return len(vectors), xc, pmc, sum(answer(vector) == expected(vector) for vector in vectors)
