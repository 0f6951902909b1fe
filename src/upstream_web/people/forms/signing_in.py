"""Forms of accounts and people, in plain words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_step
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.http import HttpRequest

from upstream_web.people.tasks import send_password_link

CHOOSING = "At least 12 characters. Three random words are easy to remember and hard to guess."
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-10"}


class SignInForm(account.LoginForm):
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.EmailField(
            label="E-mail address",
            widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
            error_messages={"required": "Enter your e-mail address", "invalid": "Enter an address like name@force.uk"},
        )
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your password"
        self.order_fields(["login", "password"])


class AskPasswordLinkForm(account.ResetPasswordForm):
    """Where to send the link. Nothing is looked up here: known and unknown addresses take the same path."""

    email = forms.EmailField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={"required": "Enter your e-mail address", "invalid": "Enter an address like name@force.uk"},
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        send_password_link.enqueue(self.cleaned_data["email"])
        return self.cleaned_data["email"]


class ChoosePasswordForm(account.ResetPasswordKeyForm):
    """A new password, twice, from the e-mailed link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self)


class ChangePasswordForm(account.ChangePasswordForm):
    """The password now, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label, self.fields["oldpassword"].help_text = "Current password", ""
        _new_password(self)


class ConfirmForm(account.ReauthenticateForm):
    """The password again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label, self.fields["password"].help_text = "Password", ""


class CodeForm(second_step.AuthenticateForm):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(label="Code", widget=forms.TextInput(attrs=CODE))


class ConfirmCodeForm(second_step.ReauthenticateForm):
    """The same, to confirm who one is."""

    code = forms.CharField(label="Code", widget=forms.TextInput(attrs=CODE))


class AddAppForm(ActivateTOTPForm):
    """The first code that the app shows."""

    code = forms.CharField(label="Code that the app shows", widget=forms.TextInput(attrs=CODE))


class AddKeyForm(AddWebAuthnForm):
    """A security key or passkey with a name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name of the key"
        self.fields["name"].help_text = "To tell your keys apart, for example “blue key on my lanyard”."
        self.fields["name"].initial = ""
        self.initial["name"] = ""
        self.fields["passwordless"].label = "Sign in with this key alone"
        self.fields["passwordless"].help_text = "The key then asks for a PIN or a fingerprint instead of your password."


class RenameKeyForm(EditWebAuthnForm):
    """Another name for a key."""

    name = forms.CharField(label="Name of the key", max_length=100)


def _new_password(form: forms.Form) -> None:
    form.fields["password1"].label = "New password"
    form.fields["password1"].help_text = CHOOSING
    form.fields["password2"].label = "New password again"
