"""How to call each change of evidence cards."""

import datetime
from functools import partial

from factories.people import UserFactory, person
from upstream_web.evidence import changes
from upstream_web.evidence.access import card_for_editing, published_for_editing
from upstream_web.evidence.models import EvidenceCard
from upstream_web.people.permissions import Permission

CARD = {"kind": "intervention", "title": "Locks", "summary": "Better locks.", "source": "A review, page 3"}


def card() -> EvidenceCard:
    return EvidenceCard.objects.create(key="locks", **CARD)


def add_card():
    return partial(changes.add_card, key="locks", by=UserFactory(), **CARD)


def change_card():
    return partial(changes.change_card, card=card(), by=UserFactory(), based_on=1, title="Better locks")


def retire_card():
    return partial(changes.retire_card, card=card(), by=UserFactory(), on=datetime.date(2026, 5, 7))


def retired_already():
    found = card()
    changes.retire_card(card=found, by=UserFactory(), on=datetime.date(2026, 5, 7))
    return partial(changes.retire_card, card=found, by=UserFactory(), on=datetime.date(2026, 5, 8))


PUBLISHED = {"name": "A town", "effect": -20.0, "lower": -35.0, "upper": -2.0, "source": "A review, page 4"}


def add_published():
    return partial(changes.add_published, card=card(), by=UserFactory(), **PUBLISHED)


def withdraw_published():
    return partial(changes.withdraw_published, result=card().published_results.create(**PUBLISHED), by=UserFactory())


def nobody_elses():
    others = [permission for permission in Permission if permission != Permission.EVIDENCE_EDIT]
    study = card().published_results.create(**PUBLISHED)
    return partial(published_for_editing, person(*others), "locks", study.pk)


def overtaken():
    return partial(changes.change_card, card=card(), by=UserFactory(), based_on=2, title="Better locks")


def by_a_reader():
    others = [permission for permission in Permission if permission != Permission.EVIDENCE_EDIT]
    return partial(card_for_editing, person(*others), card().key)


CALLS = {one.__name__: one for one in (add_card, change_card, retire_card, add_published, withdraw_published)}
WRITES = {
    "add_card": ("evidence.card_added",),
    "change_card": ("evidence.card_changed",),
    "retire_card": ("evidence.card_retired",),
    "add_published": ("evidence.published_added",),
    "withdraw_published": ("evidence.published_withdrawn",),
}
REFUSED = {
    "change_card": (overtaken, by_a_reader),
    "retire_card": (retired_already, by_a_reader),
    "add_published": (by_a_reader,),
    "withdraw_published": (nobody_elses,),
}
NO_PERSON_ASKS = {"add_card": "the operator's command loads them"}
