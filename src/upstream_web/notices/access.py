"""Notices are for the one person whom they name."""

from django.http import Http404

from upstream_web.notices.models import Notice
from upstream_web.notices.queries import notices_of
from upstream_web.people.models import User


def own_notice(user: User, pk: int) -> Notice:
    """A notice of the person's own."""
    notice = notices_of(user).filter(pk=pk).first()
    if notice is None:
        raise Http404
    return notice
