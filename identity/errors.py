"""What can be wrong with signing in; a class's docstring is its message.

IdentityError
├── LinkError
│   ├── LinkUnknownError
│   ├── LinkExpiredError
│   └── LinkUsedError
├── WrongPasswordError
├── ProbeNameTakenError
├── TokenError
│   ├── RoleTooHighError
│   └── TooManyTokensError
└── TooManyAttemptsError
"""

from __future__ import annotations


class IdentityError(Exception):
    """Nobody could be signed in."""

    def __str__(self) -> str:
        return self.__class__.__doc__ or ""


class LinkError(IdentityError):
    """The sign-in link cannot be used: ask for a new one."""


class LinkUnknownError(LinkError):
    """The sign-in link is not known here: ask for a new one."""


class LinkExpiredError(LinkError):
    """The sign-in link has expired: ask for a new one."""


class LinkUsedError(LinkError):
    """The sign-in link has been used already: ask for a new one."""


class WrongPasswordError(IdentityError):
    """The user name and the password do not belong together."""


class TokenError(IdentityError):
    """The token cannot be made."""


class RoleTooHighError(TokenError):
    """A token's role may not be higher than its user's."""


class TooManyTokensError(TokenError):
    """One user may have 20 tokens: revoke one that is no longer needed."""


class ProbeNameTakenError(IdentityError):
    """The user `probe` is not the probe's own, active one: rename whoever has the name, or make it active again."""


class TooManyAttemptsError(IdentityError):
    """There were too many attempts to sign in: wait, then try again."""

    def __init__(self, seconds: float, *, is_first: bool = False) -> None:
        super().__init__()
        self.seconds, self.is_first = seconds, is_first
