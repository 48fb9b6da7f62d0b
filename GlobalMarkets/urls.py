"""The paths of market data, below /api/."""

from __future__ import annotations

from django.urls import path

from GlobalMarkets import apis

urlpatterns = [
    path("intraday/", apis.IntradayView.as_view(), name="intraday"),
    path("vwap/", apis.VwapView.as_view(), name="vwap"),
]
