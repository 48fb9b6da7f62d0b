"""Declares the feature."""

from django.apps import AppConfig


class ParcelsConfig(AppConfig):
    name = "tests.parcels"
    label = "parcels"

    def ready(self) -> None:
        from realtime import features
        from tests.parcels.feature import PARCELS

        features.register(PARCELS)
