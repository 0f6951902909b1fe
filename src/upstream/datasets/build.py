"""The synthetic force: records to play with, calibrated to what a real force published, with truths planted in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from upstream.datasets import ages, caseload, crime_tables, custody, demand, outcomes, planted, returns, surveys
from upstream.datasets.crimes import Crimes, draw_crimes
from upstream.datasets.geography import SmallAreas, invent_map, write_places
from upstream.datasets.partners import write_partner_tables
from upstream.datasets.people import draw_parties
from upstream.datasets.setting import Setting
from upstream.datasets.targets import PUBLIC_ORDER_STEP, Targets, monthly_targets
from upstream.datasets.writing import Coded, TableFile, references
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.periods import months as span

Progress = Callable[[str, float], None]

FIRST: Final = Month(2018, 7)
LAST: Final = Month(2022, 6)
SEED: Final = 2022
# invented names; no such places
_FORCES: Final = (
    "Marchwold",
    "Ostrelland",
    "Tavenshire",
    "Corrowmoor",
    "Whitlandsea",
    "Penhallow Isle",
    "Dunmarrow",
    "Elverley",
)
_AREAS: Final = (
    ("A", "South Merrowvale"),
    ("B", "North Merrowvale"),
    ("C", "Hollinmarch"),
    ("D", "Saltersmoor"),
    ("E", "Tarnwick & Eskerby"),
)
_DAYS_TO_READ: Final = 5


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was built.

    Attributes
    ----------
    folder : Path
        Where it is.
    force, name : str
        Key and invented name.
    seed, scale : int, float
        What it was built from.
    first, last : Month
        Months held, both included.
    tables : dict
        File name and rows of each table.
    places : list of str
        Files of the map.
    planted : dict
        The planted truths; see :class:`upstream.datasets.planted.Planted` and
        :class:`upstream.datasets.partners.PlantedByPartners`.
    others : tuple of Manifest
        Further forces, when more than one was asked for.
    """

    folder: Path
    force: str
    name: str
    seed: int
    scale: float
    first: Month
    last: Month
    tables: dict[str, dict[str, Any]]
    places: list[str]
    planted: dict[str, Any]
    others: tuple[Manifest, ...] = ()


@dataclass(frozen=True, slots=True)
class _Folder:
    """Where tables are written, and how many rows each has."""

    path: Path
    rows: dict[str, int]

    def write(self, table: str, batches: Iterable[dict[str, Any]]) -> None:
        """One table, batch by batch."""
        out = TableFile(self.path, table)
        for batch in batches:
            out.add(batch)
        out.close()
        self.rows[table] = out.rows


def _write_commentary(folder: Path) -> None:
    """The example commentary, which speaks of June 2022 and the year before it."""
    folder.mkdir(exist_ok=True)
    for example in sorted((Path(__file__).parent / "commentary").glob("*.md")):
        (folder / example.name).write_bytes(example.read_bytes())


def _settings(key: str, name: str, *, commentary: bool) -> str:
    lines = ["[force]", f'key = "{key}"', f'name = "{name}"', ""]
    for code, area in _AREAS:
        lines += ["[[areas]]", f'code = "{code}"', f'name = "{area}"', ""]
    report = ["[report]", 'commentary = "commentary"', ""] if commentary else []
    return "\n".join([*lines, "[store]", 'path = "store"', "", *report])


def _crimes_and_people(
    folder: _Folder, setting: Setting, targets: Targets, small: SmallAreas
) -> tuple[Crimes, planted.Planted]:
    """Everything that hangs on crimes: people, outcomes, arrests, investigations, offenders, returns."""
    crimes = draw_crimes(targets, small, setting.scale, setting.rng)
    truths = planted.plant(crimes, small, setting, _step(targets))
    parties = draw_parties(crimes, setting)
    refs = references(f"{setting.force[:2].upper()}C", 1, crimes.month.size)
    folder.write("iom_cohort", [caseload.manage_offenders(crimes, parties, setting)])
    folder.write("outcomes", [outcomes.outcome_columns(crimes, refs, setting)])
    folder.write("arrests", [custody.arrest_columns(crimes, parties, setting)])
    folder.write("open_investigations", caseload.investigation_batches(crimes, refs, setting))
    folder.write("returns", [returns.returns_columns(crimes, setting)])
    kept = planted.half_uploaded(crimes, setting)
    folder.write("crimes", [_rows(crime_tables.crime_columns(crimes, refs, small, setting), kept)])
    known = parties.of(kept[parties.crime])
    folder.write("people_in_crimes", [crime_tables.people_columns(crimes, known, refs, setting)])
    folder.write(ages.TABLE, [ages.age_columns(crimes, known, refs, setting)])
    return crimes, truths


def _other_tables(folder: _Folder, setting: Setting, targets: Targets, small: SmallAreas) -> None:
    """Demand, surveys and plans, which do not hang on crimes."""
    folder.write("incidents", demand.incident_batches(targets, small, setting))
    folder.write("contacts", demand.contact_batches(setting))
    folder.write("unresourced", [demand.unresourced_columns(setting)])
    folder.write("stop_searches", [custody.search_columns(setting)])
    folder.write("survey_responses", [surveys.survey_columns(setting)])
    folder.write("problem_plans", [caseload.plan_columns(setting)])


