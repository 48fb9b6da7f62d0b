"""The probe of a real desk on a replay: it gathers evidence over real HTTP and WebSocket, and catches what differs."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from tests.desk import Desk, eventually

FEATURES = {"account_balance", "positions", "intraday", "global_market"}
REHEARSAL = {"TEMPO": "20", "REPLAY": "sample", "SPEED": "300"}
FAULTS = ("mismatches", "missing_rest", "missing_socket", "stale_rest", "noise", "faulty", "gaps", "drops", "errors")


def stored(folder, query):
    with closing(sqlite3.connect(f"file:{folder}/desk.sqlite3?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def evidence(folder):
    """By feature what was added up in the replayed session."""
    rows = stored(folder, "SELECT feature, figures FROM cutover_sessionevidence WHERE session = '2026-11-19'")
    return {feature: json.loads(figures) for feature, figures in rows}


def has(figures, **least):
    return all(
        (len(figures.get(name, ())) if name == "states" else figures.get(name, 0)) >= count
        for name, count in least.items()
    )


def gathered(folder, **least):
    seen = evidence(folder)
    return seen if set(seen) == FEATURES and all(has(figures, **least) for figures in seen.values()) else None


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path, **REHEARSAL) as desk:
        desk.wait_until_up()
        yield desk


def test_evidence_grows_without_a_browser_and_nothing_is_wrong(desk, tmp_path):
    first = eventually(
        lambda: gathered(tmp_path, looks=2, frames=1, matches=1, noise_checks=1, covered_ms=1),
        "something of each feature",
    )
    second = eventually(
        lambda: gathered(tmp_path, looks=5, frames=3, matches=3, states=3, covered_ms=5 * 60_000),
        "more of each feature",
    )
    for feature, figures in second.items():
        assert has(figures, **{name: first[feature][name] for name in ("looks", "frames", "matches", "covered_ms")})
        assert {name: figures[name] for name in FAULTS if name in figures} == {}, feature
        assert sum(figures["lags"]) == figures["frames"]
    assert stored(tmp_path, "SELECT * FROM cutover_mismatch") == []
    users = stored(tmp_path, "SELECT username, role FROM identity_user ORDER BY role")
    assert ("probe", "probe") in users


def test_a_corrupted_publication_is_recorded_with_both_payloads_and_the_field(tmp_path):
    fault = tmp_path / "corrupt"
    settings = {"DJANGO_SETTINGS_MODULE": "tests.corruption.settings", "CORRUPTION_FILE": str(fault)}
    with Desk(tmp_path, **REHEARSAL, **settings) as desk:
        desk.wait_until_up()
        eventually(lambda: has(evidence(tmp_path).get("positions", {}), matches=2), "positions are equal")
        assert stored(tmp_path, "SELECT * FROM cutover_mismatch") == []
        fault.touch()
        query = "SELECT feature, topic, source, outcome, fields, rest, socket FROM cutover_mismatch"
        rows = eventually(lambda: stored(tmp_path, query), "the probe finds it")
    feature, topic, source, outcome, fields, rest, socket = rows[0]
    assert (feature, topic[:10], source, outcome) == ("positions", "positions.", "probe", "mismatch")
    named = json.loads(fields)
    shown, brought = pnl_of(rest), pnl_of(socket)
    assert {one["field"] for one in named} == {f"positions[{symbol}].pnl" for symbol in shown}
    assert brought == {symbol: pnl + 1 for symbol, pnl in shown.items()}
    assert has(evidence(tmp_path)["positions"], mismatches=1)
    assert not has(evidence(tmp_path)["account_balance"], mismatches=1)


def pnl_of(payload):
    return {row["symbol"]: row["pnl"] for row in json.loads(payload, parse_float=Decimal)["positions"]}
