"""The evidence shelf: read by everybody who has signed in, written by whose role says so."""

from factories.access import EVERYBODY, REFUSED, Row, World, admits, anywhere, areas, everybody, to_all
from upstream_web.evidence.models import EvidenceCard


def world() -> World:
    card = EvidenceCard.objects.create(key="cctv", title="CCTV", kind="intervention", source="A review, page 3")
    return World(everybody(*areas()), {"key": card.key})


ROWS = [
    Row("evidence:cards", to_all()),
    Row("evidence:funnel", to_all()),
    Row("evidence:card", to_all()),
    Row("evidence:edit", admits(*anywhere("hub"), others=REFUSED)),
]
OPEN_TO_ALL_STAFF = {"evidence:card": "what is known of an intervention is no secret"}
MAY_SEE_IT_IS_THERE = {"evidence:edit": EVERYBODY[1:]}
