"""The evidence shelf: read by everybody who has signed in, written by whose role says so."""

from factories.access import EVERYBODY, REFUSED, TAKEN, Row, World, admits, anywhere, areas, everybody, to_all
from upstream_web.evidence.models import EvidenceCard


def world() -> World:
    card = EvidenceCard.objects.create(key="cctv", title="CCTV", kind="intervention", source="A review, page 3")
    study = card.published_results.create(name="A town", effect=-20, lower=-35, upper=-2, source="A review, page 4")
    return World(everybody(*areas()), {"key": card.key, "pk": study.pk})


ROWS = [
    Row("evidence:cards", to_all()),
    Row("evidence:funnel", to_all()),
    Row("evidence:card", to_all()),
    Row("evidence:edit", admits(*anywhere("hub"), others=REFUSED)),
    Row("evidence:retire", admits(*anywhere("hub"), others=REFUSED)),
    Row("evidence:add_published", admits(*anywhere("hub"), others=REFUSED)),
    Row("evidence:withdraw_published", admits(*anywhere("hub"), others=REFUSED, found=TAKEN)),
]
OPEN_TO_ALL_STAFF = {"evidence:card": "what is known of an intervention is no secret"}
MAY_SEE_IT_IS_THERE = dict.fromkeys(
    ("evidence:edit", "evidence:retire", "evidence:add_published", "evidence:withdraw_published"), EVERYBODY[1:]
)
