"""Signing a person in for tests: as if a moment ago, and with the second step where a role asks for one."""

import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import Client

from upstream_web.people.models import User

PASSWORD = "a long enough password"


def second_step(user: User) -> str:
    """Give an account an authenticator app; its secret."""
    secret = generate_totp_secret()
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(secret)}
    )
    return secret


def sign_in(client: Client, user: User, *, ago: float = 0, method: str = "password") -> Client:
    """Sign somebody in, `ago` seconds ago."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session["signed_in_at"] = session["seen_at"] = int(time.time() - ago)
    session.save()
    return client
