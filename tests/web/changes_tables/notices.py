"""How to call each change of notices."""

import datetime
from functools import partial

from django.utils import timezone

from factories.notices import NoticeFactory
from factories.people import UserFactory
from factories.problems import PlanFactory
from upstream_web.audit.changes import System
from upstream_web.notices import changes
from upstream_web.notices.access import own_notice
from upstream_web.notices.models import Digest, Notice, NoticeSettings

DAY = datetime.date(2026, 5, 7)


def notify():
    plan = PlanFactory()
    return partial(changes.notify, [changes.notice(to=UserFactory(), kind=Notice.Kind.PLAN_GIVEN, subject=plan)])


def settle():
    plan = PlanFactory()
    NoticeFactory(subject_id=plan.pk)
    return partial(changes.settle, subject=plan, kinds=[Notice.Kind.PLAN_RETURNED])


def mark_read():
    return partial(changes.mark_read, by=NoticeFactory().user)


def choose_digest():
    return partial(changes.choose_digest, by=UserFactory(), digest=NoticeSettings.Digest.values[-1])


def claim_digest():
    return partial(changes.claim_digest, user=UserFactory(), day=DAY)


def close_digest():
    digest = Digest.objects.create(user=UserFactory(), day=DAY, claimed_at=timezone.now())
    return partial(changes.close_digest, digest=digest, sent=True)


def forget_old():
    NoticeFactory(at=timezone.now() - datetime.timedelta(days=1000))
    return partial(changes.forget_old, by=System("tidy_up"))


def of_somebody_else():
    return partial(own_notice, UserFactory(), NoticeFactory().pk)


def no_such_choice():
    return partial(changes.choose_digest, by=UserFactory(), digest="hourly")


CALLS = {
    one.__name__: one for one in (notify, settle, mark_read, choose_digest, claim_digest, close_digest, forget_old)
}
WRITES = {
    **dict.fromkeys(("notify", "settle", "mark_read", "claim_digest", "close_digest"), ()),
    "choose_digest": ("notices.digest_chosen",),
    "forget_old": ("notices.forgotten",),
}
REFUSED = {"mark_read": (of_somebody_else,), "choose_digest": (no_such_choice,)}
NO_PERSON_ASKS = {
    **dict.fromkeys(("notify", "settle"), "a part of the changes that the notices are about"),
    **dict.fromkeys(("claim_digest", "close_digest", "forget_old"), "the operator's command"),
}
