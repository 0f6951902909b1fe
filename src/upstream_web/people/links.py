"""One-time links: somebody without an account opens one thing that is not sensitive, from an e-mail.

An area of work registers a purpose (what kind of thing, and its page), makes a link with `make`, and puts `granted`
before the page. A link is 256 random bits, signed for its purpose; the database holds a digest. A newer link to the
same thing ends those before it that nobody has used. A link is used by a button, not by being fetched, so that a mail
scanner that follows every link does not use it up. Using it opens the thing in that browser for two hours.
"""

import datetime
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from upstream_web.people import changes
from upstream_web.people.models import OneTimeLink, User

LASTS = datetime.timedelta(days=14)
"""How long a link waits to be used."""

OPEN_FOR = 2 * 60 * 60
"""Seconds for which a used link keeps its thing open in that browser."""

_SESSION = "opened_links"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A kind of thing that links open.

    key : such as ``action``
    title_of : what the thing is called, by its id; nothing where it is gone, closed or no longer for links
    page : name of the URL of its page, which takes the id as `pk`
    """

    key: str
    title_of: Callable[[str], str | None]
    page: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds a link, as the audit log names them: no account, just an address that a letter reached."""

    name: str
    pk: None = None


class Refused(Exception):
    """A link that opens nothing.

    why : `unknown`, `used`, `replaced`, `expired` or `closed`
    link : the link itself where there is one, so that a new one can be sent to the same address
    """

    def __init__(self, why: str, link: OneTimeLink | None = None) -> None:
        super().__init__(why)
        self.why, self.link = why, link


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Say what a kind of link opens; call it in the area's `AppConfig.ready`."""
    _purposes[purpose.key] = purpose


def make(*, purpose: str, target_id: object, email: str, by: User, lasts: datetime.timedelta = LASTS) -> str:
    """A new link as a whole address, to be e-mailed to `email` and shown to nobody else."""
    if purpose not in _purposes:
        raise KeyError(f"No purpose {purpose!r} is registered; there are {sorted(_purposes)}.")
    secret = secrets.token_urlsafe(32)
    changes.make_link(
        purpose=purpose,
        target_id=str(target_id),
        email=email.strip().lower(),
        token_hash=_digest(secret),
        expires_at=timezone.now() + lasts,
        by=by,
    )
    token = _signer(purpose).sign(secret)
    return f"{settings.SITE_ADDRESS}{reverse('people:link', kwargs={'purpose': purpose, 'token': token})}"


def find(token: str, purpose: str) -> OneTimeLink:
    """The link that the token stands for, if it still opens something. Finding does not use it up."""
    try:
        secret = _signer(purpose).unsign(token)
    except signing.BadSignature:
        raise Refused("unknown") from None
    link = OneTimeLink.objects.filter(token_hash=_digest(secret), purpose=purpose).first()
    if link is None or purpose not in _purposes:
        raise Refused("unknown")
    if title(link) is None:
        raise Refused("closed", link)
    if link.used_at:
        raise Refused("used", link)
    if link.replaced_at:
        raise Refused("replaced", link)
    if link.expires_at <= timezone.now():
        raise Refused("expired", link)
    return link


def title(link: OneTimeLink) -> str | None:
    """What the link opens, in words."""
    return _purposes[link.purpose].title_of(link.target_id)


def open(token: str, purpose: str, request: HttpRequest) -> str:  # noqa: A001  what is done to a link
    """Use a link up and keep its thing open in this browser for a while. The address of the page to go to."""
    link = find(token, purpose)
    if not changes.use_link(link=link, by=Holder(link.email)):
        raise Refused("used", link)
    opened = [row for row in request.session.get(_SESSION, []) if row["until"] > time.time()]
    until = int(time.time()) + OPEN_FOR
    opened.append({"purpose": purpose, "target": link.target_id, "email": link.email, "until": until})
    request.session[_SESSION] = opened
    return reverse(_purposes[purpose].page, kwargs={"pk": link.target_id})


def granted(purpose: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Before a page that links open: absent unless this browser used a link to this very thing.

    The page gets who it is as `request.link_holder`, and must be marked `open_to_all`.
    """

    def before(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asking(request: HttpRequest, pk: object, **kwargs: object) -> HttpResponse:
            for row in request.session.get(_SESSION, []):
                same = (row["purpose"], row["target"]) == (purpose, str(pk))
                if same and row["until"] > time.time() and _purposes[purpose].title_of(str(pk)) is not None:
                    request.link_holder = Holder(row["email"])
                    return view(request, pk=pk, **kwargs)
            raise Http404

        return asking

    return before


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(salt=f"one-time link: {purpose}")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
