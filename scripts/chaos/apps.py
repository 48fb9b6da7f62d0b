"""The Django application `chaos`: puts the witness into a process when it starts."""

from __future__ import annotations

from django.apps import AppConfig


class ChaosConfig(AppConfig):
    name = "chaos"

    def ready(self) -> None:
        from chaos import witness
        from chaos.switches import Switches

        witness.attend(Switches.of_this_process())
