"""Writes what others read of the contract: the frontend's types and the AsyncAPI description."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from realtime.asyncapi import asyncapi
from realtime.features import features
from realtime.typescript import typescript

TYPESCRIPT = "frontend/src/services/contract.gen.ts"
ASYNCAPI = "docs/asyncapi.yaml"


class Command(BaseCommand):
    help = "Write frontend/src/services/contract.gen.ts and docs/asyncapi.yaml from the structs that travel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file differs")
        parser.add_argument("--into", default=str(settings.BASE_DIR), metavar="FOLDER", help="the project's folder")

    def handle(self, *args: Any, check: bool, into: str, **options: Any) -> None:
        wanted = {TYPESCRIPT: typescript(features()), ASYNCAPI: asyncapi(features(), settings.VERSION)}
        stale = [name for name, text in wanted.items() if _found(Path(into) / name) != text]
        if check and stale:
            raise CommandError(f"{', '.join(stale)}: not as the code has it; run `manage.py export_contract`")
        for name in stale:
            (Path(into) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(into) / name).write_text(wanted[name])
        self.stdout.write(f"written: {', '.join(stale)}" if stale else "as the code has it")


def _found(path: Path) -> str | None:
    return path.read_text() if path.exists() else None
