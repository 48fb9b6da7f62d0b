"""What the dashboard must know before it shows anything: whose desk it is, what feeds it, and where each feature stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cutover import selectors as cutover
from GlobalMarkets import feeds
from GlobalMarkets.feeds.port import ReplayStatus
from GlobalMarkets.selectors.bars import watched
from ThorTrading.selectors import accounts_visible_to
from ThorTrading.serializers import AccountRow, account_row


class DeskListing(msgspec.Struct, frozen=True):
    country: str
    symbol: str


class DeskReplay(msgspec.Struct, frozen=True):
    """How a replay goes: `speed` is "max" or how many of its seconds pass in one, `at` its own time."""

    file: str
    speed: str
    at: datetime
    finished: bool


class DeskFeature(msgspec.Struct, frozen=True):
    """Where a feature stands for this user; `every` in seconds is its job's interval and the polling interval.

    `cohort`: whom its canary is limited to.
    """

    name: str
    flag: str
    stage: str
    percent: int
    source: str
    bucket: float
    rest: str
    every: float
    cohort: str = ""


class Desk(msgspec.Struct, frozen=True):
    version: str
    broker: str
    feed: str
    replay: DeskReplay | None
    accounts: list[AccountRow]
    watchlist: list[DeskListing]
    features: list[DeskFeature]
    cohorts: list[str] = []


class DeskView(APIView):
    """The desk of whoever asks."""

    @extend_schema(responses={200: Desk})
    def get(self, request: Request) -> Response:
        status = feeds.current().status()
        return Response(
            Desk(
                version=settings.VERSION,
                broker=settings.BROKER,
                feed=status.name,
                replay=replay_of(status.replay),
                accounts=[account_row(account) for account in accounts_visible_to(request.user)],
                watchlist=[DeskListing(listing.country, listing.symbol) for listing in watched()],
                features=features_of(request.user),
                cohorts=cutover.cohorts_of(request.user),
            )
        )


def replay_of(status: ReplayStatus | None) -> DeskReplay | None:
    return None if status is None else DeskReplay(status.file, status.speed, status.at, status.finished)


def features_of(user: Any) -> list[DeskFeature]:
    rows = {row.feature: row for row in cutover.stages_now().stages}
    return [
        DeskFeature(
            name=plan.feature,
            flag=plan.flag,
            stage=rows[plan.feature].stage,
            percent=rows[plan.feature].percent,
            source=rows[plan.feature].source,
            bucket=cutover.bucket(plan.feature, user),
            rest=plan.rest,
            every=plan.every,
            cohort=rows[plan.feature].cohort,
        )
        for plan in cutover.plans()
    ]
