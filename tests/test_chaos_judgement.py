"""The chaos suite's own judgement: whatever may go wrong with a client is seen, and what is right is not blamed."""

from __future__ import annotations

import json

import msgspec
import pytest
from chaos.client import Client, Way
from chaos.faults import FAULTS, Loses, chosen
from chaos.heals import Healed, healed_in
from chaos.judgement import Evidence, findings
from chaos.ledger import Ledger, Rows, Seen, differences
from chaos.losses import Life, Witness
from chaos.processes import CannotRun
from chaos.windows import Told, Window

BARS, OPEN, BALANCE = "bars.USA.CHAOS-1", "bars_open.USA.CHAOS-1", "balance.1"


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(["bars"], Rows())


def frame(**fields) -> Seen:
    return msgspec.json.decode(json.dumps(fields).encode(), type=Seen)


def row(number: int):
    return {"timestamp_minute": f"2040-01-01T{number:05d}", "volume": number}


def publication(topic: str, offset: int, number: int | None = None, epoch: str = "e", **more) -> Seen:
    return frame(type="x", data=row(number or offset), topic=topic, epoch=epoch, offset=offset, **more)


def answer(topic: str, offset: int, recovered: bool = False, epoch: str = "e") -> Seen:
    data = {"topic": topic, "epoch": epoch if offset else "", "offset": offset, "recovered": recovered}
    return frame(type="subscribed", data=data)


def reset(topic: str, offset: int, epoch: str = "e") -> Seen:
    return frame(type="reset", data={"topic": topic, "epoch": epoch, "offset": offset, "reason": "forgotten"})


def take(ledger: Ledger, *frames: Seen, now: float = 0.0) -> list[bool]:
    return [ledger.take(one, now) for one in frames]


def truth(topic: str, offset: int, *numbers: int):
    return {topic: {"epoch": "e", "offset": offset, "rows": [row(number) for number in numbers]}}


def test_events_one_after_the_other_are_what_the_database_has(ledger):
    assert all(take(ledger, answer(BARS, 0), publication(BARS, 1), publication(BARS, 2)))
    assert ledger.wrong == []
    assert differences(ledger, truth(BARS, 2, 1, 2)) == []


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ([publication(BARS, 1), publication(BARS, 3)], "gap"),
        ([publication(BARS, 2)], "gap"),
        ([publication(BARS, 1), publication(BARS, 1)], "again"),
        ([publication(BARS, 1), publication(BARS, 2, epoch="f")], "gap"),
        ([publication(BARS, 1), publication(BARS, 2, number=3)], "content"),
        ([publication(BARS, 1), publication(BARS, 2, number=1)], "content"),
    ],
)
def test_an_event_that_is_lost_doubled_or_out_of_order_is_seen(ledger, frames, said):
    take(ledger, answer(BARS, 0), *frames)
    assert len(ledger.wrong) == 1
    assert said in ledger.wrong[0]


def test_after_a_gap_the_topic_is_asked_for_again_and_until_then_nothing_counts(ledger):
    assert take(ledger, answer(BARS, 0), publication(BARS, 1), publication(BARS, 3)) == [True, True, False]
    assert ledger.request(BARS) == {"topic": BARS, "cursor": "e:1"}
    take(ledger, publication(BARS, 4), answer(BARS, 4, recovered=True), *(publication(BARS, n) for n in (2, 3, 4)))
    assert differences(ledger, truth(BARS, 4, 1, 2, 3, 4)) == []
    assert len(ledger.wrong) == 1
    assert [one.count for one in ledger.recovered] == [3]


def test_a_state_may_jump_but_never_goes_back(ledger):
    take(ledger, answer(OPEN, 0), publication(OPEN, 1), publication(OPEN, 9))
    assert ledger.wrong == []
    take(ledger, publication(OPEN, 9), publication(OPEN, 5), publication(OPEN, 4, snapshot=True))
    assert [text.split(" ")[1].strip(":") for text in ledger.wrong] == ["again", "again", "goes"]


