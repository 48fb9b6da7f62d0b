"""What signing in takes and gives."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from identity.models import User


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class LinkTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200)


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "username", "role")


class SessionSerializer(serializers.Serializer[Any]):
    user = PersonSerializer()
