"""Days' names as a reader wants them."""

import pytest

from GlobalMarkets.calendars.names import plain


@pytest.mark.parametrize(
    ("library", "reader"),
    [
        ("Respect for the Aged Day (2003 onwards)", "Respect for the Aged Day"),
        ("Juneteenth Starting at 2022", "Juneteenth"),
        ("Wednesdays Before Independence Day including and after 2013", "Eve of Independence Day"),
        ("Juarez's Birthday Observed", "Juarez's Birthday"),
        ("Vespera Natal", "Christmas Eve"),
        ("Good Friday", "Good Friday"),
    ],
)
def test_bookkeeping_is_left_out(library: str, reader: str) -> None:
    assert plain(library) == reader
