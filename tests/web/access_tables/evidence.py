"""The evidence shelf: read by everybody who has signed in, written by whose role says so."""

from factories.access import OPENS, REFUSED, SIGN_IN, Row, World
from factories.people import person
from upstream_web.evidence.models import EvidenceCard
from upstream_web.people.permissions import Permission


def world() -> World:
    card = EvidenceCard.objects.create(key="cctv", title="CCTV", kind="intervention", source="A review, page 3")
    writer = person(Permission.EVIDENCE_EDIT)
    return World({"anonymous": None, "stranger": person(Permission.PLAN_START), "writer": writer}, {"key": card.key})


ROWS = [
    Row("evidence:cards", {"anonymous": SIGN_IN, "stranger": OPENS}),
    Row("evidence:card", {"anonymous": SIGN_IN, "stranger": OPENS}),
    Row("evidence:edit", {"anonymous": SIGN_IN, "stranger": REFUSED, "writer": OPENS}),
]
OPEN_TO_ALL_STAFF = {"evidence:card": "what is known of an intervention is no secret"}
