"""From a number to its records: who may, which areas, for what purpose, never of people, always in the audit log."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.signing_in import sign_in
from fixtures_figures import MONTH
from upstream.errors import Refused
from upstream.measures.result import FORCE
from upstream.store.scopes import readings
from upstream_web.audit.models import AuditEvent
from upstream_web.measures import access
from upstream_web.measures.engine import records
from upstream_web.measures.models import Calculation
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

pytestmark = pytest.mark.django_db
ANALYST = (Permission.MEASURE_READ, Permission.MEASURE_RECORDS)
PURPOSE = {"purpose": "Audit of the records of June"}


def address(key: str = "crime_total", area: str = FORCE) -> str:
    return f"/measures/{MONTH}/measure/{key}/records/{area}/"


@pytest.fixture
def everywhere() -> User:
    return person(*ANALYST, team=TeamFactory(area=AreaFactory(code="marchwold", kind=Area.Kind.FORCE)))


def within(*codes: str) -> User:
    force = AreaFactory(code="marchwold", kind=Area.Kind.FORCE)
    user = None
    for code in codes:
        user = person(*ANALYST, team=TeamFactory(area=AreaFactory(code=code, parent=force)))
    return user


def value(key: str, area: str) -> float:
    opened = access.figures_for_reading(person(Permission.MEASURE_READ), MONTH)
    return opened.figures.bindings[key].result.series[area].latest.value


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.mark.parametrize("area", [FORCE, "A", "E"])
def test_the_records_are_as_many_as_the_figure_says(
    client: Client, ready: Calculation, everywhere: User, area: str
) -> None:
    sign_in(client, everywhere)
    found = rows(client.post(address(area=area), {**PURPOSE, "do": "csv"}))
    assert len(found) == value("crime_total", area)
    assert all(row["recorded_on"].startswith(MONTH) for row in found)
    assert area == FORCE or {row["area"] for row in found} == {area}
    dates = [row["recorded_on"] for row in found]
    assert dates == sorted(dates, reverse=True)


def test_a_purpose_is_asked_for_and_kept_before_anything_is_shown(
    client: Client, ready: Calculation, everywhere: User
) -> None:
    sign_in(client, everywhere)
    assert "crime_ref" not in client.get(address()).content.decode().lower().replace(" ", "_")
    assert client.post(address(), {"purpose": ""}).status_code == 422
    assert not AuditEvent.objects.filter(action="measure.records_read").exists()
    page = client.post(address(), PURPOSE).content.decode()
    assert re.search(r"\d+ records of crimes", page)
    event = AuditEvent.objects.get(action="measure.records_read")
    assert event.by_id == everywhere.pk
    assert event.details["purpose"] == PURPOSE["purpose"]
    assert (event.details["measure"], event.details["table"], event.details["area"]) == ("crime_total", "crimes", FORCE)


@pytest.mark.parametrize("key", ["repeat_victim_rate", "da_arrest_rate", "satisfaction_burglary"])
def test_tables_about_people_are_never_shown(client: Client, ready: Calculation, everywhere: User, key: str) -> None:
    sign_in(client, everywhere)
    assert client.post(address(key), PURPOSE).status_code == 404
    assert "records behind" not in client.get(f"/measures/{MONTH}/measure/{key}/").content.decode()
    opened = access.figures_for_reading(everywhere, MONTH)
    before = len(readings(opened.figures.force.settings.store))
    with pytest.raises(Refused, match="about people"):
        records.read(opened.figures, key, FORCE, who="x", purpose="a purpose", areas=None)
    assert len(readings(opened.figures.force.settings.store)) == before
    assert not AuditEvent.objects.filter(action="measure.records_read").exists()


def test_a_reader_of_one_area_reads_that_area_alone(client: Client, ready: Calculation) -> None:
    sign_in(client, within("A"))
    found = rows(client.post(address(area="A"), {**PURPOSE, "do": "csv"}))
    assert {row["area"] for row in found} == {"A"}
    assert len(found) == value("crime_total", "A")
    for other in (FORCE, "B", "not_known", "nothing"):
        assert client.post(address(area=other), PURPOSE).status_code == 404
    page = client.get(f"/measures/{MONTH}/measure/crime_total/").content.decode()
    assert address(area="A") in page
    assert address() not in page


def test_the_engine_itself_refuses_an_area_outside_the_scope(ready: Calculation, everywhere: User) -> None:
    figures = access.figures_for_reading(everywhere, MONTH).figures
    with pytest.raises(Refused, match="does not cover area 'B'"):
        records.read(figures, "crime_total", "B", who="x", purpose="a purpose", areas=("A",))


@pytest.mark.parametrize("permissions", [(Permission.MEASURE_READ,), (Permission.MEASURE_RECORDS,)])
def test_without_the_role_there_are_no_records(
    client: Client, ready: Calculation, permissions: tuple[Permission, ...]
) -> None:
    client.force_login(person(*permissions))
    assert client.post(address(), PURPOSE).status_code == 403
    assert not AuditEvent.objects.filter(action="measure.records_read").exists()


def test_a_failing_audit_write_shows_nothing(
    client: Client, ready: Calculation, everywhere: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(AuditEvent.objects, "create", fail)
    sign_in(client, everywhere)
    with pytest.raises(OSError, match="disk full"):
        client.post(address(), PURPOSE)
