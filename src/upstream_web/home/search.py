"""Search over everything that is open to a person."""

from dataclasses import dataclass

from upstream_web.evidence.models import EvidenceCard
from upstream_web.people.models import User
from upstream_web.problems.access import plans_to_search, visible_actions
from upstream_web.problems.models import Action, Plan
from upstream_web.search.queries import Readable, matching

SHOWN = 25


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, each list cut at SHOWN with the whole count beside it."""

    plans: list[Plan]
    plan_count: int
    actions: list[Action]
    action_count: int
    cards: list[EvidenceCard]
    card_count: int


def search(user: User, text: str) -> Found:
    """Plans, actions and evidence cards that have every word of the text, as far as the person may read it."""
    plans, plan_count = _best(plans_to_search(user), text, "area")
    actions, action_count = _best(Readable(visible_actions(user)), text, "plan", "organisation")
    cards, card_count = _best(Readable(EvidenceCard.objects.all()), text)
    return Found(plans, plan_count, actions, action_count, cards, card_count)


def _best(among: Readable, text: str, *related: str) -> tuple[list, int]:
    matches = matching(among, text, SHOWN)
    keys = [match.object_id for match in matches.best]
    rows = among.whole.model.objects.select_related(*related).in_bulk(keys)
    return [rows[key] for key in keys if key in rows], matches.count
