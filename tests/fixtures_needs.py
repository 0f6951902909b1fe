"""A small force of 40 small areas with everything that an index of needs is made of, and its records as plain rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.places.add import add_places
from upstream.records.contract import contract
from upstream.store import Store, mark_personal

SMALL_AREAS = 40
AREAS = {"A": "Northing", "B": "Southing"}
FIRST_DAY, DAYS = dt.date(2021, 7, 1), 365
_TYPES = {"text": pa.string(), "category": pa.string(), "pseudonym": pa.string(), "date": pa.date32(),
          "timestamp": pa.timestamp("us", "UTC"), "integer": pa.int64(), "number": pa.float64(),
          "boolean": pa.bool_()}  # fmt: skip


@dataclass(frozen=True)
class NeedsForce:
    """The store, and what was put in it."""

    store: Store
    folder: Path
    codes: list[str]
    residents: dict[str, int]
    rural: dict[str, bool]
    white: dict[str, int]
    income: dict[str, float]
    crimes: list[dict[str, Any]]
    incidents: list[dict[str, Any]]
    people: list[dict[str, Any]]


class Quiet:
    """A progress that nobody watches."""

    def say(self, words: str) -> None:
        """Nothing."""

    def rests_on(self, versions: Any, engine_version: str) -> None:
        """Nothing."""


def put(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    held = contract(table)
    schema = pa.schema([(column.name, _TYPES[column.type]) for column in held.columns])
    schema = mark_personal(schema, [column.name for column in held.columns if column.personal])
    path = store.folder(table) / "all.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    store.commit(table, schema=schema, note={}, made_from=None, add=[path])


def build_needs_force(folder: Path) -> NeedsForce:
    rng = np.random.default_rng(20_264)
    codes = [f"E0{1000001 + i}" for i in range(SMALL_AREAS)]
    people = {code: int(n) for code, n in zip(codes, rng.integers(900, 2600, SMALL_AREAS), strict=True)}
    people[codes[-1]] = 40  # too few to be ranked
    rural = {code: bool(rng.random() < 0.3) for code in codes}
    white = {code: int(people[code] * rng.uniform(0.3, 0.95)) for code in codes}
    income = {code: round(float(rng.uniform(0, 0.5)), 3) for code in codes}
    store = Store(folder / "store")
    _places(store, folder, codes, people, rural, white, income)
    crimes, incidents, involved = _records(rng, codes)
    for table, rows in (("crimes", crimes), ("incidents", incidents), ("people_in_crimes", involved)):
        put(store, table, rows)
    (folder / "upstream.toml").write_text(
        '[force]\nkey = "test"\nname = "Test"\n[store]\npath = "store"\n'
        + "".join(f'[[areas]]\ncode = "{code}"\nname = "{name}"\n' for code, name in AREAS.items())
    )
    return NeedsForce(store, folder, codes, people, rural, white, income, crimes, incidents, involved)


def _places(
    store: Store, folder: Path, codes: list[str], people: dict[str, int], rural: dict[str, bool],
    white: dict[str, int], income: dict[str, float],
) -> None:  # fmt: skip
    header = "lsoa21_name,lsoa21_code,ltla24_name,ltla24_code,csp24_code,csp24_name,pfa24_code,pfa24_name"
    half = SMALL_AREAS // 2
    rows = [f"{'North' if i < half else 'South'}ing {i:03d}A,{code}," +
            ("Northing,A,A,Northing" if i < half else "Southing,B,B,Southing") + ",F,Test"
            for i, code in enumerate(codes)]  # fmt: skip
    households = [f"{code},{n},{n // 2}" for code, n in people.items()]
    ruc = [f"{code},{'RLN1,Larger rural,Rural' if rural[code] else 'UN1,Urban,Urban'}" for code in codes]
    groups = [f"{code},{white[code]},{people[code] - white[code]}" for code in codes]
    scores = [f"{code},{income[code]},{1 - income[code]:.3f},{income[code] / 2:.4f}" for code in codes]
    files = {
        "lookup": ("lookup.csv", header, rows),
        "population": ("census2021.csv", "lsoa21_code,total_residents,total_households", households),
        "rurality": ("ruc.csv", "lsoa21_code,ruc21_code,classification,ruc", ruc),
        "groups": ("census2021_groups.csv", "lsoa21_code,White,Other", groups),
        "deprivation": ("imd2025.csv", "lsoa21_code,Income_score,Health_score,Education_score", scores),
    }
    kinds = {"rurality": "lookup", "groups": "population"}
    for what, (name, head, lines) in files.items():
        path = folder / name
        path.write_text("\n".join([head, *lines]) + "\n")
        added = add_places(store, kinds.get(what, what), path, who="tests")
        assert added.quarantined == 0, (name, added.reasons)


def _records(rng: np.random.Generator, codes: list[str]) -> tuple[list[dict[str, Any]], ...]:
    pull = rng.dirichlet(np.full(SMALL_AREAS, 1.5))
    kinds = ("violence_with_injury", "residential_burglary", "drug_offences", "personal_robbery", "shoplifting")
    half = SMALL_AREAS // 2
    crimes: list[dict[str, Any]] = []
    for at in range(3000):
        place = int(rng.choice(SMALL_AREAS, p=pull))
        crimes.append(
            {
                "crime_ref": f"C{at}",
                "record_kind": "crime",
                "status": str(rng.choice(["recorded", "cancelled"], p=[0.95, 0.05])),
                "recorded_on": FIRST_DAY + dt.timedelta(days=int(rng.integers(DAYS))),
                "area": "A" if place < half else "B",
                "lsoa": codes[place] if rng.random() > 0.02 else None,
                "category": str(rng.choice(kinds)),
                "offence_code": None,
            }
        )
    incidents = []
    for at in range(1500):
        place, day = int(rng.choice(SMALL_AREAS, p=pull)), FIRST_DAY + dt.timedelta(days=int(rng.integers(DAYS)))
        incidents.append(
            {
                "incident_ref": f"I{at}",
                "opened_at": dt.datetime.combine(day, dt.time(12), dt.UTC),
                "opened_on": day,
                "incident_type": str(rng.choice(["asb_nuisance", "asb_personal", "transport"])),
                "area": "A" if place < half else "B",
                "lsoa": codes[place],
            }
        )
    involved = [
        {
            "crime_ref": crime["crime_ref"],
            "person": f"p{int(rng.integers(900))}",
            "role": str(rng.choice(["victim", "suspect"], p=[0.8, 0.2])),
            "recorded_on": crime["recorded_on"],
            "business": bool(rng.random() < 0.1),
            "area": crime["area"],
        }
        for crime in crimes
    ]
    return crimes, incidents, involved


@pytest.fixture(scope="session")
def needs_force(tmp_path_factory: pytest.TempPathFactory) -> NeedsForce:
    """The small force, built once a session."""
    return build_needs_force(tmp_path_factory.mktemp("needs"))
