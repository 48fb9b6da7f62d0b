"""Recorded files: read whole or refused with the file's name and line."""

from __future__ import annotations

import gzip

import pytest

from GlobalMarkets.feeds.port import RecordingError
from GlobalMarkets.feeds.recording import COLUMNS, load, trades_of
from GlobalMarkets.feeds.tests.makers import OPEN, at, line, make_bar, minute_lines, write_recording


@pytest.mark.parametrize("name", ["day.csv", "day.csv.gz"])
def test_rows_come_in_order_of_time(tmp_path, name):
    path = write_recording(tmp_path, [*minute_lines(1, 0), *minute_lines(0, symbol="IBM")], name=name)
    recording = load(path)
    assert [(row.listing.symbol, row.start) for row in recording.rows] == [
        ("IBM", OPEN),
        ("SPY", OPEN),
        ("SPY", at(60)),
    ]
    assert not recording.by_second
    assert recording.minute_bars()[1] == make_bar()


def test_any_second_in_it_makes_it_a_file_of_second_bars(tmp_path):
    path = write_recording(tmp_path, [line(at(0)), line(at(7), figures="100,107,93,101,5"), line(at(60))])
    recording = load(path)
    assert recording.by_second
    first, second = recording.minute_bars()
    assert (first.open, first.high, first.low, first.close, first.volume) == (100, 107, 93, 101, 1205)
    assert second.minute == at(60)


def test_a_second_is_told_as_four_trades_and_the_last_has_the_volume(tmp_path):
    row = load(write_recording(tmp_path, [line(at(7), figures="100,107,93,101,5")])).rows[0]
    trades = trades_of(row)
    assert [(trade.price, trade.size) for trade in trades] == [(100, 0), (107, 0), (93, 0), (101, 5)]
    assert [trade.at for trade in trades] == sorted(trade.at for trade in trades)
    assert all(at(7) <= trade.at < at(8) for trade in trades)


GOOD = line(OPEN)


@pytest.mark.parametrize(
    ("lines", "place", "named"),
    [
        ([GOOD, "SPY,2013-10-08T13:31:00Z,1,2"], 3, "4 columns instead of 7"),
        ([GOOD, ""], 3, "0 columns"),
        ([GOOD, line(at(60), figures="1,2,x,1,5")], 3, "low 'x' is not a number"),
        ([GOOD, line(at(60), figures="nan,2,1,1,5")], 3, "open 'nan' is not a number"),
        ([line(OPEN, figures="1,2,1,1,-5")], 2, "volume -5 is below zero"),
        ([line(OPEN, figures="1,2,1,1,5.5")], 2, "volume '5.5' is not a whole number"),
        ([line(OPEN, figures="1,2,3,1,5")], 2, "high 2 is below low 3"),
        ([line(OPEN, figures="1,2,-1,1,5")], 2, "low -1 is below zero"),
        ([line(OPEN, figures="1,2.00001,1,1,5")], 2, "more than 4 decimals"),
        ([GOOD, GOOD], 3, "SPY at 2013-10-08T13:30:00Z is there already, in line 2"),
        (["SPY,2013-10-08 9:30,1,1,1,1,1"], 2, "is not like 2013-10-08T13:30:00Z"),
        (["SPY,2013-13-08T13:30:00Z,1,1,1,1,1"], 2, "is not an instant"),
        (["S PY,2013-10-08T13:30:00Z,1,1,1,1,1"], 2, "symbol 'S PY'"),
        ([",2013-10-08T13:30:00Z,1,1,1,1,1"], 2, "symbol ''"),
        ([], 1, "no rows follow the header"),
    ],
)
def test_a_malformed_row_is_named_by_file_and_line(tmp_path, lines, place, named):
    path = write_recording(tmp_path, lines)
    with pytest.raises(RecordingError) as caught:
        load(path)
    text = str(caught.value)
    assert text.startswith(f"{path}, line {place}: ")
    assert named in text
    assert "\n" not in text


def test_another_header_is_refused(tmp_path):
    path = write_recording(tmp_path, [GOOD], header="symbol,time,open,high,low,close,volume")
    with pytest.raises(RecordingError, match=r"line 1: the header is .* not 'symbol,timestamp_utc"):
        load(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "day.csv"
    path.write_text("")
    with pytest.raises(RecordingError, match="line 1: the header is ''"):
        load(path)


def test_a_missing_file_a_folder_and_a_broken_archive_are_refused_in_one_line(tmp_path):
    whole = gzip.compress("\n".join([",".join(COLUMNS), *(line(at(60 * i)) for i in range(2000))]).encode())
    cut, false, binary = tmp_path / "cut.csv.gz", tmp_path / "false.csv.gz", tmp_path / "binary.csv"
    cut.write_bytes(whole[: len(whole) // 2])
    false.write_text("symbol")
    binary.write_bytes(b"\xff\xfe\x00")
    for path, named in (
        (tmp_path / "none.csv", "No such file"),
        (tmp_path, "Is a directory"),
        (cut, "cannot be read on"),
        (false, "Not a gzipped file"),
        (binary, "line 1: "),
    ):
        with pytest.raises(RecordingError) as caught:
            load(path)
        assert str(path) in str(caught.value)
        assert named in str(caught.value)
        assert "\n" not in str(caught.value)


def test_the_sample_is_a_day_of_three_symbols():
    recording = load("sample")
    assert [listing.symbol for listing in recording.listings] == ["AAPL", "SPY", "TSLA"]
    assert len(recording.rows) == 3 * 390
    assert recording.file == "sample"


def test_a_day_of_seconds_gives_the_minutes_but_for_the_auctions(shared_data):
    """The four that differ lack an auction's print (the data's README)."""
    folder = shared_data / "market-data"
    seconds = {(bar.symbol, bar.minute): bar for bar in load(folder / "us_equity_1sec_20131008.csv.gz").minute_bars()}
    minutes = [bar for bar in load(folder / "us_equity_1min.csv.gz").minute_bars() if bar.minute.date() == OPEN.date()]
    differing = {
        (bar.symbol, f"{bar.minute:%H:%M}", name)
        for bar in minutes
        for name in ("open", "high", "low", "close")
        if getattr(bar, name) != getattr(seconds[bar.symbol, bar.minute], name)
    }
    assert len(minutes) - len({bar[:2] for bar in differing}) == 1556
    assert differing == {
        ("AIG", "13:30", "open"),
        ("AIG", "13:30", "low"),
        ("BAC", "13:30", "open"),
        ("AIG", "19:59", "close"),
        ("IBM", "19:59", "close"),
    }
