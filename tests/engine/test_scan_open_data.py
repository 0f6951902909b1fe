"""Scans of real open data: counts are those of the files, points lie where they should, and what is shared is said."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from upstream.measures.events import Events, EventsOf, events
from upstream.places.add import add_places
from upstream.places.national_grid import by_formula
from upstream.records.sources import police_uk
from upstream.scan.back_test import back_test
from upstream.scan.concentration import concentrated
from upstream.scan.hot_spots import hot_spots
from upstream.scan.study import Study, counts_of, place_events, study_of
from upstream.store import ReadingScope, Store

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("scan-open-data")]
MONTHS = ("2021-05", "2021-06", "2021-07", "2021-08")
OF = EventsOf(dt.date(2021, 5, 1), dt.date(2021, 8, 31), types=("Burglary",), force="northumbria")


@pytest.fixture(scope="module")
def rows(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, str]], Store]:
    """Four months of Northumbria with the outlines of its 2011 small areas."""
    folder = tmp_path_factory.mktemp("northumbria")
    files, found = [], []
    with zipfile.ZipFile(shared_data / "police-uk" / "northumbria-street.zip") as held:
        for name in held.namelist():
            if Path(name).name[:7] in MONTHS:
                files.append(folder / Path(name).name)
                files[-1].write_bytes(held.read(name))
                found += list(csv.DictReader(io.StringIO(held.read(name).decode("utf-8-sig"))))
    store = Store(folder / "store")
    police_uk.add(store, files, who="tests")
    add_places(store, "lsoa", shared_data / "geography" / "lsoa11_northumbria.geojson.gz", who="tests")
    return [row for row in found if row["Crime type"] == "Burglary"], store


@pytest.fixture(scope="module")
def found(rows: tuple[list[dict[str, str]], Store]) -> Events:
    return events(OF, rows[1], ReadingScope("tests", "open data", frozenset()))


@pytest.fixture(scope="module")
def study(rows: tuple[list[dict[str, str]], Store], found: Events) -> Study:
    return study_of(found, rows[1])


def test_every_row_is_an_event_or_is_left_out(rows: tuple[list[dict[str, str]], Store], found: Events) -> None:
    own = rows[0]
    blank = sum(not row["Longitude"] for row in own)
    assert found.read == len(own) > 1_500
    assert {one.reason: one.count for one in found.left_out} == ({"no coordinates": blank} if blank else {})
    assert found.shared_points
    assert len({(x, y) for x, y in zip(found.easting, found.northing, strict=True)}) < 0.9 * len(found.day)
    placed = [(float(row["Longitude"]), float(row["Latitude"])) for row in own if row["Longitude"]]
    rough = by_formula(*(np.array(axis) for axis in zip(*placed, strict=True)))
    # the formula is good to about five metres, so sorted eastings agree to that
    assert np.sort(found.easting) == pytest.approx(np.sort(rough[:, 0]), abs=5)
    assert np.sort(found.northing) == pytest.approx(np.sort(rough[:, 1]), abs=5)


def test_small_areas_are_those_of_the_file_and_points_mostly_agree(
    rows: tuple[list[dict[str, str]], Store], found: Events, study: Study
) -> None:
    counts = counts_of(study, place_events(study, found))
    by_code = Counter(row["LSOA code"] for row in rows[0] if row["Longitude"])
    assert {code: int(n) for code, n in zip(study.keys.tolist(), counts.tolist(), strict=True) if n} == {
        code: n for code, n in by_code.items() if code in set(study.keys.tolist())
    }
    at = place_events(study, found).at
    held = at >= 0
    agree = shapely.contains_xy(study.outlines[at[held]], found.easting[held], found.northing[held]).mean()
    assert 0.75 < agree < 0.97  # outlines are generalised: about nine in ten


def test_real_burglary_is_concentrated_and_has_hot_spots(found: Events, study: Study) -> None:
    rng = np.random.default_rng(1)
    few = concentrated(found, study, rng=rng, simulations=29)
    assert few.found.needed_share[1] < 0.75 * few.found.by_chance[1]
    spots = hot_spots(found, study, rng=rng, permutations=199)
    assert 1 <= (spots.called == "hot").sum() <= 60
    assert len(study) == 916
    tested = back_test(found, study, rng=rng, tested=2, areas=(0.05,))
    assert all(0 < score.efficiency <= 1 for score in tested.scores)
