"""How often one may try."""

from datetime import UTC, datetime, timedelta

import pytest

from identity.errors import TooManyAttemptsError
from identity.models import SignInWindow
from identity.throttling import (
    LOCK_OUT,
    PER_ADDRESS,
    PER_ADDRESS_AND_NAME,
    PER_NAME,
    WINDOW,
    count_attempt,
    forget_attempts,
)

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def spend(times: int, address: str = "10.0.0.1", username: str = "ann") -> None:
    for _ in range(times):
        count_attempt(address, username, NOW)


def test_a_name_may_be_tried_so_often_from_one_address() -> None:
    spend(PER_ADDRESS_AND_NAME)
    with pytest.raises(TooManyAttemptsError) as refused:
        count_attempt("10.0.0.1", "ANN", NOW + timedelta(seconds=60))
    assert refused.value.seconds == 240


def test_others_are_not_locked_out_by_it() -> None:
    spend(PER_ADDRESS_AND_NAME)
    count_attempt("10.0.0.2", "ann", NOW)
    count_attempt("10.0.0.1", "bob", NOW)


def test_the_next_window_begins_anew() -> None:
    spend(PER_ADDRESS_AND_NAME)
    count_attempt("10.0.0.1", "ann", NOW + WINDOW)


def test_a_success_clears_the_names_attempts() -> None:
    spend(PER_ADDRESS_AND_NAME)
    forget_attempts("10.0.0.1", "ann")
    count_attempt("10.0.0.1", "ann", NOW)


def test_an_address_that_tries_many_names_is_refused_and_stores_no_more() -> None:
    for number in range(PER_ADDRESS):
        spend(1, username=f"name{number}")
    stored = SignInWindow.objects.count()
    with pytest.raises(TooManyAttemptsError):
        spend(1, username="another")
    assert SignInWindow.objects.count() == stored


def test_windows_that_ended_are_swept() -> None:
    spend(1)
    count_attempt("10.0.0.9", "", NOW + LOCK_OUT)
    assert SignInWindow.objects.count() == 1


def test_a_name_that_is_tried_from_everywhere_is_locked_out_for_an_hour() -> None:
    for number in range(PER_NAME):
        spend(1, address=f"10.1.0.{number}")
    with pytest.raises(TooManyAttemptsError) as refused:
        count_attempt("10.2.0.1", "ann", NOW + timedelta(minutes=20))
    assert refused.value.seconds == 2400
    count_attempt("10.2.0.1", "bob", NOW)
    count_attempt("10.2.0.1", "ann", NOW + LOCK_OUT)


def test_only_the_first_refusal_is_called_so() -> None:
    spend(PER_ADDRESS_AND_NAME)
    is_first = []
    for _ in range(3):
        with pytest.raises(TooManyAttemptsError) as refused:
            spend(1)
        is_first.append(refused.value.is_first)
    assert is_first == [True, False, False]


def test_who_has_many_addresses_has_no_more_attempts() -> None:
    for number in range(PER_ADDRESS):
        spend(1, address=f"2001:db8::{number:x}", username=f"name{number}")
    with pytest.raises(TooManyAttemptsError):
        spend(1, address="2001:db8::ffff", username="another")
    spend(1, address="2001:db8:0:1::1", username="another")


def test_a_success_from_any_of_them_clears_the_names_attempts() -> None:
    spend(PER_ADDRESS_AND_NAME, address="2001:db8::1")
    forget_attempts("2001:db8::2", "ann")
    spend(1, address="2001:db8::1")
