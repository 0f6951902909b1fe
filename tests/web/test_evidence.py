"""The evidence shelf: every card has a source, what harms is said, and local results stand beside it."""

import csv
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client

from factories.people import UserFactory, person
from upstream_web.audit.models import AuditEvent
from upstream_web.evidence.changes import change_card, retire_card
from upstream_web.evidence.models import EvidenceCard, LocalResult
from upstream_web.evidence.queries import cards_to_cite
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db
SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture
def loaded():
    call_command("load_evidence", verbosity=0)


def test_the_shelf_has_every_technique_a_source_on_every_card_and_says_what_harms(loaded) -> None:
    assert set(EvidenceCard.objects.filter(kind="technique").values_list("technique", flat=True)) == set(range(1, 26))
    assert not EvidenceCard.objects.filter(source="").exists()
    assert EvidenceCard.objects.get(key="prison-visits").effect == "increases"
    assert not EvidenceCard.objects.filter(effect="not_known", strength__gt=2).exists()


@pytest.mark.shared
def test_every_activity_and_finding_of_the_sources_has_a_card(loaded) -> None:
    with (SHARED / "reference/intervention_evidence_verified.csv").open() as file:
        assert EvidenceCard.objects.filter(kind="finding").count() == len(list(csv.DictReader(file)))
    with (SHARED / "golden/seeds/interventions_appendix1.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "list" and row["source"].startswith("000")]
    for tier in ("primary", "secondary", "tertiary"):
        ours = EvidenceCard.objects.filter(tier=tier).count()
        assert ours >= sum(row["tier"] == tier for row in rows), tier


def test_loading_again_leaves_changed_cards_alone(loaded) -> None:
    card = EvidenceCard.objects.get(key="cctv")
    change_card(card=card, by=UserFactory(), based_on=1, summary="Ours")
    call_command("load_evidence", verbosity=0)
    card.refresh_from_db()
    assert (card.summary, card.version) == ("Ours", 2)


def test_two_people_changing_a_card_lose_nothing(loaded) -> None:
    card = EvidenceCard.objects.get(key="cctv")
    change_card(card=card, by=UserFactory(), based_on=1, summary="First")
    with pytest.raises(ValidationError, match="Somebody else"):
        change_card(card=card, by=UserFactory(), based_on=1, summary="Second")


def test_a_retired_card_stays_readable_and_is_not_cited_anew(loaded, client: Client) -> None:
    card = EvidenceCard.objects.get(key="cctv")
    retire_card(card=card, by=UserFactory(), on="2026-01-01")
    assert card not in cards_to_cite()
    client.force_login(person())
    assert "Retired on 1 January 2026" in client.get("/evidence/cctv/").content.decode()
    assert AuditEvent.objects.filter(action="evidence.card_retired").exists()


def test_whoever_writes_cards_retires_one_and_no_later_than_today(loaded, client: Client) -> None:
    client.force_login(person())
    assert "Retire the card" not in client.get("/evidence/cctv/").content.decode()
    client.force_login(person(Permission.EVIDENCE_EDIT))
    assert "Retire the card" in client.get("/evidence/cctv/").content.decode()
    assert "Retired on" in client.get("/evidence/cctv/retire/").content.decode()
    late = client.post("/evidence/cctv/retire/", {"on-day": "1", "on-month": "1", "on-year": "2099"}).content.decode()
    assert "Give today or a day before." in late
    assert EvidenceCard.objects.get(key="cctv").retired_on is None
    given = {"on-day": "1", "on-month": "5", "on-year": "2026"}
    assert client.post("/evidence/cctv/retire/", given).status_code == 302
    page = client.get("/evidence/cctv/").content.decode()
    assert "Retired on 1 May 2026" in page
    assert "Retire the card" not in page
    assert "retired already" in client.post("/evidence/cctv/retire/", given).content.decode()


def test_reading_searching_and_editing(loaded, client: Client, django_assert_max_num_queries) -> None:
    LocalResult.objects.create(
        card=EvidenceCard.objects.get(key="street-lighting"),
        plan_ref="P1",
        found_on="2026-02-02",
        what="No effect",
        effect=3,
    )
    client.force_login(person(Permission.MEASURE_READ))
    with django_assert_max_num_queries(8):
        page = client.get("/evidence/?words=lighting").content.decode()
    assert "Better street lighting" in page
    assert "1 local result" in page
    assert "No effect" in client.get("/evidence/street-lighting/").content.decode()
    assert client.get("/evidence/street-lighting/change/").status_code == 403
    assert client.get("/evidence/nothing/").status_code == 404
    client.force_login(person(Permission.EVIDENCE_EDIT))
    given = {
        "version": 1,
        "title": "T",
        "summary": "S",
        "effect": "mixed",
        "strength": "2",
        "source": "A journal, page 3",
    }
    assert client.post("/evidence/street-lighting/change/", given).status_code == 302
    assert EvidenceCard.objects.get(key="street-lighting").effect == "mixed"


def test_results_with_an_interval_are_put_together(loaded, client: Client) -> None:
    card = EvidenceCard.objects.get(key="street-lighting")
    for ref, effect, lower, upper in (("P1", -20, -35, -2), ("P2", 4, -12, 22), ("P3", -9, None, None)):
        LocalResult.objects.create(
            card=card, plan_ref=ref, found_on="2026-02-02", what="w", effect=effect, lower=lower, upper=upper,
            design_level=3, place_type="Ward", cases=40,
        )  # fmt: skip
    client.force_login(person(Permission.MEASURE_READ))
    page = client.get("/evidence/street-lighting/").content.decode()
    assert "On average over 2 results" in page
    assert "cannot be told" in page  # too few to see whether only good news is filed
    assert "Level 3 of 5" in page
    assert "about 40 counted" in page
    wide, narrow = page.split("forest-narrow", 1)
    for drawn in (wide, narrow):
        assert drawn.count('class="c-interval"') == 3  # two results and the pool; P3 has no interval
    LocalResult.objects.filter(plan_ref="P2").delete()
    assert "On average" not in client.get("/evidence/street-lighting/").content.decode()


def test_small_numbers_leave_the_cards_and_others_are_to_the_nearest_five(loaded) -> None:
    migration = import_module("upstream_web.evidence.migrations.0003_small_numbers_leave_the_cards")
    card = EvidenceCard.objects.get(key="street-lighting")
    for ref, effect, cases in (("many", -20, 43), ("few", -20, 19), ("few expected", 50, 24), ("none left", -100, 0)):
        LocalResult.objects.create(
            card=card, plan_ref=ref, found_on="2026-02-02", what="w", effect=effect, lower=-100, upper=90, cases=cases
        )
    migration.withhold(apps, connection.schema_editor())
    assert {row.plan_ref: (row.effect, row.cases) for row in card.local_results.all()} == {
        "many": (-20, 45), "few": (None, None), "few expected": (None, None), "none left": (None, None),
    }  # fmt: skip


GIVEN = {"name": "A review of 13 studies", "effect": "-21", "lower": "-32", "upper": "-8", "source": "Its table 2"}


def test_published_effects_are_pooled_with_what_was_found_here_and_apart_from_it(loaded, client: Client) -> None:
    card = EvidenceCard.objects.get(key="street-lighting")
    local = {"card": card, "found_on": "2026-02-02", "what": "w"}
    LocalResult.objects.create(**local, plan_ref="P1", effect=24, lower=6, upper=45)
    client.force_login(person(Permission.EVIDENCE_EDIT))
    assert client.post("/evidence/street-lighting/published/add/", GIVEN).status_code == 302
    page = client.get("/evidence/street-lighting/").content.decode()
    assert "On average over 2 results" in page
    assert "Found here: 24% higher; published: 21% lower. They differ by more than chance" in page
    assert re.search(r"A review of 13 studies</t[hd]>\s*<td[^>]*>\s*published", page)
    LocalResult.objects.update(effect=-10, lower=-24, upper=7)
    assert "They do not differ by more than chance" in client.get("/evidence/street-lighting/").content.decode()
    study = card.published_results.get()
    assert client.post(f"/evidence/street-lighting/published/{study.pk}/withdraw/").status_code == 302
    page = client.get("/evidence/street-lighting/").content.decode()
    assert "A review of 13 studies" not in page
    assert "On average" not in page
    assert card.published_results.get().withdrawn_on  # on record still
    assert AuditEvent.objects.filter(action="evidence.published_withdrawn", object_id=str(study.pk)).exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"effect": "-40"}, "Give the lowest, above -100"),
        ({"lower": "-120"}, "Give the lowest, above -100"),
        ({"effect": "-8", "lower": "-8"}, "two ends that differ"),
        ({"source": ""}, "“Source” needs an answer"),
        ({"upper": "a lot"}, "must be a number."),
    ],
)
def test_a_published_effect_without_a_right_interval_or_source_is_not_taken(
    loaded, client: Client, wrong: dict[str, str], said: str
) -> None:
    client.force_login(person(Permission.EVIDENCE_EDIT))
    page = client.post("/evidence/street-lighting/published/add/", GIVEN | wrong)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert not EvidenceCard.objects.get(key="street-lighting").published_results.exists()


def test_every_plan_counts_once_in_the_funnel_good_news_or_bad(loaded, client: Client) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    assert "nothing to draw yet" in client.get("/evidence/results/funnel/").content.decode()
    cards = EvidenceCard.objects.filter(key__in=("street-lighting", "cctv"))
    found = (("P1", -20, -35, -2), ("P2", 24, 12, 42), ("P3", -9, None, None), ("P4", -5, -20, 12))
    for card in cards:
        for ref, effect, lower, upper in found:
            LocalResult.objects.create(
                card=card, plan_ref=ref, found_on="2026-02-02", what="w", effect=effect, lower=lower, upper=upper
            )  # fmt: skip
    assert cards.count() == 2
    page = client.get("/evidence/results/funnel/").content.decode()
    wide, narrow = page.split("filed-funnel-narrow", 1)
    assert (wide.count('class="c-dot"'), narrow.count('class="c-dot"')) == (
        3,
        3,
    )  # each plan once, though two cards have it
    assert "1 show surely fewer, 1 surely more, and 1 no change" in page
    assert "3 results have an interval" in page
    assert "1 has none" in page
    assert "cannot be told" in page
    assert 'id="street-lighting-funnel-table"' in client.get("/evidence/street-lighting/").content.decode()
