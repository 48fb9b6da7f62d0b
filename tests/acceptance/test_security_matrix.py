"""Who gets what: every path of the URL resolver, every socket's path and every topic of the registry, asked as everybody.

Whoever adds a path or a topic lists it here, with those whom it is for; what is not listed fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest
from django.urls import get_resolver
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime.features import registry
from tests.acceptance.personae import Cast, Persona, cast_of
from tests.desk import Desk, Socket, eventually
from thor_project.routing import ROUTES

NOBODY = ("stranger", "revoked token", "expired token", "ended session", "who left")
BY_SESSION = ("viewer", "trader", "operator", "other")
BY_TOKEN = ("viewer's token", "operator's token")
KNOWN = (*BY_SESSION, *BY_TOKEN, "probe")
EVERYBODY = (*NOBODY, *KNOWN)
BAD_CREDENTIAL = ("revoked token", "expired token")


class For(Enum):
    """Whom a path or topic is for: what each persona gets who is let in nowhere else."""

    ANYBODY = "anybody"
    OPEN = "anybody, but not with a token that is none"
    KNOWN = "whoever is known"
    MEMBERS = "members of the account, and the probe"
    OPERATORS = "operators"
    PEOPLE = "people with a session"
    SESSIONS = "whoever has a session"
    PAGE = "whoever has a session; others are sent to sign in"
    NOBODY = "nobody: there is nothing"


def refusal(whom: For, name: str) -> int | None:
    """The status that refuses this persona; None where it is let in."""
    nobody = 401 if name in NOBODY else None
    if whom is For.ANYBODY:
        return None
    if whom is For.OPEN:
        return 401 if name in BAD_CREDENTIAL else None
    if whom is For.MEMBERS:
        return nobody or (404 if name == "other" else None)
    if whom is For.OPERATORS:
        return nobody or (None if name in ("operator", "other", "operator's token") else 403)
    if whom is For.PEOPLE:
        return nobody or (None if name in BY_SESSION else 403)
    if whom in (For.SESSIONS, For.PAGE):
        has_one = name in (*BY_SESSION, "probe")
        return None if has_one else 401 if whom is For.SESSIONS else 302
    return nobody


@dataclass(frozen=True, slots=True)
class Row:
    """`path`: an example of the route; `body`: of an unsafe method, so that nothing comes of it where it is let in.

    `tries_the_let_in`: whether they are asked, too; not where it would sign them out.
    """

    whom: For
    path: str = ""
    body: Any = field(default_factory=dict)
    tries_the_let_in: bool = True


REST: dict[str, Row] = {
    "GET ": Row(For.PAGE, "/"),
    "GET cutover": Row(For.PAGE),
    "GET examples": Row(For.PAGE),
    "GET sign-in": Row(For.ANYBODY),
    "GET api/session/": Row(For.KNOWN),
    "POST api/session/": Row(For.OPEN),
    "DELETE api/session/": Row(For.KNOWN, tries_the_let_in=False),
    "POST api/session/link/": Row(For.OPEN),
    "GET api/tokens/": Row(For.PEOPLE),
    "POST api/tokens/": Row(For.PEOPLE),
    "DELETE api/tokens/<int:pk>/": Row(For.PEOPLE, "/api/tokens/0/"),
    "GET api/desk/": Row(For.KNOWN),
    "GET api/cutover/stages/": Row(For.KNOWN),
    "GET api/cutover/console/": Row(For.OPERATORS),
    "GET api/cutover/answers/": Row(For.OPERATORS),
    "GET api/cutover/mismatches/": Row(For.OPERATORS),
    "POST api/cutover/samples/": Row(For.KNOWN),
    "GET api/cutover/<str:feature>/history/": Row(For.OPERATORS, "/api/cutover/positions/history/"),
    "POST api/cutover/<str:feature>/advance/": Row(For.OPERATORS, "/api/cutover/positions/advance/"),
    "POST api/cutover/<str:feature>/rollback/": Row(For.OPERATORS, "/api/cutover/positions/rollback/"),
    "POST api/cutover/<str:feature>/canary/": Row(For.OPERATORS, "/api/cutover/positions/canary/"),
    "POST api/cutover/<str:feature>/sign-off/": Row(For.OPERATORS, "/api/cutover/positions/sign-off/"),
    "GET api/intraday/": Row(For.KNOWN, "/api/intraday/?symbol=SPY"),
    "GET api/vwap/": Row(For.KNOWN, "/api/vwap/?symbol=SPY"),
    "GET api/markets/": Row(For.KNOWN),
    "GET api/markets/composite/": Row(For.KNOWN),
    "GET api/markets/status/": Row(For.KNOWN),
    "GET api/markets/<str:mic>/sessions/": Row(For.KNOWN, "/api/markets/XNYS/sessions/"),
    "GET api/accounts/": Row(For.KNOWN),
    "GET api/accounts/<str:account>/balance/": Row(For.MEMBERS, "/api/accounts/primary/balance/"),
    "GET api/accounts/<str:account>/positions/": Row(For.MEMBERS, "/api/accounts/primary/positions/"),
    "GET api/schema/": Row(For.OPEN),
    "GET ws/status": Row(For.KNOWN),
    "GET metrics": Row(For.SESSIONS),
    "GET health": Row(For.ANYBODY),
    "GET readyz": Row(For.ANYBODY),
    "GET accounts/health/status": Row(For.ANYBODY),
    "GET docs/": Row(For.OPEN),
    "GET redoc/": Row(For.OPEN),
    "GET asyncapi.yaml": Row(For.OPEN),
}
SOCKETS: dict[str, Row] = {
    "ws/": Row(For.KNOWN, "/ws/"),
    "": Row(For.NOBODY, "/ws/elsewhere/"),
}
TOPICS: dict[str, For] = {
    "heartbeat": For.KNOWN,
    "stages": For.KNOWN,
    "console": For.OPERATORS,
    "answers": For.OPERATORS,
    "markets": For.KNOWN,
    "bars": For.KNOWN,
    "bars_open": For.KNOWN,
    "vwap": For.KNOWN,
    "quotes": For.KNOWN,
    "twenty_four_hour": For.KNOWN,
    "account_balance": For.MEMBERS,
    "positions": For.MEMBERS,
}
EXAMPLES = {"country": "USA", "symbol": "SPY", "mic": "XNYS"}
UNSAFE = ("post", "put", "patch", "delete")


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    """Each method that each path of the resolver answers; a view that is a function is asked by GET."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, route)
        else:
            view = getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))
            methods = [name for name in ("get", *UNSAFE) if hasattr(view, name)] or ["get"]
            yield from (f"{method.upper()} {route}" for method in methods)


