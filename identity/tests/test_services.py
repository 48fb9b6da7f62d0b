"""One-time links: what they sign in, once and in time."""

from datetime import UTC, datetime, timedelta

import pytest

from identity.errors import LinkError, LinkExpiredError, LinkUnknownError, LinkUsedError
from identity.models import SignInLink
from identity.services import KEPT_AFTER_EXPIRY, LINK_LIFETIME, make_link, use_link
from identity.tests.factories import make_user

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_a_link_signs_in_its_user() -> None:
    ann, _ = make_user("ann"), make_user("bob")
    assert use_link(make_link(ann, NOW), NOW + timedelta(minutes=9)) == ann


def test_a_link_works_once() -> None:
    token = make_link(make_user(), NOW)
    use_link(token, NOW)
    with pytest.raises(LinkUsedError, match="used already"):
        use_link(token, NOW)


def test_a_used_link_stays_used_after_its_expiry() -> None:
    token = make_link(make_user(), NOW)
    use_link(token, NOW)
    with pytest.raises(LinkUsedError):
        use_link(token, NOW + LINK_LIFETIME)


def test_a_link_ends_after_ten_minutes() -> None:
    token = make_link(make_user(), NOW)
    with pytest.raises(LinkExpiredError, match="expired"):
        use_link(token, NOW + timedelta(minutes=10))


def test_whoever_spent_the_link_first_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two that read the link unspent is refused by the update, not by what it read."""
    token = make_link(make_user(), NOW)
    first = SignInLink.objects.filter

    def spent_meanwhile(*args, **kwargs):
        rows = first(*args, **kwargs)
        if "pk" in kwargs:
            first(pk=kwargs["pk"]).update(used_at=NOW)
        return rows

    monkeypatch.setattr(SignInLink.objects, "filter", spent_meanwhile)
    with pytest.raises(LinkUsedError):
        use_link(token, NOW)


@pytest.mark.parametrize("token", ["", "nonsense", "é" * 300])
def test_an_unknown_token_is_refused(token: str) -> None:
    make_link(make_user(), NOW)
    with pytest.raises(LinkUnknownError):
        use_link(token, NOW)


def test_a_link_of_somebody_who_left_is_refused() -> None:
    token = make_link(make_user(is_active=False), NOW)
    with pytest.raises(LinkError):
        use_link(token, NOW)


def test_the_token_is_not_stored() -> None:
    token = make_link(make_user(), NOW)
    assert token not in str(SignInLink.objects.values())


def test_old_links_are_swept_when_one_is_made() -> None:
    user = make_user()
    make_link(user, NOW)
    make_link(user, NOW + LINK_LIFETIME + KEPT_AFTER_EXPIRY + timedelta(seconds=1))
    assert SignInLink.objects.count() == 1
