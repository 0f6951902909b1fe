"""The performance pages: the engine's values, where the role reads them, with their words and sources."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from factories.people import person
from fixtures_figures import MEASURES, MONTH, SILENT
from upstream.cli.main import upstream
from upstream.periods import Month
from upstream.reports.data_quality import kept_holdings
from upstream_web.audit.models import AuditEvent
from upstream_web.measures import access, changes, queries
from upstream_web.measures.engine.figures import figures as loaded
from upstream_web.measures.engine.figures import months_held
from upstream_web.measures.models import Calculation
from upstream_web.people.permissions import Permission
from upstream_web.runs.models import Run

pytestmark = pytest.mark.django_db
SCORECARD = f"/measures/{MONTH}/"
MEASURE = f"/measures/{MONTH}/measure/crime_total/"
PAGES = (
    *(SCORECARD, MEASURE, f"{MEASURE}areas/", f"/measures/{MONTH}/area/A/", f"{MEASURE}download/csv/"),
    *(f"{MEASURE}download/xlsx/", f"{MEASURE}download/json/", f"{MEASURE}download/pdf/"),
)


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(person(Permission.MEASURE_READ))
    return client


def words(page: Any) -> str:
    """The page as read: tags gone, spaces one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode())).replace("&#39;", "'")


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_for_those_whose_role_reads_measures(client: Client, ready: Calculation, address: str) -> None:
    assert client.get(address).status_code == 302
    client.force_login(person(Permission.PLAN_START))
    assert client.get(address).status_code == 403
    client.force_login(person(Permission.MEASURE_READ))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/measures/2022-13/",
        "/measures/x/",
        f"/measures/{MONTH}/?pack=nothing",
        f"/measures/{MONTH}/measure/nothing/",
        f"/measures/{MONTH}/area/Z/",
        f"/measures/{MONTH}/area/force/",
        f"{MEASURE}download/exe/",
        f"{MEASURE}download/html/",
    ],
)
def test_what_is_not_there_is_not_found(reader: Client, ready: Calculation, address: str) -> None:
    assert reader.get(address).status_code == 404


def test_the_index_goes_to_the_latest_month_ready_or_the_one_chosen(reader: Client, ready: Calculation) -> None:
    assert reader.get("/measures/")["Location"] == SCORECARD
    assert reader.get("/measures/?month=2022-05")["Location"] == "/measures/2022-05/"


def test_the_scorecard_has_every_measure_of_it_by_objective(reader: Client, ready: Calculation) -> None:
    page = reader.get(SCORECARD)
    opened = access.figures_for_reading(person(Permission.MEASURE_READ), MONTH)
    for key in MEASURES:
        definition = opened.figures.bindings[key].definition
        if definition.in_scorecard:
            assert definition.title in words(page)
            assert f'href="{SCORECARD}measure/{key}/"' in page.content.decode()
    assert "What good looks like" in words(page)
    assert "Likelihood of reaching it by its date" in words(page)


def test_a_measure_shows_the_engines_own_figures_chart_and_sources(reader: Client, ready: Calculation) -> None:
    page = reader.get(MEASURE)
    opened = access.figures_for_reading(person(Permission.MEASURE_READ), MONTH)
    binding = opened.figures.bindings["crime_total"]
    force = binding.result.series["force"]
    assert f"{force.latest.value:,.0f}" in words(page)
    assert 'role="img"' in page.content.decode()
    provenance = binding.result.provenance
    for table in provenance.tables:
        assert re.search(rf"{table.table} {table.version} ", words(page))
    assert "SELECT" in words(page)
    for series in binding.result.series.values():
        if series.area not in ("force", "not_known"):
            assert f"{series.latest.value:,.0f}" in words(page)


def test_a_measure_whose_table_is_not_held_says_so(reader: Client, ready: Calculation) -> None:
    page = words(reader.get(f"/measures/{MONTH}/measure/calls_999_in_time/"))
    assert "Not held." in page
    assert "contacts" in page


def test_downloads_carry_the_figure_its_source_and_no_formula(reader: Client, ready: Calculation) -> None:
    answer = reader.get(f"{MEASURE}download/csv/")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    opened = access.figures_for_reading(person(Permission.MEASURE_READ), MONTH)
    latest = opened.figures.bindings["crime_total"].result.series["force"].latest.value
    found = [r for r in rows if r["measure"] == "crime_total" and r["area"] == "force" and r["period"] == MONTH]
    assert {float(r["value"]) for r in found if r["quantity"] == "value"} == {latest}
    assert all(r["query"].startswith("q-") for r in found)
    assert answer["Content-Disposition"] == f'attachment; filename="crime_total-{MONTH}.csv"'
    data = json.loads(reader.get(f"{MEASURE}download/json/").content)
    assert data["document"]["period"] == MONTH
    assert reader.get(f"{MEASURE}download/pdf/").content.startswith(b"%PDF")


def test_an_area_has_all_measures_by_area_and_no_rank(reader: Client, ready: Calculation) -> None:
    page = words(reader.get(f"/measures/{MONTH}/area/A/"))
    assert "Total recorded crime" in page
    assert "South Merrowvale" in page


