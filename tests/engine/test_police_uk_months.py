"""Which months are held, missing or look only partly uploaded; and the command line that says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from upstream.cli.main import upstream
from upstream.errors import NotHeld, Refused, UpstreamError
from upstream.periods import Month
from upstream.records.quality import PartMonth, month_facts, month_states
from upstream.records.sources import police_uk
from upstream.records.status import status
from upstream.store import Store
from upstream.store.scopes import readings

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)


def a_month(folder: Path, month: str, burglary: int, behaviour: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    start = f",{month},Kent Police,Kent Police,0.5,51.2,=cmd|X,E01024000,K"
    path = folder / f"{month}-kent-street.csv"
    path.write_text(HEADER + f"{start},Burglary,,\n" * burglary + f"{start},Anti-social behaviour,,\n" * behaviour)
    return path


def added(tmp_path: Path, *months: tuple[str, int, int]) -> Store:
    store = Store(tmp_path / "store")
    police_uk.add(store, [a_month(tmp_path / "in", *month) for month in months], who="tester")
    return store


def test_a_month_without_a_file_is_missing_and_an_empty_file_is_held(tmp_path: Path) -> None:
    store = added(tmp_path, ("2022-01", 5, 5), ("2022-02", 0, 0), ("2022-04", 5, 5))
    assert month_states(store, "street_crimes", "kent") == {
        Month(2022, 1): "held",
        Month(2022, 2): "held",
        Month(2022, 3): "missing",
        Month(2022, 4): "held",
    }
    assert month_states(store, "street_crimes", "essex") == {}
    assert month_states(store, "street_outcomes", "kent") == {}


def test_a_category_far_below_its_neighbours_is_suspect(tmp_path: Path) -> None:
    store = added(tmp_path, ("2022-01", 50, 300), ("2022-02", 20, 310), ("2022-03", 52, 100), ("2022-04", 49, 290))
    facts = month_facts(store, "street_crimes", "kent")
    assert [fact.state for fact in facts] == ["held", "held", "suspect", "held"]
    (low,) = facts[2].low
    assert (low.category, low.rows, low.lowest_neighbour) == ("anti_social_behaviour", 100, 290)


def in_two_districts(folder: Path, month: str, leeds: int, york: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    start = f",{month},Kent Police,Kent Police,0.5,51.2,On"
    path = folder / f"{month}-kent-street.csv"
    rows = f"{start},E01,Leeds 001A,Drugs,,\n" * leeds + f"{start},E02,York 002B,Drugs,,\n" * york
    path.write_text(HEADER + rows)
    return path


def test_a_district_far_below_its_neighbours_is_suspect(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    rows = (("2022-01", 900, 210), ("2022-02", 880, 205), ("2022-03", 910, 60), ("2022-04", 905, 215))
    police_uk.add(store, [in_two_districts(tmp_path / "in", *month) for month in rows], who="tester")
    (suspect,) = (fact for fact in month_facts(store, "street_crimes", "kent") if fact.low)
    assert (suspect.month, suspect.low) == (Month(2022, 3), (PartMonth("York", None, 60, 205),))
    carried = month_facts(store, "street_crimes", "kent", area_of={"E01": "Yorkshire", "E02": "Yorkshire"})
    assert not any(fact.low for fact in carried), "together they are not low"
    shown = run(tmp_path, "status").stdout
    assert "Looks partial: 2022-03: all rows in York 60, but at least 205 in the months around it" in shown


def test_a_whole_month_that_is_low_is_named_once(tmp_path: Path) -> None:
    store = added(tmp_path, ("2022-01", 300, 300), ("2022-02", 310, 310), ("2022-03", 100, 100), ("2022-04", 290, 290))
    (suspect,) = (fact for fact in month_facts(store, "street_crimes", "kent") if fact.low)
    assert suspect.low == (PartMonth(None, None, 200, 580),)


def test_a_fall_that_stays_is_no_incomplete_upload(tmp_path: Path) -> None:
    months = [(f"2022-{month:02}", 50, 300 if month < 4 else 120) for month in range(1, 8)]
    store = added(tmp_path, *months)
    assert set(month_states(store, "street_crimes", "kent").values()) == {"held"}


def test_status_of_each_force(tmp_path: Path) -> None:
    store = added(tmp_path, ("2022-01", 5, 5), ("2022-03", 6, 5))
    (holding,) = status(store)
    assert (holding.table, holding.force, holding.rows, holding.missing) == (
        "street_crimes",
        "kent",
        21,
        (Month(2022, 2),),
    )
    assert holding.newest is not None
    assert holding.entries == (holding.newest.id,)


@pytest.mark.shared
def test_the_half_uploaded_month_of_northumbria_is_found_and_no_other(tmp_path: Path, shared_data: Path) -> None:
    store = Store(tmp_path / "store")
    folder = shared_data / "police-uk"
    names = ("northumbria-street", "west-mercia-street", "staffordshire-gloucestershire-street")
    police_uk.add(store, [folder / f"{name}.zip" for name in names], who="tester")
    found = {
        (holding.force, str(fact.month), low.area, low.category, low.rows)
        for holding in status(store)
        for fact in holding.suspect
        for low in fact.low
    }
    assert found == {("northumbria", "2020-07", None, "anti_social_behaviour", 1368)}
    by_force = {holding.force: holding for holding in status(store)}
    assert by_force["northumbria"].missing == (Month(2022, 1),)
    assert len(by_force["west-mercia"].missing) == 66


def run(tmp_path: Path, *arguments: str) -> Result:
    config = tmp_path / "upstream.toml"
    config.write_text('[store]\npath = "store"\n')
    return CliRunner().invoke(upstream, ["--config", str(config), "records", *arguments])


def test_the_command_line_prints_how_rows_add_up(tmp_path: Path) -> None:
    path = a_month(tmp_path / "in", "2022-01", 3, 4)
    path.write_text(path.read_text() + "cut off,2022")
    result = run(tmp_path, "add", "police-uk", str(path))
    assert result.exit_code == 0
    assert "8 rows read = 7 accepted + 1 quarantined + 0 already held" in result.stdout
    (found,) = json.loads(run(tmp_path, "add", "police-uk", str(path), "--json").stdout)
    assert {name: found[name] for name in ("read", "accepted", "quarantined", "already_held", "entry")} == {
        "read": 8,
        "accepted": 0,
        "quarantined": 1,
        "already_held": 7,
        "entry": None,
    }


def test_the_command_line_shows_and_writes_what_was_refused(tmp_path: Path) -> None:
    path = a_month(tmp_path / "in", "2022-01", 3, 4)
    path.write_text(path.read_text() + "=1+1,2022")
    run(tmp_path, "add", "police-uk", str(path))
    assert "line 9: line has fewer fields than the header" in run(tmp_path, "quarantine", "street_crimes").stdout
    (row,) = json.loads(run(tmp_path, "quarantine", "street_crimes", "--json").stdout)
    assert (row["line"], row["raw"]) == (9, "=1+1,2022")
    run(tmp_path, "quarantine", "street_crimes", "--csv", str(tmp_path / "refused.csv"))
    # a spreadsheet must not run it
    assert "'=1+1,2022" in (tmp_path / "refused.csv").read_text()


def test_the_command_line_shows_what_is_held_and_takes_it_back(tmp_path: Path) -> None:
    assert "Nothing is held yet" in run(tmp_path, "status").stdout
    run(tmp_path, "add", "police-uk", str(a_month(tmp_path / "in", "2022-01", 3, 4)))
    run(tmp_path, "add", "police-uk", str(a_month(tmp_path / "in", "2022-03", 3, 4)))
    shown = run(tmp_path, "status").stdout
    assert "street_crimes kent: 14 rows, 2022-01 to 2022-03, 2 months" in shown
    assert "Missing: 2022-02" in shown
    (holding,) = json.loads(run(tmp_path, "status", "--json").stdout)
    assert (holding["rows"], holding["months_missing"]) == (14, ["2022-02"])
    assert "is now version 2" in run(tmp_path, "undo", holding["newest_entry"][:6]).stdout
    (holding,) = json.loads(run(tmp_path, "status", "--json").stdout)
    assert (holding["rows"], holding["months_held"]) == (7, ["2022-01"])


def test_refused_rows_about_people_are_shown_for_a_purpose_only(tmp_path: Path) -> None:
    arrests = tmp_path / "arrests.csv"
    arrests.write_text("arrest_ref,arrested_at,domestic_abuse\nA1,2022-06-01 10:00,maybe\nA2,2022-06-01 11:00,yes\n")
    assert run(tmp_path, "add", "arrests", str(arrests), "--as-at", "2022-07-01").exit_code == 0
    refused = run(tmp_path, "quarantine", "arrests").exception
    assert isinstance(refused, Refused)
    assert "--purpose" in str(refused.remedy)
    shown = run(tmp_path, "quarantine", "arrests", "--purpose", "mending the June upload")
    assert "arrests.csv, line 2" in shown.stdout
    log = [(line["purpose"], line["opened"]) for line in readings(tmp_path / "store")]
    assert log == [(None, False), ("mending the June upload", True)]


def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path, "add", "police-uk", "nothing.zip").exception, UpstreamError)
    assert isinstance(run(tmp_path, "undo", "abc").exception, NotHeld)
    assert isinstance(run(tmp_path, "add", "nonsense", "nothing.csv").exception, UpstreamError)


def test_a_clean_add_does_not_load_what_it_does_not_need(tmp_path: Path) -> None:
    """A first array of Python values makes pyarrow load pandas: half a second, more than a month of a force takes."""
    path = a_month(tmp_path / "in", "2022-01", 3, 4)
    work = (
        "import sys; from pathlib import Path; from upstream.records.sources import police_uk; "
        "from upstream.store import Store; "
        f"police_uk.add(Store(Path({str(tmp_path / 'store')!r})), [Path({str(path)!r})], who='t'); "
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
