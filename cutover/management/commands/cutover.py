"""`manage.py cutover ACTION FEATURE`: moves a feature between REST and WebSocket, or shows what is recorded of it."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils import timezone

from cutover import selectors, services
from cutover.management.terminal import console_on, share_of, show_history, show_mismatches
from cutover.models import Mismatch, SignOff, StageMove
from cutover.services import Decision
from cutover.stages import CutoverError, Source, Stage
from cutover.wording import COMMAND

SHOWN_MISMATCHES = 20
EVERYBODY = "everybody"
Options = dict[str, Any]


class Command(BaseCommand):
    help = "Move a feature between REST and WebSocket, or show what is recorded of it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("action", nargs="?", default="", help=", ".join(ACTIONS))
        add("feature", nargs="?", default="", help="one of those that check_cutover_status lists")
        add("--reason", default="", help="why; kept in the history (advance, canary, rollback, sign-off)")
        add("--by", default="", help="who decides; default: who is logged in on this machine")
        add("--to", default="", help="the stage you mean to arrive at; refused where the step leads elsewhere")
        add("--percent", default="", help="the canary's share of users, 1 to 100 (at first 10)")
        add("--cohort", default=None, help=f"whom a canary is limited to, e.g. paper; {EVERYBODY} lifts it")
        add(
            "--sunset-at", default="", help="with the step to sunset: when REST is to end, e.g. 2026-12-24 (in 14 days)"
        )
        add("--force", action="store_true", help="step whatever the gate says; recorded with what was missing")
        add("--payloads", action="store_true", help="mismatches: show what REST and the socket brought, too")

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
        self._tell(
            services.advance(
                options["feature"],
                _decision(options),
                _percent(options["percent"]),
                to,
                cohort=_cohort(options["cohort"]),
                sunset_at=_time(options["sunset_at"]),
            )
        )

    def canary(self, options: Options) -> None:
        share, cohort = _percent(options["percent"]), _cohort(options["cohort"])
        self._tell(services.canary(options["feature"], _decision(options), share, cohort))

    def rollback(self, options: Options) -> None:
        self._tell(services.rollback(options["feature"], _decision(options)))

    def sign_off(self, options: Options) -> None:
        given = services.sign_off(options["feature"], _decision(options))
        self.stdout.write(f"{given.feature}: signed off by {given.by}, while it stays live")
        self.stdout.write(f'  next: {COMMAND} cutover advance {given.feature} --reason "…"')

    def history(self, options: Options) -> None:
        moves = selectors.history(options["feature"])
        if not moves:
            self.stdout.write(f"{options['feature']} was never moved: it stands in shadow by default")
            return
        sign_offs = SignOff.objects.filter(feature=options["feature"]).order_by("-pk")
        show_history(console_on(self.stdout), moves, sign_offs)

    def mismatches(self, options: Options) -> None:
        feature = options["feature"]
        found = Mismatch.objects.filter(feature=feature).order_by("-at", "-pk")
        let_pass = found.exclude(rule="").count()
        passed = f", {let_pass} more let pass by rules" if let_pass else ""
        self.stdout.write(f"{feature}: {found.count() - let_pass} kept{passed}; the newest first")
        newest = list(found[:SHOWN_MISMATCHES])
        show_mismatches(console_on(self.stdout), newest, with_payloads=options["payloads"])

    def _tell(self, move: StageMove) -> None:
        to = share_of(move) if move.to_stage == Stage.CANARY else move.to_stage
        forced = ", forced" if move.forced else ""
        self.stdout.write(f"{move.feature}: {move.from_stage} → {to}, version {move.version}, by {move.by}{forced}")
        plan = selectors.plan_of(move.feature)
        if selectors.stage_of(move.feature).source is Source.ENVIRONMENT:
            self.stdout.write(f"  but {plan.flag}=false pins it to shadow: unset it, then restart the server")
        elif move.to_stage != Stage.SHADOW:
            self.stdout.write(f'  back within a second: {COMMAND} cutover rollback {move.feature} --reason "…"')


ACTIONS: dict[str, Callable[[Command, Options], None]] = {
    "advance": Command.advance,
    "canary": Command.canary,
    "rollback": Command.rollback,
    "sign-off": Command.sign_off,
    "history": Command.history,
    "mismatches": Command.mismatches,
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


def _cohort(name: str | None) -> str | None:
    return "" if name == EVERYBODY else name


def _time(text: str) -> datetime | None:
    """A day or a time; UTC where it does not say."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(
            f"--sunset-at takes a day as 2026-12-24 or a time as 2026-12-24T16:00Z, not {text!r}"
        ) from None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)