def test_areas_are_compared_in_the_forces_order_with_intervals(reader: Client, ready: Calculation) -> None:
    page = words(reader.get(f"{MEASURE}areas/"))
    names = ["South Merrowvale", "North Merrowvale", "Hollinmarch", "Saltersmoor", "Tarnwick &amp; Eskerby"]
    table = page[page.index("Beside the other areas together") :]
    assert [table.index(name) for name in names] == sorted(table.index(name) for name in names)
    assert "per 1,000 residents" in page
    assert "There is no rank" in page


def test_a_month_that_is_not_ready_can_be_asked_for(
    reader: Client, figures: Path, django_capture_on_commit_callbacks: Any
) -> None:
    assert "have not been calculated" in words(reader.get("/measures/2022-05/"))
    assert "No measures have been calculated yet" in words(reader.get("/measures/"))
    with django_capture_on_commit_callbacks(execute=True):
        answer = reader.post("/measures/calculate/", {"month": "2022-05"})
    run = Run.objects.get()
    assert answer["Location"] == f"/work/{run.pk}/"
    assert (run.state, run.output_address) == ("done", "/measures/2022-05/")
    assert run.inputs.keys() >= {"crimes"}
    assert reader.get("/measures/2022-05/").status_code == 200
    assert AuditEvent.objects.filter(action="measures.calculated").exists()


def test_a_month_outside_the_records_is_refused_with_what_is_held(
    reader: Client, figures: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reader.post("/measures/calculate/", {"month": "1999-05"})
    assert "No records are held for May 1999." in Run.objects.get().reason
    assert reader.post("/measures/calculate/", {"month": "May"}).status_code == 422


def test_the_command_prepares_the_last_month_held(figures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("measures_prepare")
    assert queries.newest_calculation().month == MONTH


def test_a_register_as_it_stands_later_is_no_month_of_records(figures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = kept_holdings

    def with_a_register(*args: Any, **options: Any) -> list[Any]:
        found = held(*args, **options)
        return [*found, replace(found[0], table="licensed_premises", last=Month.parse(MONTH) + 1)]

    monkeypatch.setattr("upstream_web.measures.engine.figures.kept_holdings", with_a_register)
    assert months_held()[1] == Month.parse(MONTH)


def test_newer_records_are_said_and_lead_to_new_figures(
    reader: Client, own_figures: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reader.post("/measures/calculate/", {"month": MONTH})
    assert "Newer records have been added" not in words(reader.get(SCORECARD))
    rows = (
        "crime_ref,record_kind,status,recorded_at,recorded_on,area,category,as_at\n"
        "NEW1,crime,recorded,2022-06-03T10:00:00Z,2022-06-03,A,burglary_residential,2022-07-01\n"
    )
    _added(own_figures, rows)
    page = words(reader.get(SCORECARD))
    assert "Newer records have been added since these figures were calculated (crimes)" in page
    before = loaded(Calculation.objects.get().kept_as, Calculation.objects.get().definitions)
    with django_capture_on_commit_callbacks(execute=True):
        reader.post("/measures/calculate/", {"month": MONTH})
    assert "Newer records have been added" not in words(reader.get(SCORECARD))
    newest = queries.calculation_of(MONTH)
    after = loaded(newest.kept_as, newest.definitions)
    counts = [one.results.measures["crime_total"].series["force"].latest.value for one in (before, after)]
    assert counts[1] == counts[0] + 1


def _added(folder: Path, rows: str) -> None:
    from upstream.records.contract import contract

    given = next(csv.DictReader(io.StringIO(rows)))
    known = [column.name for column in contract("crimes").columns]
    file = folder / "more.csv"
    with file.open("w", newline="") as out:
        writer = csv.DictWriter(out, known)
        writer.writeheader()
        writer.writerow({name: given.get(name, "") for name in known})
    command = ["--config", str(folder / "upstream.toml"), "records", "add", "crimes", str(file)]
    upstream.main(command, prog_name="upstream", standalone_mode=False)


def test_results_that_the_engine_keeps_no_more_are_asked_for_again(reader: Client, own_figures: Path) -> None:
    row = Calculation.objects.create(
        month=MONTH, kept_as="gone", definitions=queries.force().digest, held_from=MONTH, held_to=MONTH
    )
    assert row.tables == {}
    assert "have not been calculated" in words(reader.get(SCORECARD))


def test_pages_ask_few_questions_once_the_figures_are_loaded(
    reader: Client, ready: Calculation, django_assert_max_num_queries: Any
) -> None:
    for address in (SCORECARD, MEASURE, f"/measures/{MONTH}/area/A/", f"{MEASURE}areas/"):
        reader.get(address)
        with django_assert_max_num_queries(12):
            reader.get(address)


def test_noting_a_calculation_twice_keeps_one_row(ready: Calculation) -> None:
    from upstream.periods import Month
    from upstream_web.audit.changes import System
    from upstream_web.measures.engine.figures import calculate_month

    made = calculate_month(Month.parse(MONTH), "tests", SILENT)
    changes.note_calculation(month=MONTH, made=made, run=None, by=System("tests"))
    assert Calculation.objects.count() == 1
