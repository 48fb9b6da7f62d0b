"""The probe as a client: its session, its socket and its REST reads, none of which may hold up a look for long."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import httpx
import msgspec
import structlog

from cutover.probe import sign_in
from cutover.probe.answers import Answer
from cutover.probe.inquiry import StatusSeen
from cutover.probe.socket import End, Socket, Way
from cutover.probe.target import origin_of

log = structlog.get_logger(__name__)

HEADERS = {"X-Thor-Client": "probe", "Accept": "application/json"}
READ_SECONDS = 2.0
LARGEST_BODY = 16 * 2**20
RENEW_BEFORE = timedelta(minutes=5)
WELCOME_SECONDS = 15.0
NOT_SIGNED_IN = 4501
_status_of = msgspec.json.Decoder(StatusSeen).decode


class NoAnswer(Exception):
    """The server did not answer in time, or not at all: nothing more is asked in this look."""


class Client:
    """Belongs to one look at a time; only its socket's thread goes on between two."""

    def __init__(self, base_url: str, lease: float, clock: Callable[[], float] = time.time) -> None:
        self.base_url, self._lease, self._clock = base_url, lease, clock
        self._pass: sign_in.Pass | None = None
        self._is_refused = False
        self._http: httpx.Client | None = None
        self.socket: Socket | None = None
        self._began = 0.0

    # Who it is.

    def pass_at(self, now: datetime) -> sign_in.Pass:
        """The session that it has, or a new one where that ends soon or is refused; needs the database."""
        known = self._pass
        if known is not None and not self._is_refused and now < known.expires_at - RENEW_BEFORE:
            return known
        renewed = self._pass = sign_in.new_pass(now)
        self._is_refused = False
        self._hang_up()
        self._http = httpx.Client(
            base_url=self.base_url,
            cookies=dict(renewed.cookies),
            headers=HEADERS,
            timeout=READ_SECONDS,
            trust_env=False,
        )
        if self.socket is not None:
            self.socket.leave()
        return renewed

    # The socket.

    @property
    def stands(self) -> bool:
        """Whether its socket is open."""
        return self.socket is not None and self.socket.is_open and self.socket.end is None

    def take(self) -> list[tuple[float, bytes]]:
        """The frames that came; none of a socket that was flooded, for they are not all."""
        if self.socket is None:
            return []
        frames = self.socket.take()
        return [] if self.socket.end is End.FLOODED else frames

    @property
    def ended(self) -> End | None:
        """How its socket ended; None where it lives, or there was none yet."""
        return self.socket.end if self.socket is not None else None

    def come_in(self, topics: Mapping[str, str | None]) -> None:
        """A new socket in the place of one that is over. It may take a while: the next look finds it open, or not."""
        assert self._pass is not None  # noqa: S101 - `pass_at` comes first
        succeeds = self.socket is not None and self.socket.is_open and self.socket.is_leaving
        if self.socket is not None:
            self.socket.leave()
        way = Way(self.base_url, self._pass.cookies, origin_of(self.base_url))
        self.socket = Socket(way, self._lease, self._clock)
        self._began, self.socket.succeeds = self._clock(), succeeds
        self.socket.start(topics)

    def see_to_socket(self) -> None:
        """Notice who was refused, and give up on a server that never welcomes."""
        if self.socket is None:
            return
        if self.socket.end is not None and self.socket.code == NOT_SIGNED_IN:
            self._is_refused = True
        if not self.socket.is_open and self._clock() - self._began > WELCOME_SECONDS:
            self.socket.leave()

    # REST.

    def read(self, path: str) -> Answer:
        """What a path answers, whatever the status; NoAnswer where nothing comes in time."""
        asked_at, deadline = self._clock(), time.monotonic() + 2 * READ_SECONDS
        assert self._http is not None  # noqa: S101 - `pass_at` comes first
        try:
            with self._http.stream("GET", path) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if time.monotonic() > deadline or len(body) > LARGEST_BODY:
                        raise NoAnswer(f"{path}: too slow, or too much")
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as fault:
            raise NoAnswer(f"{path}: {fault!r}") from None
        if response.status_code == 401:
            self._is_refused = True
        as_of = _moment(response.headers.get("X-As-Of", ""))
        return Answer(response.status_code, response.headers.get("ETag", ""), as_of, bytes(body), asked_at)

    def status(self) -> StatusSeen | None:
        """What `/ws/status` says; None where it says nothing that is understood."""
        answer = self.read("/ws/status")
        try:
            return _status_of(answer.body) if answer.status == 200 else None
        except msgspec.DecodeError as fault:
            log.warning("probe.status_unreadable", fault=str(fault))
            return None

    def close(self) -> None:
        self._hang_up()
        if self.socket is not None:
            self.socket.leave()

    def _hang_up(self) -> None:
        if self._http is not None:
            self._http.close()


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
