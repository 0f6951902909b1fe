"""Tokens, for the program that holds one and for the person who owns it."""

import hashlib

from django.db.models import QuerySet
from django.http import Http404

from upstream_web.people.models import User
from upstream_web.programs.models import ApiToken


def digest_of(secret: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def working_token(secret: str) -> ApiToken | None:
    """The token that a program sent, if it works."""
    return ApiToken.objects.working().select_related("user").filter(token_hash=digest_of(secret)).first()


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """A person's own tokens, newest first."""
    return ApiToken.objects.filter(user=user).select_related("user")


def own_token(user: User, pk: int) -> ApiToken:
    """A token of the person's own."""
    token = tokens_of(user).filter(pk=pk).first()
    if token is None:
        raise Http404
    return token
