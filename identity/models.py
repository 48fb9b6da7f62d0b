"""Who may sign in, and as what."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    VIEWER = "viewer"
    TRADER = "trader"
    OPERATOR = "operator"


class User(AbstractUser):
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.VIEWER)
