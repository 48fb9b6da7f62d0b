"""Django's sessions in the database, looked for only by a key that can be one."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """A cookie may hold anything: PostgreSQL fails of a NUL, which is written `\\000` there."""
        can_be = super()._validate_session_key(key)  # type: ignore[misc] # its stubs do not know it
        return bool(can_be) and str(key).isascii() and str(key).isalnum()
