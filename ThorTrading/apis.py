"""Accounts by REST: the list of one's own, and of each its balance and its positions."""

from __future__ import annotations

import re
from functools import partial

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from realtime.openapi import listed_plain, topical
from realtime.rest import topic_response
from ThorTrading.models import Account
from ThorTrading.selectors import account_visible_to, accounts_visible_to
from ThorTrading.serializers import AccountBalancePayload, AccountRow, PositionsPayload, account_row, only

SYMBOL = re.compile(r"[!-~]{1,40}")
ACCOUNT = OpenApiParameter("account", OpenApiTypes.STR, OpenApiParameter.PATH, description="its number, or its slug")


class AccountsView(APIView):
    @extend_schema(responses={200: listed_plain(AccountRow)})
    def get(self, request: Request) -> Response:
        """The accounts that you are a member of."""
        return Response(
            {"items": [account_row(account) for account in accounts_visible_to(request.user)], "next": None}
        )


class BalanceView(APIView):
    @extend_schema(parameters=[ACCOUNT], responses=topical(AccountBalancePayload))
    def get(self, request: Request, account: str) -> Response:
        """What the account is worth."""
        return topic_response(request, f"balance.{account_or_404(request, account).pk}")


class PositionsView(APIView):
    @extend_schema(parameters=[ACCOUNT, OpenApiParameter("symbol", str)], responses=topical(PositionsPayload))
    def get(self, request: Request, account: str) -> Response:
        """What the account holds, or what it holds of one symbol."""
        topic = f"positions.{account_or_404(request, account).pk}"
        symbol = request.query_params.get("symbol")
        return topic_response(request, topic, None if symbol is None else partial(only, symbol=checked(symbol)))


def account_or_404(request: Request, name: str) -> Account:
    """The account that the path means; another's looks like none."""
    account = account_visible_to(request.user, name)
    if account is None:
        raise Http404(f"there is no account {name!r}")
    return account


def checked(symbol: str) -> str:
    if not SYMBOL.fullmatch(symbol):
        raise ValidationError({"symbol": "A symbol is 1 to 40 characters without a space."})
    return symbol
