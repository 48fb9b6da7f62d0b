"""What signing in takes and gives."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from identity.models import ApiToken, Role, User

DEFAULT_DAYS, MOST_DAYS = 90, 365


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class LinkTokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200)


class PersonSerializer(serializers.ModelSerializer[User]):
    role = serializers.ChoiceField(choices=Role.choices, source="acting_role")

    class Meta:
        model = User
        fields = ("id", "username", "role")


class SessionSerializer(serializers.Serializer[Any]):
    user = PersonSerializer()


class TokenWishSerializer(serializers.Serializer[Any]):
    """`role`: without it, the user's own."""

    name = serializers.CharField(max_length=60)
    role = serializers.ChoiceField(choices=[Role.VIEWER, Role.TRADER, Role.OPERATOR], required=False)
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DEFAULT_DAYS)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry")

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = ("id", "name", "role", "created_at", "expires_at")


class NewTokenSerializer(TokenSerializer):
    """With the secret, which is shown this once."""

    token = serializers.CharField()

    class Meta(TokenSerializer.Meta):
        fields = (*TokenSerializer.Meta.fields, "token")


class TokensSerializer(serializers.Serializer[Any]):
    items = TokenSerializer(many=True)
    next = serializers.CharField(allow_null=True)
