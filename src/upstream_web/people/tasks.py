"""Letters about accounts. They go out apart from the request, whose length must not tell whether somebody is known."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from upstream_web.people.models import User


@task()
def send_letter(to: str, subject: str, template: str, words: dict[str, str]) -> None:
    """Send one letter of ours."""
    text = render_to_string(template, {**words, "site": settings.SITE_ADDRESS})
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [to])


@task()
def send_password_link(email: str) -> None:
    """A link to choose a password, to whoever has an account with this address; to nobody else."""
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user:
        words = {"name": user.name, "link": password_link(user)}
        send_letter.call(user.email, "Choose your Upstream password", "people/mail/password_link.txt", words)


def password_link(user: User) -> str:
    """An address, good for three days and one use; made from the site's own address, never from a request's."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.SITE_ADDRESS}{reverse('account_reset_password_from_key', kwargs=key)}"
