"""Recording what a broker said."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from ThorTrading.brokers.port import SnapshotRefusedError
from ThorTrading.models import Account, AccountBalance, Position
from ThorTrading.services.snapshots import Recorded, record_snapshot
from ThorTrading.tests.factories import NOW, make_account, make_holding, make_snapshot

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=10)


@pytest.fixture
def account() -> Account:
    return make_account()


def held() -> dict[str, Decimal]:
    return dict(Position.objects.values_list("symbol", "quantity"))


def test_the_first_snapshot_fills_the_books(account: Account) -> None:
    recorded = record_snapshot(make_snapshot(make_holding("SPY"), make_holding("TSLA", quantity=Decimal(-15))))
    assert recorded == Recorded(account.pk, balance=True, positions=True)
    assert held() == {"SPY": 100, "TSLA": -15}
    balance = AccountBalance.objects.get(account=account)
    assert (balance.cash, balance.equity, balance.as_of) == (Decimal("50000.00"), Decimal("101025.00"), NOW)


def test_what_was_sold_disappears(account: Account) -> None:
    record_snapshot(make_snapshot(make_holding("SPY"), make_holding("AAPL")))
    record_snapshot(make_snapshot(make_holding("AAPL"), as_of=LATER))
    assert held() == {"AAPL": 100}


def test_a_holding_of_nothing_is_no_position(account: Account) -> None:
    record_snapshot(make_snapshot(make_holding("SPY", quantity=Decimal(0))))
    assert held() == {}


def test_an_account_that_holds_nothing_has_a_time(account: Account) -> None:
    recorded = record_snapshot(make_snapshot())
    account.refresh_from_db()
    assert (recorded.positions, account.positions_as_of) == (True, NOW)


def test_prices_move_in_place(account: Account) -> None:
    record_snapshot(make_snapshot(make_holding()))
    before = Position.objects.get()
    record_snapshot(make_snapshot(make_holding(current_price=Decimal("499.9900")), as_of=LATER))
    after = Position.objects.get()
    assert (after.pk, after.current_price, after.as_of) == (before.pk, Decimal("499.99"), LATER)


def test_an_older_snapshot_changes_nothing(account: Account) -> None:
    record_snapshot(make_snapshot(make_holding("SPY"), as_of=LATER))
    recorded = record_snapshot(make_snapshot(make_holding("AAPL"), cash=Decimal("1.00")))
    assert recorded == Recorded(account.pk, balance=False, positions=False)
    assert held() == {"SPY": 100}
    assert AccountBalance.objects.get().cash == Decimal("50000.00")


def test_the_same_again_is_no_change(account: Account) -> None:
    snapshot = make_snapshot(make_holding("SPY"))
    record_snapshot(snapshot)
    assert record_snapshot(snapshot) == Recorded(account.pk, balance=False, positions=False)


def test_a_difference_at_the_same_moment_is_one(account: Account) -> None:
    snapshot = make_snapshot(make_holding("SPY"))
    record_snapshot(snapshot)
    recorded = record_snapshot(replace(snapshot, holdings=(make_holding("SPY", quantity=Decimal(99)),)))
    assert recorded == Recorded(account.pk, balance=False, positions=True)
    assert held() == {"SPY": 99}


def test_the_same_figures_later_are_a_newer_reading(account: Account) -> None:
    snapshot = make_snapshot(make_holding("SPY"))
    record_snapshot(snapshot)
    recorded = record_snapshot(replace(snapshot, as_of=LATER))
    assert recorded == Recorded(account.pk, balance=True, positions=True)


def test_other_accounts_are_left_alone(account: Account) -> None:
    make_account("other")
    record_snapshot(make_snapshot(make_holding("IBM"), account_number="ACC-other"))
    record_snapshot(make_snapshot(make_holding("SPY")))
    assert held() == {"IBM": 100, "SPY": 100}


def test_a_refused_figure_leaves_everything_as_it_was(account: Account) -> None:
    with pytest.raises(SnapshotRefusedError):
        record_snapshot(make_snapshot(make_holding(current_price=Decimal("NaN"))))
    assert not AccountBalance.objects.exists()


def test_positions_that_fail_take_the_balance_with_them(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> bool:
        raise OSError("disk full")

    monkeypatch.setattr("ThorTrading.services.snapshots.record_positions", fail)
    with pytest.raises(OSError, match="disk full"):
        record_snapshot(make_snapshot())
    assert not AccountBalance.objects.exists()


def test_an_account_we_do_not_keep() -> None:
    with pytest.raises(Account.DoesNotExist):
        record_snapshot(make_snapshot())
