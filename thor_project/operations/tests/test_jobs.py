"""Expired ways in are forgotten, and only those."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from identity.models import ApiToken, User
from thor_project.operations.jobs import AccessHousekeeping, forgotten


@pytest.mark.django_db
def test_what_has_expired_is_forgotten_and_counted():
    before, now = dict(forgotten), timezone.now()
    user = User.objects.create_user("ann")
    for days in (-1, 1):
        client = Client()
        client.force_login(user)
        ends = now + timedelta(days=days)
        Session.objects.filter(pk=client.session.session_key).update(expire_date=ends)
        token, _ = ApiToken.objects.create(user=user)
        ApiToken.objects.filter(pk=token.pk).update(expiry=ends)
    AccessHousekeeping().run(now)
    assert [model.objects.count() for model in (Session, ApiToken)] == [1, 1]
    assert {kind: forgotten[kind] - before.get(kind, 0) for kind in forgotten} == {"session": 1, "token": 1}
    assert Session.objects.get().expire_date > now