def socket_routes(patterns: Any, before: str = "") -> Iterator[str]:
    """Each path of the sockets' router, those of routers within it too."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        within = getattr(pattern.callback, "routes", None)
        yield from [route] if within is None else socket_routes(within, route)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk"), FEED_SEED="11") as desk:
        with desk.signed_in() as client:
            eventually(
                lambda: all(
                    client.get(path).status_code == 200
                    for path in ("/api/accounts/1/positions/", "/api/vwap/?symbol=SPY", "/api/markets/composite/")
                ),
                "the jobs have recorded what is read",
            )
        yield desk


@pytest.fixture(scope="module")
def cast(desk) -> Cast:
    return cast_of(desk)


def test_every_path_is_listed_and_no_other():
    assert set(routes(get_resolver().url_patterns)) == set(REST)


def test_every_socket_is_listed_and_no_other():
    assert set(socket_routes(ROUTES)) == set(SOCKETS)


def test_every_topic_is_listed_and_no_other():
    assert {stream.name for feature in registry for stream in feature.streams} == set(TOPICS)


@pytest.mark.parametrize("name", EVERYBODY)
def test_what_everybody_gets_by_rest(desk, cast, name):
    wrong = []
    with cast.people[name].client(desk) as client:
        for route, row in REST.items():
            refused = refusal(row.whom, name)
            if refused is None and not row.tries_the_let_in:
                continue
            method, path = route.split(" ", 1)
            body = {} if method == "GET" else {"json": row.body}
            status = client.request(method, row.path or f"/{path}", **body).status_code
            if status != refused if refused else status in (401, 403, 405, 429) or is_missing(status, row):
                wrong.append(f"{route}: {status}, not {refused or 'let in'}")
    assert wrong == []


def is_missing(status: int, row: Row) -> bool:
    """Whether it is refused as if it were not there, or failed; a page may be unbuilt, and a token 0 is nobody's."""
    return (status == 404 and row.path != "/api/tokens/0/") or (
        status >= 500 and row.whom not in (For.PAGE, For.ANYBODY)
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_by_session_needs_the_csrf_token(desk, cast, method):
    operator = cast.people["operator"]
    unsafe = [route.split(" ", 1)[1] for route in REST if route.startswith(f"{method} ")]
    with operator.client(desk) as client:
        del client.headers["X-CSRFToken"]
        answers = {path: client.request(method, REST[f"{method} {path}"].path or f"/{path}") for path in unsafe}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(unsafe, 403)


@pytest.mark.parametrize("name", KNOWN)
def test_what_everybody_hears(desk, cast, name):
    wanted = {topic_of(stream, cast.primary): TOPICS[stream.name] for stream in streams()}
    with cast.people[name].socket(desk) as socket:
        let_in = {topic for topic in wanted if hears(socket, topic)}
    assert let_in == {topic for topic, whom in wanted.items() if refusal(whom, name) is None}


@pytest.mark.parametrize("name", [name for name in KNOWN if name not in ("other", "probe")])
def test_anothers_account_is_told_as_one_that_is_not_there(desk, cast, name):
    with cast.people[name].client(desk) as client:
        for theirs, nobodys in ((str(cast.others), "999"), ("others", "no-such")):
            asked = {one: client.get(f"/api/accounts/{one}/balance/") for one in (theirs, nobodys)}
            assert {answer.status_code for answer in asked.values()} == {404}
            assert len({answer.text.replace(one, "N") for one, answer in asked.items()}) == 1
    with cast.people[name].socket(desk) as socket:
        assert not hears(socket, f"balance.{cast.others}")
        assert not hears(socket, "balance.999")
    first, second = (frame["data"]["message"] for frame in socket.frames if frame["type"] == "error_message")
    assert first.replace(str(cast.others), "N") == second.replace("999", "N")


@pytest.mark.parametrize("name", ["viewer", "trader", "other"])
def test_anothers_token_is_told_as_one_that_is_not_there(desk, cast, name):
    theirs = cast.people["operator's token"].token_id
    with cast.people[name].client(desk) as client:
        asked = {pk: client.delete(f"/api/tokens/{pk}/") for pk in (theirs, 999_999)}
    assert {answer.status_code for answer in asked.values()} == {404}
    assert len({answer.text.replace(str(pk), "N") for pk, answer in asked.items()}) == 1


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_has_which_socket(desk, cast, name):
    answers = {row.path: opened(desk, cast.people[name], row.path) for row in SOCKETS.values()}
    assert answers == {row.path: greeting(row.whom, name) for row in SOCKETS.values()}


def greeting(whom: For, name: str) -> str:
    """What a socket that is for these begins with: a stranger's browser is let in to hear why it is not."""
    if whom is For.NOBODY:
        return "refused with 403"
    return "welcome" if refusal(whom, name) is None else "closed with 4501"


def opened(desk: Desk, one: Persona, path: str) -> str:
    try:
        with one.socket(desk, path=path) as socket:
            return str(socket.next()["type"])
    except ConnectionClosed as closed:
        return f"closed with {closed.rcvd.code if closed.rcvd else None}"
    except InvalidStatus as refused:
        return f"refused with {refused.response.status_code}"


# What ends.


def test_sockets_end_with_what_they_came_in_by_and_no_other_does(desk, cast):
    """Each within a minute; the server looks every five seconds."""
    end = {
        "signs out": lambda one: sign_out(desk, one),
        "is revoked": lambda one: changed(desk, cast, "operator", lambda c: c.delete(f"/api/tokens/{one.token_id}/")),
        "leaves": lambda one: in_shell(desk, one, "user.is_active = False; user.save()"),
        "changes the password": lambda one: in_shell(desk, one, "user.set_password('new'); user.save()"),
    }
    people = [cast.people[name] for name in end]
    paths = [row.path for row in SOCKETS.values() if row.whom is not For.NOBODY]
    with cast.people["viewer"].socket(desk) as beside, Sockets(desk, people, paths) as sockets:
        for one in people:
            end[one.name](one)
        assert {which: closed_with(socket) for which, socket in sockets.items()} == {
            (name, path): 4501 for name in end for path in paths
        }
        beside.send({"type": "ping", "timestamp": "still here"})
        assert beside.until_type("pong")["data"]["timestamp"] == "still here"


@pytest.mark.parametrize(
    ("name", "topic", "change"),
    [
        ("loses a membership", "positions.{primary}", "user.memberships.all().delete()"),
        ("loses the role", "console", "user.role = 'viewer'; user.save()"),
    ],
)
def test_a_topic_ends_when_it_is_not_ones_own_any_more(desk, cast, name, topic, change):
    one, topic = cast.people[name], topic.format(primary=cast.primary)
    with one.socket(desk) as socket:
        assert hears(socket, topic)
        assert hears(socket, "heartbeat")
        in_shell(desk, one, change)
        assert socket.until_type("error_message")["topic"] == topic
        assert socket.until_type("unsubscribed")["data"]["topic"] == topic
        socket.until_type("heartbeat")
        assert not hears(socket, topic)


def streams() -> list[Any]:
    return [stream for feature in registry for stream in feature.streams]


def topic_of(stream: Any, account: int) -> str:
    return str(stream.topic_of(EXAMPLES | {"account_id": account}))


def hears(socket: Socket, topic: str) -> bool:
    """Whether a subscription comes about."""
    socket.send({"type": "subscribe", "topics": [topic]})

    def is_answer(frame: dict[str, Any]) -> bool:
        subscribed = frame["type"] == "subscribed" and frame["data"]["topic"] == topic
        return subscribed or (frame["type"] == "error_message" and frame.get("topic") == topic)

    return socket.until(is_answer, f"an answer about {topic}")["type"] == "subscribed"


def closed_with(socket: Socket) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        socket.until(lambda frame: False, "the end")
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


class Sockets:
    """One for each at each path, by name and path."""

    def __init__(self, desk: Desk, people: list[Persona], paths: list[str]) -> None:
        self._opened = {(one.name, path): one.socket(desk, path=path) for one in people for path in paths}

    def __enter__(self) -> dict[tuple[str, str], Socket]:
        return {which: opened.__enter__() for which, opened in self._opened.items()}

    def __exit__(self, *fault: Any) -> None:
        for opened in self._opened.values():
            opened.__exit__(*fault)


def sign_out(desk: Desk, one: Persona) -> None:
    with one.client(desk) as client:
        assert client.delete("/api/session/").status_code == 204


def changed(desk: Desk, cast: Cast, name: str, change: Callable[[Any], Any]) -> None:
    with cast.people[name].client(desk) as client:
        assert change(client).status_code == 204


def in_shell(desk: Desk, one: Persona, change: str) -> None:
    code = f"from identity.models import User; user = User.objects.get(username={one.username!r}); {change}"
    done = desk.manage("shell", "--command", code)
    assert done.returncode == 0, done.stderr
