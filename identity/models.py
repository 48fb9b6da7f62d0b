"""Who may sign in, by what, and how often it was tried."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from knox.models import AbstractAuthToken


class Role(models.TextChoices):
    VIEWER = "viewer"
    TRADER = "trader"
    OPERATOR = "operator"
    # Reads everything, changes nothing, never signs in by password or link: the cutover's probe makes itself a session.
    PROBE = "probe"


class User(AbstractUser):  # type: ignore[django-manager-missing] # knox is not typed
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.VIEWER)
    bound: Role | None = None
    """The role of the token that he comes with, which bounds his own; never stored."""

    @property
    def acting_role(self) -> Role:
        """The lesser of his role and his token's."""
        own = Role(self.role)
        return own if self.bound is None else min(own, self.bound, key=list(Role).index)


class ApiToken(AbstractAuthToken):  # type: ignore[misc] # knox is not typed
    """What a program comes with, kept only as its hash; it ends at `expiry`, or when its row is deleted."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=128, unique=True)
    name = models.CharField(max_length=60)
    role = models.CharField(max_length=8, choices=Role.choices)


class SignInLink(models.Model):
    """A one-time link, kept only as its token's hash: who reads the database cannot sign in with it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class By(models.TextChoices):
    PASSWORD = "password"  # noqa: S105 - a way in, not a secret
    LINK = "link"
    TOKEN = "token"  # noqa: S105 - a way in, not a secret
    SESSION = "session"
    MEMBER = "member"


class Outcome(models.TextChoices):
    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    LOCKED_OUT = "locked_out"
    SIGNED_OUT = "signed_out"
    MADE = "made"
    REVOKED = "revoked"
    ADDED = "added"
    REMOVED = "removed"


class SignInAudit(models.Model):
    """What somebody did to get in or out, and which accounts he was let see; the newest rows are kept (`audit`)."""

    at = models.DateTimeField(db_index=True)
    # Of a name that is nobody's nothing is kept: people type their passwords there.
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="sign_in_audits")
    username = models.CharField(max_length=150, blank=True)
    address = models.CharField(max_length=45, blank=True)
    by = models.CharField(max_length=8, choices=By.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # Of a membership, the account's slug. The database fills it in for a process of before, while one is upgraded.
    about = models.CharField(max_length=40, blank=True, default="", db_default="")


class SignInWindow(models.Model):
    """How often one key (an address, a user name, or both together) has tried until the window ends."""

    key = models.CharField(max_length=64, unique=True)
    ends_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveIntegerField(default=0)
