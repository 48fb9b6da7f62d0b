"""The paths of accounts, below /api/."""

from __future__ import annotations

from django.urls import path

from ThorTrading import apis

urlpatterns = [
    path("accounts/", apis.AccountsView.as_view(), name="accounts"),
    path("accounts/<str:account>/balance/", apis.BalanceView.as_view(), name="balance"),
    path("accounts/<str:account>/positions/", apis.PositionsView.as_view(), name="positions"),
]
