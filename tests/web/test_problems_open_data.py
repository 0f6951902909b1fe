"""Counting a plan's records in the open data of police.uk: the files' own rows, months and all, and no small number."""

import datetime
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, TestCase

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, person
from factories.problems import InvitationFactory, PlanFactory
from upstream.cli.main import upstream
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.models import Plan

pytestmark = pytest.mark.django_db
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)
LOOKUP = """lsoa21_name,lsoa21_code,ltla24_name,ltla24_code,csp24_code,csp24_name,pfa24_code,pfa24_name
Ham 001A,E01000001,Ham,E06000001,E22000001,Hams,E23000001,Kent
Ham 001F,E01000011,Ham,E06000001,E22000001,Hams,E23000001,Kent
Ely 001A,E01000015,Ely,E06000002,E22000002,Elys,E23000001,Kent
"""
MONTHS = [f"2021-{month:02d}" for month in range(4, 13)] + [f"2022-{month:02d}" for month in range(1, 7)]
MISSING, EMPTY = "2022-03", "2022-04"
PERIOD = {"period_from": datetime.date(2022, 1, 1), "period_to": datetime.date(2022, 6, 30)}
Row = tuple[str, str, str]


def rows() -> list[Row]:
    """Month, small area and type of each row: many in one small area, three in another, some in the next area."""
    found: list[Row] = []
    for number, month in enumerate(MONTHS):
        if month in (MISSING, EMPTY):
            continue
        found += [(month, "E01000001", "Burglary")] * (11 + number % 4)
        found += [(month, "E01000001", "Vehicle crime")] * 7
        found += [(month, "E01000001", "Anti-social behaviour")] * 23
        found += [(month, "E01000015", "Burglary")] * 6
    return found + [("2022-05", "E01000011", "Burglary")] * 3


ROWS = rows()


def counted(months: list[str], places: tuple[str, ...], types: tuple[str, ...] | None) -> Counter[Row]:
    """The same, one row at a time; anti-social behaviour is incidents and no crime."""
    return Counter(
        (month, place, kind)
        for month, place, kind in ROWS
        if month in months and place in places and (kind in types if types else kind != "Anti-social behaviour")
    )


@pytest.fixture(scope="module")
def open_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's settings and a store of street files alone; one month has no file and one an empty one."""
    folder = tmp_path_factory.mktemp("open-data")
    (folder / "upstream.toml").write_text('[[areas]]\ncode = "E22000001"\nname = "Hams"\n', "utf-8")
    (folder / "areas.csv").write_text(LOOKUP, "utf-8")
    for month in MONTHS:
        if month == MISSING:
            continue
        mine = [
            f",{month},Kent Police,Kent Police,0.5,51.2,On,{place},X 001A,{kind},,\n"
            for m, place, kind in ROWS
            if m == month
        ]
        (folder / f"{month}-kent-street.csv").write_text(HEADER + "".join(mine), "utf-8")
    files = sorted(str(path) for path in folder.glob("*-street.csv"))
    for arguments in (("places", "add", "lookup", str(folder / "areas.csv")), ("records", "add", "police-uk", *files)):
        command = ["--config", str(folder / "upstream.toml"), *arguments]
        upstream.main(command, prog_name="upstream", standalone_mode=False)
    return folder


@pytest.fixture
def officer(open_data: Path, settings: Any) -> User:
    settings.ENGINE_SETTINGS = open_data / "upstream.toml"
    hams = AreaFactory(code="HAMS", name="Hams", kind=Area.Kind.POLICING_AREA)
    return person(Permission.PLAN_START, team=TeamFactory(area=hams))


@pytest.fixture
def plan(officer: User) -> Plan:
    return PlanFactory(team=officer.memberships.get().team, owner=officer, crime_types=["Burglary"], **PERIOD)


