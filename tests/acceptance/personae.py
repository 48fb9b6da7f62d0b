"""Everybody who may come to a desk, each with a credential: for tests of who gets what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.desk import PATIENCE, Desk, Socket

MAKE = """
import json
from datetime import timedelta
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from identity.models import ApiToken, Role, User
from identity.services import probe_session
from identity.tokens import make_token
from ThorTrading.models import Account, Membership

now = timezone.now()
primary = Account.objects.get(slug="primary")
others, _ = Account.objects.get_or_create(slug="others", defaults={"number": "ACC-OTHERS", "name": "Others"})

def user(name, role, account=primary):
    made = User.objects.create_user(name, role=role)
    Membership.objects.create(account=account, user=made)
    return made

def session(user):
    client = Client()
    client.force_login(user)
    return {"cookie": client.cookies["sessionid"].value}

def token(user, role):
    made = make_token(user, "matrix", role, timedelta(days=1), now)
    return {"token": made.secret, "id": made.row.pk}

viewer, trader, operator = (user("a-" + role, role) for role in (Role.VIEWER, Role.TRADER, Role.OPERATOR))
people = {"viewer": viewer, "trader": trader, "operator": operator, "other": user("an-other", Role.OPERATOR, others)}
found = {name: session(who) for name, who in people.items()}
found["probe"] = {"cookie": probe_session(now).cookies["sessionid"]}
found["viewer's token"] = token(operator, Role.VIEWER)
found["operator's token"] = token(operator, Role.OPERATOR)
found["revoked token"] = token(operator, Role.OPERATOR)
ApiToken.objects.filter(pk=found["revoked token"]["id"]).delete()
found["expired token"] = token(operator, Role.OPERATOR)
ApiToken.objects.filter(pk=found["expired token"]["id"]).update(expiry=now)
found["ended session"] = session(operator)
Session.objects.filter(session_key=found["ended session"]["cookie"]).delete()
gone = user("gone", Role.OPERATOR)
found["who left"] = session(gone)
User.objects.filter(pk=gone.pk).update(is_active=False)
for name in ("signs out", "leaves", "loses a membership", "changes the password", "loses the role"):
    found[name] = session(user("who " + name, Role.OPERATOR)) | {"user": "who " + name}
found["is revoked"] = token(operator, Role.OPERATOR)
print("MADE " + json.dumps({"people": found, "primary": primary.pk, "others": others.pk}))
"""


@dataclass(frozen=True, slots=True)
class Persona:
    name: str
    cookie: str = ""
    token: str = ""
    token_id: int = 0
    username: str = ""

    @contextmanager
    def client(self, desk: Desk) -> Iterator[httpx.Client]:
        """What this one asks of REST, with the CSRF token where there is a session."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {"Origin": desk.url}
        cookies = {"sessionid": self.cookie} if self.cookie else {}
        with httpx.Client(base_url=desk.url, timeout=PATIENCE, headers=headers, cookies=cookies) as client:
            if not self.token:
                client.get("/api/session/")
                client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
            yield client

    @contextmanager
    def socket(self, desk: Desk, query: str = "?subscribe=manual", path: str = "/ws/") -> Iterator[Socket]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {"Cookie": f"sessionid={self.cookie}"}
        origin: Any = None if self.token else desk.url
        url = f"ws://127.0.0.1:{desk.port}{path}{query}"
        with connect(
            url, origin=origin, additional_headers=headers, compression=None, proxy=None, max_queue=None
        ) as connection:
            yield Socket(connection)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody by name, and the two accounts: `primary` of most, `others` of one."""

    people: dict[str, Persona]
    primary: int
    others: int


def cast_of(desk: Desk) -> Cast:
    """Makes them all."""
    made = desk.manage("shell", piped=f"exec({MAKE!r})\n")
    line = next((line for line in made.stdout.splitlines() if "MADE " in line), None)
    assert line is not None, made.stdout + made.stderr
    given = json.loads(line.split("MADE ", 1)[1])
    people = {
        name: Persona(name, row.get("cookie", ""), row.get("token", ""), row.get("id", 0), row.get("user", ""))
        for name, row in given["people"].items()
    }
    return Cast(people | {"stranger": Persona("stranger")}, given["primary"], given["others"])
