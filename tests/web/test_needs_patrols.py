"""Patrol plans: made from the records, written down by those of the area, and honest about what was delivered."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from factories.access import areas
from factories.patrols import (
    DAY,
    PatrolPlanFactory,
    PatrolSpotFactory,
    PatrolStopFactory,
    PatrolVisitFactory,
    at,
    patrol_asked,
)
from factories.people import person
from fixtures_events import made
from fixtures_needs import NeedsForce, Quiet
from upstream_web.audit.models import AuditEvent
from upstream_web.needs import changes
from upstream_web.needs.engine import CannotExplore, patrols
from upstream_web.needs.models import PatrolPlan, PatrolVisit
from upstream_web.needs.tasks import plan_patrols
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.runs.models import Run

pytestmark = pytest.mark.django_db
SERGEANT = (Permission.SIGNAL_READ, Permission.PLAN_START)
FORM = {
    "title": "Evenings", "types": ["Burglary"], "places": "5", "first-day": "2", "first-month": "3",
    "first-year": "2026", "last-day": "15", "last-month": "3", "last-year": "2026", "begins": "18:00",
    "minutes": "240", "teams": "2", "stop": "15",
}  # fmt: skip


@pytest.fixture
def site(needs_force: NeedsForce, settings: Any) -> None:
    settings.ENGINE_SETTINGS = needs_force.folder / "upstream.toml"


@pytest.fixture
def north() -> Area:
    return areas()[0]


@pytest.fixture
def sergeant(client: Client, north: Area) -> Client:
    client.force_login(person(*SERGEANT, area=north))
    return client


def plan_of(area: Area) -> PatrolPlan:
    """Two places, three stops of 15 minutes on one evening, one of them made."""
    plan = PatrolPlanFactory(area=area, last=DAY)
    one, two = (PatrolSpotFactory(plan=plan, number=number) for number in (1, 2))
    for spot, hour in ((one, 18), (two, 19), (one, 20)):
        PatrolStopFactory(spot=spot, start=at(hour))
    PatrolVisitFactory(spot=one, start=at(18, 10), minutes=12)
    return plan


def test_a_plan_is_asked_for_and_made_from_the_records(
    site: None, sergeant: Client, north: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = sergeant.post("/needs/patrols/new/", {**FORM, "area": north.pk})
    assert answer.status_code == 302
    run = Run.objects.get()
    assert (run.kind, run.parameters["code"], run.parameters["begins"]) == ("needs.patrol", "A", "18:00")
    rng = np.random.default_rng(1)
    town = made(rng.uniform(400_000, 400_800, 300), rng.uniform(300_000, 300_400, 300), rng.integers(0, 365, 300))
    monkeypatch.setattr(patrols, "_events", lambda *_: town)
    outcome = plan_patrols(Quiet(), person(*SERGEANT, area=north), **run.parameters)
    plan_patrols(Quiet(), person(*SERGEANT, area=north), **run.parameters)  # the worker was lost, and did it again
    plan = PatrolPlan.objects.get()
    assert outcome.address == f"/needs/patrols/{plan.pk}/"
    assert plan.spots.count() == 5
    assert plan.facts["busy"]["begin"] == 9  # four hours that hold noon, the earliest such run
    stops = [stop for spot in plan.spots.all() for stop in spot.stops.all()]
    evenings = {timezone.localtime(stop.start).hour for stop in stops}
    assert evenings <= {18, 19, 20, 21}
    assert {timezone.localtime(stop.start).date() for stop in stops} == {DAY + dt.timedelta(days=n) for n in range(14)}
    page = sergeant.get(outcome.address).content.decode()
    assert "2 teams on 14 days: 112.0 hours of a team" in page
    assert "Koper 1995" in page
    assert sergeant.get("/needs/patrols/").content.decode().count("Evenings") == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"stop": "5"}, "must be 10 or more"),
        ({"stop": "17"}, "must be 16 or less"),
        ({"last-day": "1"}, "Give a day from the first on"),
        ({"last-month": "5"}, "at most 31 days"),
        ({"begins": "six"}, "24-hour clock"),
        ({"types": []}, "needs an answer"),
        ({"teams": "0"}, "must be 1 or more"),
        ({"area": "999999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_planned_is_said(
    site: None, sergeant: Client, north: Area, changed: dict[str, Any], said: str
) -> None:
    answer = sergeant.post("/needs/patrols/new/", {**FORM, "area": north.pk, **changed})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Run.objects.exists()


def test_too_few_events_are_an_answer_in_words(site: None, north: Area, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patrols, "_events", lambda *_: made([1.0], [1.0], [0]))
    with pytest.raises(CannotExplore, match="No square of 200 metres has 10 events"):
        plan_patrols(Quiet(), person(*SERGEANT, area=north), **patrol_asked(north))
    assert not PatrolPlan.objects.exists()


def test_the_page_says_what_was_due_and_what_was_delivered(sergeant: Client, north: Area) -> None:
    plan = plan_of(north)
    page = sergeant.get(f"/needs/patrols/{plan.pk}/").content.decode()
    assert "3 stops were due by now (45 minutes); 1 were made (12 minutes)" in page
    assert "12 minutes delivered of 45 due" in page
    assert "Take back" in page
    rows = list(csv.DictReader(io.StringIO(sergeant.get(f"/needs/patrols/{plan.pk}/stops.csv").content.decode())))
    assert [(row["what"], row["place"], row["start"]) for row in rows][:2] == [
        ("planned", "1", "2026-03-02 18:00:00"), ("made", "1", "2026-03-02 18:10:00"),
    ]  # fmt: skip


def test_a_stop_that_is_to_come_is_not_due(sergeant: Client, north: Area) -> None:
    later = timezone.localdate() + dt.timedelta(days=3)
    spot = PatrolSpotFactory(plan=PatrolPlanFactory(area=north, first=later, last=later))
    PatrolStopFactory(spot=spot, start=at(18, day=later))
    page = sergeant.get(f"/needs/patrols/{spot.plan_id}/").content.decode()
    assert "No stop is due yet" in page


def test_stops_are_written_down_and_taken_back(sergeant: Client, north: Area) -> None:
    plan = plan_of(north)
    day = {"on-day": "2", "on-month": "3", "on-year": "2026"}
    answer = sergeant.post(
        f"/needs/patrols/{plan.pk}/done/", {"place": "2", **day, "at": "19:05", "minutes": "15", "note": "Quiet"}
    )
    assert answer.status_code == 302
    visit = PatrolVisit.objects.get(spot__number=2)
    assert (visit.start, visit.minutes, visit.note) == (at(19, 5), 15, "Quiet")
    assert AuditEvent.objects.filter(action="patrol.delivered").count() == 1
    assert sergeant.post(f"/needs/patrols/{plan.pk}/done/{visit.pk}/withdraw/").status_code == 302
    assert not PatrolVisit.objects.standing().filter(pk=visit.pk).exists()
    assert PatrolVisit.objects.filter(pk=visit.pk).exists()
    assert sergeant.post(f"/needs/patrols/{plan.pk}/done/{visit.pk}/withdraw/").status_code == 404  # once


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("place,start,minutes\n9,2026-03-02 18:30,15\n", "Line 2: There is no place 9. Places: 1 to 2."),
        ("place,start,minutes\n1,2026-03-02 18:30,15\n1,2025-03-02 18:30,15\n", "Line 3: 2 March 2025 is no day"),
        ("place,start,minutes\n1,soon,15\n", "Line 2: whole numbers"),
        ("place,start,minutes\n1,2026-03-02 18:30,0\n", "0 minutes cannot be"),
        ("place,start,minutes\n1,2026-03-02 18:30,15\n1,2026-03-02 18:30,15\n", "is written down already"),
        ("place,start,minutes\n1,2026-03-02 18:10,15\n", "is written down already"),
        ("place,when\n1,2026-03-02 18:30\n", "The file needs columns place, start, minutes"),
        ("", "The file needs columns"),
    ],
)
def test_a_file_is_taken_whole_or_not_at_all(sergeant: Client, north: Area, rows: str, said: str) -> None:
    plan = plan_of(north)
    sent = {"file": SimpleUploadedFile("stops.csv", rows.encode() or b" ")}
    page = sergeant.post(f"/needs/patrols/{plan.pk}/done/", sent)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert PatrolVisit.objects.count() == 1


def test_a_file_of_stops_is_written_down(sergeant: Client, north: Area) -> None:
    plan = plan_of(north)
    rows = "place,start,minutes,note\n1,2026-03-02 20:01,14,\n2,2026-03-02T19:02,11,Quiet\n"
    sent = {"file": SimpleUploadedFile("stops.csv", b"\xef\xbb\xbf" + rows.encode())}
    assert sergeant.post(f"/needs/patrols/{plan.pk}/done/", sent).status_code == 302
    assert PatrolVisit.objects.count() == 3
    broken = {"file": SimpleUploadedFile("stops.csv", b"\xff\xfe\x00p")}
    assert "no CSV in UTF-8" in sergeant.post(f"/needs/patrols/{plan.pk}/done/", broken).content.decode()


def test_half_an_answer_and_the_future_are_refused(sergeant: Client, north: Area) -> None:
    plan = plan_of(north)
    page = sergeant.post(f"/needs/patrols/{plan.pk}/done/", {"place": "1"}).content.decode()
    assert "This needs an answer, or choose a file" in page
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    PatrolPlan.objects.filter(pk=plan.pk).update(last=tomorrow)
    rows = f"place,start,minutes\n1,{tomorrow} 18:30,15\n"
    sent = {"file": SimpleUploadedFile("stops.csv", rows.encode())}
    assert "is still to come" in sergeant.post(f"/needs/patrols/{plan.pk}/done/", sent).content.decode()


def test_the_sheet_lists_the_stops_of_its_day(sergeant: Client, north: Area) -> None:
    plan = plan_of(north)
    page = sergeant.get(f"/needs/patrols/{plan.pk}/sheet/{DAY}/").content.decode()
    assert page.index("18:00") < page.index("19:00") < page.index("20:00")
    assert "Square 2" in page
    assert sergeant.get(f"/needs/patrols/{plan.pk}/sheet/{DAY}/pdf/").content.startswith(b"%PDF")
    for other in ("2026-03-03", "never", "2026-13-01"):
        assert sergeant.get(f"/needs/patrols/{plan.pk}/sheet/{other}/").status_code == 404


def test_the_database_keeps_the_rules(north: Area) -> None:
    visit = PatrolVisitFactory()
    for broken in (
        {"spot": visit.spot, "start": visit.start},
        {"spot": visit.spot, "start": at(9), "minutes": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            PatrolVisitFactory(**broken)
    for broken in ({"stop": 9}, {"teams": 7}, {"last": DAY - dt.timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PatrolPlanFactory(area=north, **broken)


def test_one_bad_stop_leaves_none() -> None:
    visit = PatrolVisitFactory()
    rows = [(visit.spot, at(21), 10, ""), (visit.spot, visit.start, 10, "")]
    with pytest.raises(ValidationError, match="is written down already"):
        changes.add_visits(plan=visit.spot.plan, visits=rows, by=person(*SERGEANT))
    assert PatrolVisit.objects.count() == 1


def test_queries_do_not_grow_with_stops(sergeant: Client, north: Area, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    plan = plan_of(north)
    with CaptureQueriesContext(connection) as few:
        sergeant.get(f"/needs/patrols/{plan.pk}/")
    for hour in range(6):
        spot = PatrolSpotFactory(plan=plan, number=10 + hour)
        PatrolStopFactory(spot=spot, start=at(hour))
        PatrolVisitFactory(spot=spot, start=at(hour))
    with django_assert_num_queries(len(few)):
        sergeant.get(f"/needs/patrols/{plan.pk}/")
    assert len(few) < 20
