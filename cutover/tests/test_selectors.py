"""Where the features stand, also while the store cannot say."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from cutover import stages
from cutover.selectors import Crowd, bucket, history, is_websocket, members_of, read_stages, stage_of, stages_now
from cutover.services import advance
from cutover.stages import Source, Stage, Standing, UnknownFeature
from cutover.tests.makers import NOON, make_decision, make_record

pytestmark = pytest.mark.django_db
SHADOW = Standing(Stage.SHADOW, 0, Source.RECORD)


@pytest.fixture
def broken_store():
    """A store that answers every question with an error."""

    def refuse(execute, *call):
        raise OperationalError("the disk is gone")

    return lambda: connection.execute_wrapper(refuse)


def test_without_a_record_a_feature_stands_in_shadow(bonds):
    assert stage_of("bonds") == SHADOW
    assert not is_websocket("bonds")
    assert stages_now().timestamp.year == 1970


def test_the_payload_is_as_old_as_its_last_move(bonds):
    advance("bonds", make_decision(forced=True))
    assert stages_now().timestamp == NOON
    assert [reading.as_of for reading in read_stages([{}, {}])] == [NOON, NOON]


def test_a_live_feature_is_on_the_socket(bonds):
    make_record(stage="live")
    assert is_websocket("bonds")


def test_an_unreadable_store_leaves_the_last_stage_that_was_read(bonds, broken_store):
    advance("bonds", make_decision(forced=True), percent=10)
    assert stage_of("bonds").stage is Stage.CANARY
    with broken_store():
        assert stage_of("bonds") == Standing(Stage.CANARY, 10, Source.RECORD)


def test_an_unreadable_store_that_was_never_read_means_rest(bonds, broken_store):
    make_record(stage="retired")
    with broken_store():
        assert stage_of("bonds") == SHADOW


def test_false_pins_even_if_the_store_cannot_be_read(bonds, settings, broken_store):
    settings.WS_FEATURES = {bonds.flag: False}
    with broken_store():
        assert stage_of("bonds") == Standing(Stage.SHADOW, 0, Source.ENVIRONMENT)


def test_ones_own_false_pins_an_unreadable_store_whatever_was_read(bonds, settings, broken_store):
    make_record(stage="live", environment="true")
    assert is_websocket("bonds")
    settings.WS_FEATURES = {bonds.flag: False}
    with broken_store():
        assert stage_of("bonds") == Standing(Stage.SHADOW, 0, Source.ENVIRONMENT)


def test_the_members_of_a_canary_are_people_in_its_share_and_cohort(bonds, cohort):
    users = get_user_model().objects
    for pk in (1, 2, 3):
        users.create(pk=pk, username=f"user {pk}")
    users.create(pk=5, username="the probe", role="probe")
    users.create(pk=7, username="gone", is_active=False)
    places = sorted(stages.bucket("bonds", str(pk)) for pk in (1, 2, 3))
    assert members_of("bonds", 100) == Crowd(3, 3, int(places[0]) + 1)
    assert members_of("bonds", 100, "odd").members == 2
    assert members_of("bonds", int(places[0])).members == 0
    assert members_of("bonds", 100, "nobody") == Crowd(0, 3, None)


def test_a_publication_is_never_made_of_what_was_read_long_ago(bonds, broken_store):
    stages_now()
    with broken_store(), pytest.raises(OperationalError):
        read_stages([{}])


def test_a_feature_without_a_plan_is_an_error(bonds):
    for question in (stage_of, history):
        with pytest.raises(UnknownFeature):
            question("swaps")


def test_a_users_bucket_is_his_own(bonds):
    first, second = get_user_model()(pk=1), get_user_model()(pk=2)
    assert bucket("bonds", first) == bucket("bonds", first) != bucket("bonds", second)