def _rows(columns: dict[str, Any], kept: np.ndarray[Any, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in columns.items():
        if isinstance(value, Coded):
            out[name] = Coded(value.index[kept], value.values)
        elif isinstance(value, pa.Array):
            out[name] = pc.filter(value, pa.array(kept))
        else:
            out[name] = value[kept]
    return out


def _step(targets: Targets) -> float | None:
    """Public order after the recording change against the same months of the year before, if both are held."""
    series = targets.crimes[:, 16].sum(axis=0)
    at = PUBLIC_ORDER_STEP.index - targets.months[0].index
    if at < 12 or at >= len(series):
        return None
    after = series[at : at + 5]
    return float(after.sum() / series[at - 12 : at - 12 + after.size].sum())


def _build_one(
    folder: Path, number: int, seed: int, scale: float, months: tuple[Month, ...], tell: Progress
) -> Manifest:
    folder.mkdir(parents=True, exist_ok=True)
    name = _FORCES[number % len(_FORCES)] + (f" {number // len(_FORCES) + 1}" if number >= len(_FORCES) else "")
    key = name.lower().replace(" ", "-")
    rng = np.random.default_rng([seed, number])
    read = np.datetime64(months[-1].last_day) + _DAYS_TO_READ
    setting = Setting(key, [code for code, _ in _AREAS], months, scale, read, f"{key}-{seed}".encode(), rng)
    tables = _Folder(folder, {})
    tell("map", 0.0)
    small = invent_map(rng)
    coded = [(f"SX{i + 1:07d}", area) for i, (_, area) in enumerate(_AREAS)]
    places = write_places(folder / "places", small, coded, (f"SF{number + 1:07d}", name))
    tell("monthly counts", 0.05)
    targets = monthly_targets(months, rng)
    tell("crimes and people", 0.1)
    crimes, truths = _crimes_and_people(tables, setting, targets, small)
    tell("incidents, contacts and the rest", 0.5)
    _other_tables(tables, setting, targets, small)
    tell("partners", 0.9)
    by_partners = write_partner_tables(tables.write, crimes, small, setting, [seed, number])
    explained = months[0] <= FIRST and months[-1] == LAST
    if explained:
        _write_commentary(folder / "commentary")
    (folder / "upstream.toml").write_text(_settings(key, name, commentary=explained), "utf-8")
    manifest = Manifest(
        folder,
        key,
        name,
        seed,
        scale,
        months[0],
        months[-1],
        {table: {"file": f"{table}.parquet", "rows": rows} for table, rows in tables.rows.items()},
        [str(path.relative_to(folder)) for path in places],
        asdict(truths) | asdict(by_partners),
    )
    _write_manifest(manifest)
    tell("done", 1.0)
    return manifest


def _write_manifest(manifest: Manifest) -> None:
    content = {
        "force": manifest.force,
        "name": manifest.name,
        "seed": manifest.seed,
        "scale": manifest.scale,
        "first": str(manifest.first),
        "last": str(manifest.last),
        "tables": manifest.tables,
        "places": manifest.places,
        "planted": manifest.planted,
    }
    (manifest.folder / "manifest.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """What a folder that was built before holds.

    Raises
    ------
    BadInput
        There is no manifest in the folder.
    """
    path = folder / "manifest.json"
    if not path.exists():
        raise BadInput(f"{folder} holds no synthetic force.", remedy="Build one into it first.")
    content = json.loads(path.read_text("utf-8"))
    content["first"], content["last"] = Month.parse(content["first"]), Month.parse(content["last"])
    return Manifest(folder, **content)


def build(
    folder: Path,
    *,
    seed: int = SEED,
    scale: float = 1.0,
    forces: int = 1,
    first: Month = FIRST,
    last: Month = LAST,
    progress: Progress | None = None,
) -> Manifest:
    """Build a synthetic force into a folder, one Parquet file a table.

    Parameters
    ----------
    folder
        Where to write; with several forces each has a folder of its own name inside.
    seed
        The same seed gives the same records.
    scale
        Share of the full size (about 95,000 crimes a year); calibrated at 1.
    forces
        How many; the others are drawn from further streams of the seed.
    first, last
        Months held, both included. Months before April 2021 and after June 2022 are not calibrated.
    progress
        Told what is being done and the share done.

    Raises
    ------
    BadInput
        A scale that is not positive, no force, or a span of less than a month.
    """
    if not scale > 0:
        raise BadInput(f"The scale is {scale}.", allowed="a number above 0; 1 is a real force")
    if forces < 1:
        raise BadInput(f"{forces} forces were asked for.", allowed="1 or more")
    if last < first:
        raise BadInput(f"The last month, {last}, is before the first, {first}.", allowed="first up to last")
    tell = progress or (lambda _step, _share: None)
    held = tuple(span(first, last))
    if forces == 1:
        return _build_one(folder, 0, seed, scale, held, tell)
    built = [
        _build_one(folder / f"force-{number + 1:02d}", number, seed, scale, held, tell) for number in range(forces)
    ]
    head = built[0]
    values = {name: getattr(head, name) for name in Manifest.__slots__ if name != "others"}
    return Manifest(**values, others=tuple(built[1:]))