@pytest.fixture
def signed_in(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def count(client: Client, plan: Plan) -> dict[str, Any]:
    """Have the records counted; what is kept of how much."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(f"/plans/{plan.pk}/records/count/").status_code == 302
    return plan.slices.first().result["profile"]


def words(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#39;", "'")


def of_period() -> list[str]:
    return [month for month in MONTHS if month >= "2022-01"]


@pytest.mark.parametrize(
    "types",
    [
        ("Burglary",),
        ("Burglary", "Vehicle crime"),
        (),
        ("Anti-social behaviour",),
        ("Burglary", "Anti-social behaviour"),
    ],
)
def test_what_is_counted_is_the_files_rows_of_the_place_months_and_types(signed_in, plan, types) -> None:
    Plan.objects.filter(pk=plan.pk).update(crime_types=list(types))
    plan.refresh_from_db()
    result = count(signed_in, plan)
    asked = (
        types if types == ("Anti-social behaviour",) else tuple(one for one in types if one != "Anti-social behaviour")
    )
    expected = counted(of_period(), ("E01000001", "E01000011"), asked or None)
    assert result["table"] == "street_crimes"
    assert result["total"] == expected.total()
    by_month, by_place = Counter(), Counter()
    for (month, place, _), number in expected.items():
        by_month[month] += number
        by_place[place] += number
    assert {one["key"]: one["count"] for one in result["small_areas"]} == by_place
    assert [one["count"] for one in result["months"]] == [
        None if month == MISSING else by_month[month] for month in of_period()
    ]
    incidents = counted(of_period(), ("E01000001", "E01000011"), ("Anti-social behaviour",)).total()
    apart = asked != ("Anti-social behaviour",)
    assert (result["incidents"][0]["count"] if apart else result["incidents"]) == (incidents if apart else None)


def test_the_pages_say_what_open_data_is_and_which_month_is_not_held(signed_in, plan) -> None:
    count(signed_in, plan)
    scanning, analysis = (words(signed_in.get(f"/plans/{plan.pk}/{stage}/")) for stage in ("scanning", "analysis"))
    for page in (scanning, analysis):
        assert "anonymous map points shared by many addresses" in page
    total = counted(of_period(), ("E01000001", "E01000011"), ("Burglary",)).total()
    assert f"Crimes recorded {total} , January 2022 to June 2022" in scanning
    assert "Incidents of anti-social behaviour 92" in scanning
    assert "March 2022 not held" in analysis
    assert "April 2022 0" in analysis
    assert "by hour of the week" not in analysis
    assert "No people are held beside these records" in analysis


def test_antisocial_behaviour_by_itself_is_called_incidents(signed_in, plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(crime_types=["Anti-social behaviour"])
    count(signed_in, plan)
    page = words(signed_in.get(f"/plans/{plan.pk}/scanning/"))
    assert "Incidents recorded 92" in page
    assert "Crimes recorded" not in page
    assert "of harm" not in page


def test_without_a_period_two_years_or_as_much_as_is_held_is_counted(signed_in, plan) -> None:
    Plan.objects.filter(pk=plan.pk).update(period_from=None, period_to=None)
    count(signed_in, plan)
    assert (plan.slices.get().asked["from"], plan.slices.get().asked["to"]) == ("2021-04", "2022-06")


def test_a_partner_sees_no_count_under_five_nor_what_would_give_one_away(client, signed_in, plan) -> None:
    result = count(signed_in, plan)
    small = [one["count"] for one in result["small_areas"] if one["count"] < 5]
    assert small == [3]
    housing = OrganisationFactory(kind="housing")
    everything = dict.fromkeys(("scanning", "analysis", "response", "assessment"), "write")
    InvitationFactory(plan=plan, organisation=housing, **everything)
    client.force_login(person(Permission.PLAN_START, team=TeamFactory(organisation=housing)))
    for page in ("scanning/", "analysis/", "paper/", "brief/"):
        text = client.get(f"/plans/{plan.pk}/{page}").content.decode()
        cells = re.findall(r'numeric">\s*(?:<data[^>]*>)?\s*([0-9,.]+)', text)
        numbers = [float(cell.replace(",", "")) for cell in cells]
        assert all(number % 5 == 0 for number in numbers), numbers
    shown = words(client.get(f"/plans/{plan.pk}/analysis/"))
    assert "fewer than 5" in shown
    assert re.search(r"E01000011 fewer than 5", shown)
    assert result["total"] == 53
    assert "Together: 55 of 55 ." in shown
    assert "Crimes recorded 55 , January 2022" in words(client.get(f"/plans/{plan.pk}/scanning/"))
    assert "anonymous map points" in shown
