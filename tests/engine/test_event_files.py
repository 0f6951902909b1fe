"""Events of a list: read, counted whole, refused with what would do; scanned from the command line without a store."""

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from upstream.cli.main import main
from upstream.errors import BadInput
from upstream.measures.event_files import OTHER_GRID, events_in_file

ROWS = """Date,Easting,Northing,Type
2024-03-02,400100,300000,Burglary
2024-03-01,400000,300000,Burglary
2024-03-09,400000,300050,Robbery
soon,400000,300000,Burglary
2024-03-04,,300000,Burglary
2024-03-05,90000000,300000,Burglary
"""


def listed(folder: Path, text: str) -> Path:
    path = folder / "events.csv"
    path.write_text(text, "utf-8")
    return path


def test_every_row_asked_for_is_used_or_left_out_with_its_line(tmp_path: Path) -> None:
    found = events_in_file(listed(tmp_path, ROWS), types=("Burglary",))
    assert found.day.tolist() == [dt.date(2024, 3, 1), dt.date(2024, 3, 2)]
    assert found.easting.tolist() == [400000, 400100]
    assert found.read == 5
    assert {(one.reason, one.count) for one in found.left_out} == {
        ("no day that can be read (YYYY-MM-DD), line 5", 1),
        ("no point that can be read, line 6", 1),
        ("a point outside Great Britain, line 7", 1),
    }
    assert (found.of.first, found.of.last) == (dt.date(2024, 3, 1), dt.date(2024, 3, 2))


def test_days_narrow_it_and_bound_what_was_asked(tmp_path: Path) -> None:
    found = events_in_file(listed(tmp_path, ROWS), first=dt.date(2024, 3, 2), last=dt.date(2024, 3, 31))
    assert found.day.tolist() == [dt.date(2024, 3, 2), dt.date(2024, 3, 9)]
    assert found.of.last == dt.date(2024, 3, 31)


def test_degrees_become_metres_of_the_grid(tmp_path: Path) -> None:
    text = "date,longitude,latitude\n2024-03-01,1.716073972,52.658007833\n"
    found = events_in_file(listed(tmp_path, text))
    np.testing.assert_allclose([found.easting[0], found.northing[0]], [651409.804, 313177.450], atol=0.001)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no rows"),
        ("when,easting,northing\n2024-03-01,1,2\n", "has the columns when"),
        ("date,easting,northing\n2024-03-01,-2.1,52.5\n", "degrees"),
        ("date,x,y\n2024-03-01,-2.1,52.5\n", "degrees"),
        ("date,x,y\nsoon,400000,300000\n", "No row"),
        ("date,x,y\n2024-03-01,a,b\n", "No row"),
        ("date,longitude,latitude\n2024-03-01,52.5,-2.1\n", "exchanged"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_can(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        events_in_file(listed(tmp_path, text))


def test_types_need_their_column_and_another_grid_is_kept_apart(tmp_path: Path) -> None:
    path = listed(tmp_path, "date,x,y\n2024-03-01,5000000,300000\n")
    assert events_in_file(path).table == OTHER_GRID
    with pytest.raises(BadInput, match="and type"):
        events_in_file(path, types=("Arson",))


class TestFromTheCommandLine:
    @pytest.fixture(autouse=True)
    def _where(self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        monkeypatch.chdir(tmp_path)  # no settings and no store are here

    def said(self, *arguments: str) -> tuple[int, str]:
        try:
            main(["scan", *arguments])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        told = self.capsys.readouterr()
        return code, told.out + told.err

    def test_near_repeats_and_clusters_of_a_list_need_no_store(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(7)
        first = dt.date(2024, 1, 1)
        rows = [
            f"{first + dt.timedelta(days=int(day))},{x:.0f},{y:.0f}"
            for day, x, y in zip(rng.integers(0, 200, 80), *rng.uniform(0, 4000, (2, 80)), strict=True)
        ]
        path = str(listed(tmp_path, "date,x,y\n" + "\n".join(rows)))
        code, text = self.said("near-repeat", "--events", path, "--permutations", "99", "--json")
        found = json.loads(text)
        assert (code, found["events"], found["dated_by_recording"]) == (0, 80, 0)
        code, text = self.said("clusters", "--events", path, "--json")
        assert (code, json.loads(text)["events"]) == (0, 80)
        code, text = self.said("near-repeat", "--events", path, "--out", str(tmp_path / "risk.geojson"))
        assert code != 0
        assert "unknown grid" in text

    def test_areas_belong_to_the_store_and_the_store_wants_a_last_day(self, tmp_path: Path) -> None:
        code, text = self.said("clusters", "--events", str(listed(tmp_path, ROWS)), "--area", "A")
        assert code != 0
        assert "has no areas" in text
        code, text = self.said("clusters", "--type", "Burglary")
        assert code != 0
        assert "--to YYYY-MM-DD" in text


@pytest.mark.parametrize("command", [("assess", "effect"), ("assess", "pool")])
def test_a_list_that_is_no_text_is_refused_by_every_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(b"unit,period,count\n\xff\xfe\x00,2022-01,3\n")
    with pytest.raises(BadInput, match="cannot be read as CSV"):
        events_in_file(path)
    given = ("--treated", "a", "--start", "2022-01") if command[1] == "effect" else ()
    with pytest.raises(SystemExit):
        main([*command, str(path), *given])
    assert "cannot be read as CSV" in capsys.readouterr().err
