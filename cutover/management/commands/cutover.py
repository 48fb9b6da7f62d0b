"""`manage.py cutover advance|rollback|history FEATURE`: moves a feature, or shows its moves; each is recorded with its reason."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from cutover import selectors, services
from cutover.models import StageMove
from cutover.services import Decision
from cutover.stages import CutoverError, Source, Stage
from cutover.status import COMMAND

COLUMNS = ("version", "at", "by", "from", "to", "reason", "evidence")
PIPED_WIDTH = 160
Options = dict[str, Any]


class Command(BaseCommand):
    help = "Move a feature between REST and WebSocket, or show its moves: advance, rollback, history."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", nargs="?", default="", help=", ".join(ACTIONS))
        parser.add_argument("feature", nargs="?", default="", help="one of those that check_cutover_status lists")
        parser.add_argument("--reason", default="", help="why; kept in the history (advance, rollback)")
        parser.add_argument("--by", default="", help="who decides; default: who is logged in on this machine")
        parser.add_argument(
            "--to", default="", help="the stage you mean to arrive at; refused where the step leads elsewhere"
        )
        parser.add_argument("--percent", default="", help="the canary's share of users, 1 to 100 (at first 10)")
        parser.add_argument("--force", action="store_true", help="record that the gate's evidence was not asked for")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            action = ACTIONS[options["action"]]
        except KeyError:
            raise CommandError(f"no action {options['action']!r}; there are: {', '.join(ACTIONS)}") from None
        try:
            selectors.plan_of(options["feature"])
            action(self, options)
        except CutoverError as refusal:
            raise CommandError(str(refusal)) from None
        except Error as fault:
            raise CommandError(f"nothing was moved, the database answers: {str(fault).strip()}") from None

    def advance(self, options: Options) -> None:
        to = _stage(options["to"]) if options["to"] else None
        self._tell(services.advance(options["feature"], _decision(options), _percent(options["percent"]), to))

    def rollback(self, options: Options) -> None:
        self._tell(services.rollback(options["feature"], _decision(options)))

    def history(self, options: Options) -> None:
        moves = selectors.history(options["feature"])
        if not moves:
            self.stdout.write(f"{options['feature']} was never moved: it stands in shadow by default")
            return
        table = Table(*COLUMNS, box=None)
        for move in moves:
            table.add_row(*_row(move))
        width = None if self.stdout.isatty() else PIPED_WIDTH
        Console(file=self.stdout, width=width, highlight=False).print(table)  # type: ignore[arg-type]

    def _tell(self, move: StageMove) -> None:
        share = f" ({move.percent} % of users)" if move.to_stage == Stage.CANARY else ""
        self.stdout.write(
            f"{move.feature}: {move.from_stage} → {move.to_stage}{share}, version {move.version}, by {move.by}"
        )
        plan = selectors.plan_of(move.feature)
        if selectors.stage_of(move.feature).source is Source.ENVIRONMENT:
            self.stdout.write(f"  but {plan.flag}=false pins it to shadow: unset it, then restart the server")
        elif move.to_stage != Stage.SHADOW:
            self.stdout.write(f'  back within a second: {COMMAND} cutover rollback {move.feature} --reason "…"')


ACTIONS: dict[str, Callable[[Command, Options], None]] = {
    "advance": Command.advance,
    "rollback": Command.rollback,
    "history": Command.history,
}


def _decision(options: Options) -> Decision:
    return Decision(
        by=options["by"] or _whoever(), reason=options["reason"], at=timezone.now(), forced=options["force"]
    )


def _whoever() -> str:
    """The name of the user on this machine, where it has one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "command line"


def _stage(name: str) -> Stage:
    try:
        return Stage(name)
    except ValueError:
        raise CommandError(f"no stage {name!r}; there are: {', '.join(Stage)}") from None


def _percent(text: str) -> int | None:
    if text and not text.isdecimal():
        raise CommandError(f"--percent takes 1 to 100, not {text!r}")
    return int(text) if text else None


def _row(move: StageMove) -> list[str]:
    to = f"{move.to_stage} {move.percent} %" if move.to_stage == Stage.CANARY else move.to_stage
    return [
        str(move.version),
        f"{move.at:%Y-%m-%d %H:%M:%SZ}",
        move.by,
        move.from_stage,
        to,
        move.reason,
        _evidence(move),
    ]


def _evidence(move: StageMove) -> str:
    """What the gate said at that moment, in words."""
    lacked = [line["name"] for line in move.evidence.get("lines", ()) if line["verdict"] in {"fail", "inconclusive"}]
    said = f"lacked {', '.join(lacked)}" if lacked else "gate open" if move.evidence else ""
    return "; ".join(filter(None, ["forced" if move.forced else "", said])) or "–"
