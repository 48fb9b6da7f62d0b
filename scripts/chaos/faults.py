"""The faults: what is done to the stack, for how long, and what each of them must lose before anything is healed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from chaos.processes import CannotRun
from chaos.stack import Stack
from chaos.switches import LOSE, death_of

EACH_THIRD = "3"


class Loses(Enum):
    """What must be lost by a fault, else it was none: nudges, what clients missed while they were away, or the history."""

    NOTHING = "nothing"
    NUDGES = "nudges"
    AWAY = "away"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Fault:
    """`strike` returns when the fault is over. `seconds`: how long it lasts in the full run; in the short form a third."""

    name: str
    loses: Loses
    seconds: float
    strike: Callable[[Stack, float], None]
    is_short: bool = False


def nothing(stack: Stack, seconds: float) -> None:
    """To compare with."""
    time.sleep(seconds)


def layer_killed(stack: Stack, seconds: float) -> None:
    stack.layer.kill()
    time.sleep(seconds)
    stack.layer.start()


def layer_frozen(stack: Stack, seconds: float) -> None:
    stack.layer.freeze()
    time.sleep(seconds)
    stack.layer.thaw()


def layer_emptied(stack: Stack, seconds: float) -> None:
    """Pub/sub keeps no keys: this must hurt nobody."""
    stack.layer.say("FLUSHALL")
    time.sleep(seconds)


def subscribers_thrown_out(stack: Stack, seconds: float) -> None:
    """The layer forgets who listens, again and again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        stack.layer.say("CLIENT KILL TYPE pubsub")
        time.sleep(0.01)


def nudges_lost(stack: Stack, seconds: float) -> None:
    stack.switches.turn_on(LOSE, EACH_THIRD)
    time.sleep(seconds)
    stack.switches.turn_off(LOSE)


def web_killed(stack: Stack, seconds: float) -> None:
    stack.webs[0].kill()
    time.sleep(seconds)
    stack.start_web(0)


def web_stopped(stack: Stack, seconds: float) -> None:
    stack.webs[1].stop()
    time.sleep(seconds)
    stack.start_web(1)


def web_started_without_layer(stack: Stack, seconds: float) -> None:
    stack.layer.kill()
    stack.webs[1].kill()
    stack.start_web(1)
    time.sleep(seconds)
    stack.layer.start()


def web_frozen(stack: Stack, seconds: float) -> None:
    stack.webs[0].freeze()
    time.sleep(seconds)
    stack.webs[0].thaw()


def publisher_dies(stack: Stack, seconds: float) -> None:
    """Between its commit and the nudge."""
    stack.switches.turn_on(death_of(stack.publisher.name))
    stack.publisher.has_ended()
    time.sleep(seconds)
    stack.start_publisher()


def heartbeat_dies(stack: Stack, seconds: float) -> None:
    """Between a job's commit and the nudge."""
    stack.switches.turn_on(death_of(stack.heartbeat.name))
    stack.heartbeat.has_ended()
    time.sleep(seconds)
    stack.heartbeat.start()


def database_restarted(stack: Stack, seconds: float) -> None:
    stack.database.crash()
    time.sleep(seconds)
    stack.database.start()


def database_frozen(stack: Stack, seconds: float) -> None:
    stack.database.freeze()
    time.sleep(seconds)
    stack.database.thaw()


def database_restarted_under_the_returning(stack: Stack, seconds: float) -> None:
    """Half of the clients come back while nobody can be let in, and nothing can be read."""
    stack.database.crash()
    stack.crowd.ask("cut", 0.5, 0.0)
    time.sleep(seconds)
    stack.database.start()


def half_are_cut(stack: Stack, seconds: float) -> None:
    stack.crowd.ask("cut", 0.5, 0.0)
    time.sleep(seconds)


def history_forgotten(stack: Stack, seconds: float) -> None:
    """While some clients are away: they must be told. Few, since each is sent all its bars anew."""
    stack.crowd.ask("cut", 0.1, seconds)
    time.sleep(seconds / 2)
    stack.publisher.tell("forget")
    if (heard := stack.publisher.hear()) != "forgotten":
        raise CannotRun(f"publisher said {heard!r}")
    time.sleep(seconds / 2)


FAULTS = (
    Fault("nothing", Loses.NOTHING, 6, nothing),
    Fault("layer killed and restarted", Loses.NUDGES, 3, layer_killed, is_short=True),
    Fault("layer frozen", Loses.NUDGES, 4, layer_frozen),
    Fault("layer emptied (FLUSHALL)", Loses.NOTHING, 1, layer_emptied),
    Fault("layer's subscribers thrown out", Loses.NUDGES, 3, subscribers_thrown_out),
    Fault("each third nudge lost", Loses.NUDGES, 4, nudges_lost, is_short=True),
    Fault("web process killed", Loses.AWAY, 2, web_killed, is_short=True),
    Fault("web process stopped", Loses.AWAY, 2, web_stopped),
    Fault("web process killed, back without layer", Loses.NUDGES, 3, web_started_without_layer),
    Fault("web process frozen", Loses.NOTHING, 3, web_frozen),
    Fault("publisher killed between commit and nudge", Loses.NUDGES, 3, publisher_dies, is_short=True),
    Fault("heartbeat killed between commit and nudge", Loses.NUDGES, 3, heartbeat_dies),
    Fault("database restarted", Loses.NOTHING, 2, database_restarted),
    Fault("database restarted, half cut", Loses.NOTHING, 3, database_restarted_under_the_returning, is_short=True),
    Fault("database frozen", Loses.NOTHING, 4, database_frozen),
    Fault("half of the connections cut", Loses.AWAY, 2, half_are_cut, is_short=True),
    Fault("a tenth cut, and the history forgotten", Loses.HISTORY, 3, history_forgotten),
)


def chosen(names: str) -> list[Fault]:
    """The faults whose names contain one of these words, separated by commas; CannotRun where there is none."""
    words = [word.strip() for word in names.split(",") if word.strip()]
    unknown = [word for word in words if not any(word in fault.name for fault in FAULTS)]
    if unknown:
        known = ", ".join(fault.name for fault in FAULTS)
        raise CannotRun(f"no fault is called {unknown[0]!r}: there are {known}")
    return [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
