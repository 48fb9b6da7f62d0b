"""The paths of market data, below /api/."""

from __future__ import annotations

from django.urls import path

from GlobalMarkets import apis

urlpatterns = [
    path("intraday/", apis.IntradayView.as_view(), name="intraday"),
    path("vwap/", apis.VwapView.as_view(), name="vwap"),
    path("markets/", apis.VenuesView.as_view(), name="markets"),
    path("markets/composite/", apis.CompositeView.as_view(), name="composite"),
    path("markets/status/", apis.MarketStatusView.as_view(), name="market-status"),
    path("markets/<str:mic>/sessions/", apis.SessionsView.as_view(), name="market-sessions"),
]
