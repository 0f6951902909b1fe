"""How allauth makes accounts, signs people in and keeps secrets here."""

import base64
import time
from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from upstream_web.people import changes, kept
from upstream_web.people.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an administrator adds people. Who signs in, and who fails to, is recorded."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "too_many_login_attempts": "There were too many failed attempts. Wait 15 minutes, then try again.",
        "incorrect_password": "The password is not right.",
        "enter_current_password": "The current password is not right.",
        "incorrect_code": "The code is not right. Codes change every 30 seconds: use the newest.",
        "rate_limited": "There were too many attempts. Wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        request.session["signed_in_at"] = request.session["seen_at"] = int(time.time())

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """After the last step of signing in."""
        changes.record_sign_in(user=user, method=_last_method(request), address=self.get_client_ip(request))
        answer = super().post_login(request, user, **options)
        _end_oldest_sessions(user)
        if kept.is_for(request, user):
            return HttpResponseRedirect(reverse("people:kept"))
        return answer

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """The same work whether or not somebody has the address, so that the time taken tells nothing."""
        changes.record_failed_sign_in(email=credentials.get("email", ""), address=self.get_client_ip(request))

    def set_password(self, user: User, password: str) -> None:
        """A new password also lifts the lock that failed attempts put on the account."""
        super().set_password(user, password)
        self._delete_login_attempts_cached_email(self.request, email=user.email)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Whatever changes on an account is recorded, and its owner is told."""
        changes.record_account_change(user=user, what=template_prefix.rpartition("/")[2])


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """The identity provider says who somebody is; an account here is still an administrator's to give."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are encrypted with a key that is not in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "The code is not right. Codes change every 30 seconds: use the newest.",
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    """Keys derived from the site's secret and from those it had before."""
    secrets: Sequence[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"upstream second step").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)


def _last_method(request: HttpRequest) -> str:
    records = request.session.get("account_authentication_methods") or [{}]
    return str(records[-1].get("type") or records[-1].get("method", ""))


def _end_oldest_sessions(user: User) -> None:
    sessions = UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk")
    for session in sessions[settings.SESSIONS_AT_ONCE :]:
        session.end()
