"""How many requests one user, and one address, may make of this process: buckets that fill with time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from rest_framework.throttling import BaseThrottle

from identity.addresses import address_of_request, counted_as

if TYPE_CHECKING:  # Django REST framework's views read the settings, which name the class below
    from rest_framework.request import Request
    from rest_framework.views import APIView

MOST_KEYS = 10_000
ADDRESS_FACTOR = 5
"""So many users may share an address."""
TOO_MANY = "Too many requests: wait, then go on more slowly."


class Buckets:
    """One bucket to a key, each for so many requests a minute, which may come all at once; the least used are forgotten."""

    def __init__(self, a_minute: int, most_keys: int = MOST_KEYS) -> None:
        self._a_minute, self._most_keys = a_minute, most_keys
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, now: float) -> float:
        """Take one at `now` (seconds of a clock that does not go back): 0, or in how many seconds there will be one."""
        with self._lock:
            left, since = self._left.pop(key, (float(self._a_minute), now))
            left = min(float(self._a_minute), left + (now - since) * self._a_minute / 60.0)
            is_there = left >= 1.0
            self._left[key] = (left - 1.0 if is_there else left, now)
            if len(self._left) > self._most_keys:
                self._left.popitem(last=False)
            return 0.0 if is_there else (1.0 - left) * 60.0 / self._a_minute


class Limits:
    """This process's buckets."""

    def __init__(self, a_minute: int) -> None:
        self.of_users, self.of_addresses = Buckets(a_minute), Buckets(a_minute * ADDRESS_FACTOR)


limits = Limits(settings.REQUESTS_PER_MINUTE)


class UserLimit(BaseThrottle):
    """What one user may ask of REST, by whatever credential."""

    _wait = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        if request.user.pk is None:
            return True
        self._wait = limits.of_users.take(str(request.user.pk), time.monotonic())
        return not self._wait

    def wait(self) -> float:
        return self._wait


class AddressLimit:
    """Django's middleware, first of those that do any work: what one address may ask of anything here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wait = limits.of_addresses.take(counted_as(address_of_request(request)), time.monotonic())
        return too_many(wait) if wait else self._get_response(request)


def too_many(wait: float) -> HttpResponseBase:
    """A problem, as all of REST's errors are."""
    body = {"type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": TOO_MANY}
    headers = {"Retry-After": str(int(wait) + 1)}
    return JsonResponse(body, status=429, content_type="application/problem+json", headers=headers)
