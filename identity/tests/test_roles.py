"""What each role may, and what REST says to whoever may not."""

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from identity.models import Role, User
from identity.permissions import IsOperator, IsTrader
from identity.roles import is_operator, is_trader, reads_everything, signs_in

RIGHTS = [is_operator, is_trader, reads_everything, signs_in]
HAS = {
    Role.VIEWER: [signs_in],
    Role.TRADER: [is_trader, signs_in],
    Role.OPERATOR: [is_operator, is_trader, signs_in],
    Role.PROBE: [reads_everything],
}


@pytest.mark.parametrize("role", Role)
def test_the_rights_of_a_role(role: Role) -> None:
    assert [right for right in RIGHTS if right(User(role=role))] == HAS[role]


@pytest.mark.parametrize("who", [None, AnonymousUser(), *(User(role=role, is_active=False) for role in Role)])
def test_nobody_and_who_left_have_none(who) -> None:
    assert not any(right(who) for right in RIGHTS)


@pytest.mark.parametrize(
    ("permission", "role", "status"),
    [
        (IsOperator, Role.OPERATOR, 200),
        (IsOperator, Role.TRADER, 403),
        (IsOperator, Role.PROBE, 403),
        (IsTrader, Role.OPERATOR, 200),
        (IsTrader, Role.TRADER, 200),
        (IsTrader, Role.VIEWER, 403),
        (IsTrader, Role.PROBE, 403),
    ],
)
def test_a_permission_lets_in_by_role(permission: type[BasePermission], role: Role, status: int) -> None:
    class View(APIView):
        permission_classes = [permission]

        def get(self, request):
            return Response({})

    request = APIRequestFactory().get("/")
    force_authenticate(request, User(role=role))
    answer = View.as_view()(request)
    assert answer.status_code == status
    if status == 403:
        assert answer.data["detail"].startswith("This is for")
