"""A request gives its database connections back, and leaves a transaction that is not its own alone."""

from __future__ import annotations

import pytest
from django.core.signals import request_finished
from django.db import connection, transaction

from thor_project.operations.connections import give_back


@pytest.mark.django_db(transaction=True)
def test_at_the_end_of_a_request_its_connection_is_closed():
    connection.ensure_connection()
    request_finished.send(sender=None)
    assert connection.connection is None


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_it_stays():
    with transaction.atomic():
        connection.ensure_connection()
        give_back()  # the signal itself has Django drop a connection of PostgreSQL's that is in a transaction
        assert connection.connection is not None
        assert connection.is_usable()