def test_a_told_reset_is_no_loss_and_the_rows_begin_anew(ledger):
    take(ledger, answer(BARS, 0), publication(BARS, 1), answer(BARS, 5), reset(BARS, 5))
    take(ledger, *(publication(BARS, 5, number, snapshot=True) for number in (4, 5)), publication(BARS, 6))
    assert ledger.wrong == []
    assert len(ledger.resets) == 1
    assert differences(ledger, truth(BARS, 6, *range(1, 7))) == []
    assert differences(ledger, truth(BARS, 6, 1, 2, 3, 4, 6)) == [f"{BARS}: 3 rows, the database has 2"]


def test_a_snapshot_that_may_have_been_cut_short_is_asked_for_anew(ledger):
    take(ledger, answer(BARS, 5), publication(BARS, 5, 4, snapshot=True), now=10.0)
    ledger.lost_socket(11.0)
    assert ledger.request(BARS) == BARS
    take(ledger, answer(BARS, 5), publication(BARS, 5, 4, snapshot=True), now=12.0)
    ledger.lost_socket(20.0)
    assert ledger.request(BARS) == {"topic": BARS, "cursor": "e:5"}


def test_what_differs_from_the_database_is_named(ledger):
    take(ledger, answer(BALANCE, 1), publication(BALANCE, 1, snapshot=True))
    assert differences(ledger, truth(BALANCE, 1, 1)) == []
    assert differences(ledger, truth(BALANCE, 2, 2)) == [f"{BALANCE}: stands at ('e', 1), the database at ('e', 2)"]
    assert differences(ledger, truth(BALANCE, 1, 2)) == [f"{BALANCE}: another row than the database's"]


def test_an_open_bar_ends_by_its_closed_one(ledger):
    take(ledger, answer(OPEN, 0), publication(OPEN, 1, 7))
    assert differences(ledger, truth(OPEN, 1) | truth(BARS, 7, 7)) == []
    assert differences(ledger, truth(OPEN, 1) | truth(BARS, 6, 6)) != []


def test_the_time_to_heal_counts_from_the_fault_s_end_or_from_the_client_s_return(ledger):
    client = Client(Way([], "", [], 1.0), ledger, None, welcomes=[0.0, 14.0])
    take(ledger, answer(BARS, 0), now=0.0)
    for offset, at in ((1, 9.5), (2, 12.0), (3, 14.5)):
        take(ledger, publication(BARS, offset), now=at)
    window = Window("x", 9.0, 11.0, 20.0)
    told = [Told(9.0, BARS, 1), Told(10.0, BARS, 2), Told(10.0, BARS, 3), Told(10.0, BARS, 4), Told(10.0, "bars.x", 1)]
    assert healed_in(window, told[:1], [client])["heal"] == [0.0]
    assert healed_in(window, told[:2], [client])["heal"] == [1.0]
    found = healed_in(window, told, [client])
    assert (found["heal"], found["oldest"], found["never"], found["back"]) == ([1.0], 4.5, 1, 1)


def test_a_nudge_is_lost_where_a_process_that_was_there_did_not_hear_it():
    witness = Witness(Life("web1", 1, 5.0, 10.0), frozenset({(BARS, 1)}), [(6.0, 2), (12.0, 1)])
    assert witness.missed([Told(4.0, BARS, 9), Told(6.0, BARS, 1), Told(7.0, BARS, 2), Told(11.0, BARS, 9)]) == 1
    assert witness.healed(Window("x", 5.0, 6.0, 7.0)) == 2


def test_a_fault_that_loses_nothing_fails_the_run_and_so_does_a_client_that_ends_wrong(tmp_path):
    fault = next(fault for fault in FAULTS if fault.loses is Loses.NUDGES)
    window = Window(fault.name, 0.0, 1.0, 2.0)
    seen = Healed(back=0, recovered=0, resets=0, heal=[0.5], oldest=1.0, never=0)
    found = findings([fault], Evidence(tmp_path, [window], [seen], [["a"], ["a", "b"]], [], {}, 9))
    assert found.failures[:2] == ["2 clients ended wrong", "a (2 ×)"]
    assert found.failures[-1] == f"{fault.name}: nothing was lost, so nothing was proved"
    assert [row.longest for row in found.rows] == [0.5]


def test_faults_are_chosen_by_words():
    assert [fault.name for fault in chosen("FLUSHALL")] == ["layer emptied (FLUSHALL)"]
    assert len(chosen("")) == len(FAULTS)
    with pytest.raises(CannotRun, match="earthquake"):
        chosen("layer,earthquake")
