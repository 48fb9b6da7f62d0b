"""History cannot be rewritten, and the record cannot hold nonsense."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from cutover.models import HistoryIsAppendOnly, StageMove
from cutover.services import advance
from cutover.tests.makers import make_decision, make_record

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda move: move.save(),
        lambda move: move.delete(),
        lambda move: StageMove.objects.update(reason="another"),
        lambda move: StageMove.objects.filter(pk=move.pk).delete(),
        lambda move: StageMove.objects.bulk_update([move], ["reason"]),
    ],
)
def test_a_move_is_neither_changed_nor_deleted(bonds, rewrite):
    move = advance("bonds", make_decision(forced=True))
    move.reason = "another"
    with pytest.raises(HistoryIsAppendOnly), transaction.atomic():
        rewrite(move)
    assert [stored.reason for stored in StageMove.objects.all()] == ["looks right"]


@pytest.mark.parametrize("nonsense", [{"stage": "nowhere"}, {"percent": 101}])
def test_the_database_refuses_what_is_no_stage(nonsense):
    with pytest.raises(IntegrityError):
        make_record(**nonsense)


def test_they_say_what_they_are(bonds):
    assert str(advance("bonds", make_decision(forced=True))) == "bonds: shadow → canary"
    assert str(make_record(feature="swaps")) == "swaps: shadow"
