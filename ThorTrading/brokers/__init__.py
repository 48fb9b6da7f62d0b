"""Brokers behind one port, and which of them this process uses."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from ThorTrading.brokers.port import Broker, BrokerSettingsError


def _paper() -> Broker:
    from GlobalMarkets.selectors.bars import last_prices
    from ThorTrading.brokers.paper.adapter import PaperBroker

    return PaperBroker(last_prices)


# Adapters are imported when they are asked for: a broker's SDK costs nothing where it is not used.
BROKERS: dict[str, Callable[[], Broker]] = {"paper": _paper}


def current() -> Broker:
    """The broker that the settings name; BrokerSettingsError where there is none of that name."""
    if settings.BROKER not in BROKERS:
        raise BrokerSettingsError(f"BROKER={settings.BROKER!r} is none of: {', '.join(BROKERS)}")
    return BROKERS[settings.BROKER]()
