"""Declares the job `errand`, beside the others or, where ERRANDS_ONLY is set, in their place."""

import os

from django.apps import AppConfig


class ErrandsConfig(AppConfig):
    name = "tests.errands"
    label = "errands"

    def ready(self) -> None:
        from jobs.registry import registry
        from tests.errands.errand import ERRAND

        if os.environ.get("ERRANDS_ONLY"):
            registry._declarations.clear()
        registry.add(ERRAND)
