"""Close codes and error codes: which mean "come back" and which are final."""

from enum import IntEnum, StrEnum

FIRST_FINAL = 4500


class CloseCode(IntEnum):
    """Why the server closed a socket. 4000–4499: come back with backoff; 4500–4999: something must change first."""

    GOING_AWAY = 4000
    TOO_SLOW = 4008
    FLOODING = 4029
    TOO_MANY_SOCKETS = 4030
    NOT_SIGNED_IN = 4501
    FORBIDDEN = 4503

    @property
    def is_final(self) -> bool:
        return self >= FIRST_FINAL


class ErrorCode(StrEnum):
    """What an error_message says was wrong; the socket stays."""

    BAD_FRAME = "bad_frame"
    UNKNOWN_TOPIC = "unknown_topic"
    TOO_MANY_TOPICS = "too_many_topics"
    READ_FAILED = "read_failed"
