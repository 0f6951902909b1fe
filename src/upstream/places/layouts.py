"""Open data files about small areas, recognised by their columns: look-ups, populations, deprivation.

The spellings are those of the Office for National Statistics (``LSOA21CD``) and of the packages that tidy them
(``lsoa21_code``). A row becomes facts, each for one table about places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from upstream.errors import BadInput
from upstream.places.tables import (
    AREAS,
    CHANGES,
    DEPRIVATION,
    DISTRICTS,
    GROUPS,
    LEVELS,
    OUTPUT_AREAS,
    POPULATION,
    RURALITY,
    Fact,
    PlaceTable,
)

Facts = list[tuple[PlaceTable, Fact]]

CODE: Final = re.compile(r"[A-Z]\d{8}")
"""Codes of the Government Statistical Service: a letter and eight digits, for example E01012049."""

VINTAGES: Final = (2011, 2021)

ONLY_INDEX: Final = {2021: 2025}
"""Census of the small areas -> the one English index of deprivation published on them (2011 areas have two)."""

_LSOA: Final = re.compile(r"lsoa(20)?(11|21)_?(code|cd|name|nm)")
_LEVELS: Final = {"district": r"(?:l?tla|lad)", "csp": "csp", "force": "pfa"}
_OUTPUT_AREA: Final = re.compile(r"oa(20)?(11|21)_?(code|cd)")
_LOWER: Final = {"ward": r"(?:ward|wd)", "beat": "beat", "policing_area": r"(?:lpa|policing_?area)"}
"""Areas that a census of small areas knows nothing of: each edition of theirs is held by itself."""
_LONGEST_CODE: Final = 40
_RURALITY: Final = re.compile(r"ruc(20)?(11|21)_?(code|cd)")
_KIND_OF_PLACE: Final = re.compile(r"classification|ruc(20)?(11|21)_?(name|nm)")
_RURAL_CODES: Final = {2011: ("D", "E", "F"), 2021: ("R",)}
"""How rural codes begin. Source: Office for National Statistics, 2011 and 2021 rural-urban classifications."""
_INDEX: Final = re.compile(r"(.+?)_?(score|rank|decile)", re.IGNORECASE)
_CHANGE: Final = ("change_code", "chgind", "chnind", "change")
_RESIDENTS: Final = (
    "total_population",
    "total_residents",
    "residents",
    "population",
    "usual_residents",
    "all_ages",
    "total",
)
_HOUSEHOLDS: Final = ("total_households", "households")
_YEAR_COLUMN: Final = re.compile(r"mid_?(20\d\d)")
_CHANGES: Final = {"U": "unchanged", "S": "split", "M": "merged", "X": "irregular"}


class Refusal(Exception):
    """A row that cannot be used, with the reason."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of one file are read.

    Attributes
    ----------
    what
        What was recognised, for the reader.
    facts
        Cells of a row (header -> text) -> facts; raises :class:`Refusal`.
    """

    what: str
    facts: Callable[[dict[str, str]], Facts]


def _columns(headers: Sequence[str], part: str) -> dict[int, str]:
    """Vintage -> header of the LSOA code or name."""
    found: dict[int, str] = {}
    for header in headers:
        match = _LSOA.fullmatch(header.strip().lower())
        if match and (match[3] in ("code", "cd")) == (part == "code"):
            found.setdefault(2000 + int(match[2]), header)
    return found


def _one_vintage(headers: Sequence[str], what: str) -> tuple[int, str]:
    codes = _columns(headers, "code")
    if len(codes) != 1:
        raise BadInput(
            f"The file is not a {what} file: it has {'no' if not codes else 'more than one'} LSOA code column.",
            allowed="one of lsoa11_code, LSOA11CD, lsoa21_code, LSOA21CD",
            remedy=f"Headers found: {', '.join(headers)}.",
        )
    return next(iter(codes.items()))


def _code(row: dict[str, str], header: str) -> str:
    code = row[header].strip().upper()
    if not CODE.fullmatch(code):
        raise Refusal(f"{header} is not an area code" if code else f"{header} is blank")
    return code


def _level(headers: Sequence[str], level: str, part: str) -> str | None:
    """Header of the newest edition of an area level, for example ltla24_code or LAD22CD."""
    ending = "(?:code|cd)" if part == "code" else "(?:name|nm)"
    pattern = re.compile(rf"{_LEVELS[level]}(?:20)?(\d\d)_?{ending}")
    found = [(match[1], header) for header in headers if (match := pattern.fullmatch(header.strip().lower()))]
    return max(found)[1] if found else None


def _edition(headers: Sequence[str]) -> int:
    """Year of the newest area codes: 2024 for ltla24_code; 0 without any."""
    found = [_level(headers, level, "code") for level in _LEVELS]
    return max((2000 + int(re.sub(r"\D", "", header)[-2:]) for header in found if header), default=0)


def _area_reader(headers: Sequence[str]) -> Callable[[dict[str, str]], tuple[str | None, ...]]:
    """Reads district, CSP and force (code, name each) of a row; several CSPs of a district are none of it alone."""
    wanted = [_level(headers, level, part) for level in _LEVELS for part in ("code", "name")]

    def read(row: dict[str, str]) -> tuple[str | None, ...]:
        cells = [row[header].strip() if header else "" for header in wanted]
        if ";" in cells[2]:
            cells[2] = cells[3] = ""
        return tuple(cell or None for cell in cells)

    return read


def area_facts(headers: Sequence[str]) -> Callable[[dict[str, str]], Facts]:
    """Facts about one LSOA's name and areas from the columns (or properties) of one vintage."""
    vintage, code = _one_vintage(headers, "boundary or look-up")
    name = _columns(headers, "name").get(vintage)
    areas, edition = _area_reader(headers), _edition(headers)

    def read(row: dict[str, str]) -> Facts:
        held = (True, None) if vintage == VINTAGES[0] else (None, True)
        label = row[name].strip() or None if name else None
        return [(AREAS, (_code(row, code), label, *held, *areas(row), edition))]

    return read


@dataclass(frozen=True, slots=True)
class _Lower:
    """Columns of one level in a file: its code, its name (or none), and the year of its boundaries."""

    level: str
    code: str
    name: str | None
    edition: int


def _lower_levels(headers: Sequence[str], year: int | None) -> list[_Lower]:
    """Levels below the district that a file has, the newest edition of each."""
    found = []
    for level, words in _LOWER.items():
        columns: dict[str, dict[int, str]] = {"code": {}, "name": {}}
        for header in headers:
            match = re.fullmatch(rf"{words}(?:20)?(\d\d)?_?(code|cd|name|nm)", header.strip().lower())
            if match:
                dated = 2000 + int(match[1]) if match[1] else year or 0
                columns["code" if match[2] in ("code", "cd") else "name"][dated] = header
        if columns["code"]:
            edition, code = max(columns["code"].items())
            if not edition:
                raise BadInput(f"Nothing says of when these are: {code}.", remedy="Give --year, for example 2025.")
            found.append(_Lower(level, code, columns["name"].get(edition), edition))
    return found


def _lower_facts(levels: Sequence[_Lower], vintage: int, code: str) -> Callable[[dict[str, str]], Facts]:
    def read(row: dict[str, str]) -> Facts:
        lsoa, facts = _code(row, code), Facts()
        for one in levels:
            area = row[one.code].strip()
            if len(area) > _LONGEST_CODE or (one.level == "ward" and area and not CODE.fullmatch(area)):
                raise Refusal(f"{one.code} is not an area code")
            name = row[one.name].strip() if one.name else ""
            if area:
                facts.append((LEVELS, (lsoa, one.level, one.edition, vintage, area, name or area)))
        return facts

    return read


def _output_area_facts(headers: Sequence[str]) -> Callable[[dict[str, str]], Facts]:
    vintage, lsoa = _one_vintage(headers, "look-up of output areas")
    own = next(header for header in headers if _OUTPUT_AREA.fullmatch(header.strip().lower()))
    return lambda row: [(OUTPUT_AREAS, (_code(row, own), vintage, _code(row, lsoa)))]


def lookup_layout(headers: Sequence[str], year: int | None = None) -> Layout:
    """Recognise a look-up: 2011 to 2021 codes, LSOA to areas, output area to LSOA, LSOA to rural or urban, or district
    to CSP and force; ``year`` dates the beats, wards or policing areas of a file whose columns do not.

    Raises
    ------
    BadInput
        The columns are none of the five.
    """
    codes = _columns(headers, "code")
    if len(codes) == 1 and any(_RURALITY.fullmatch(header.strip().lower()) for header in headers):
        return Layout(f"{next(iter(codes))} LSOAs to rural or urban", _rurality_facts(headers))
    if set(codes) == set(VINTAGES):
        return Layout("2011 to 2021 LSOA codes", _change_facts(headers, codes))
    if len(codes) == 1 and any(_OUTPUT_AREA.fullmatch(header.strip().lower()) for header in headers):
        return Layout(f"output areas to {next(iter(codes))} LSOAs", _output_area_facts(headers))
    district, lower = _level(headers, "district", "code"), _lower_levels(headers, year)
    if len(codes) == 1 and (district or lower):
        return _areas_layout(headers, codes, district, lower)
    if not codes and district and _level(headers, "force", "code"):
        return Layout("districts to partnerships and forces", _district_facts(headers))
    raise BadInput(
        "The file is not a look-up that is known.",
        allowed="lsoa11_code with lsoa21_code; an LSOA code with ltlaNN_code, LADNNCD, wardNN_code, WDNNCD, beat_code, "
        "lpa_code, oaNN_code or rucNN_code; ltlaNN_code with pfaNN_code",
        remedy=f"Headers found: {', '.join(headers)}.",
    )


def _areas_layout(headers: Sequence[str], codes: dict[int, str], district: str | None, lower: list[_Lower]) -> Layout:
    """LSOAs to their districts, partnerships and forces, to areas of the levels below them, or to both."""
    vintage, code = next(iter(codes.items()))
    own = area_facts(headers) if district else None
    below = _lower_facts(lower, vintage, code)
    names = ["areas"] if district else []
    names += [f"{one.level.replace('_', ' ')}s of {one.edition}" for one in lower]
    return Layout(
        f"{vintage} LSOAs to their {' and '.join(names)}",
        lambda row: [*(own(row) if own else ()), *below(row)],
    )


def _rurality_facts(headers: Sequence[str]) -> Callable[[dict[str, str]], Facts]:
    vintage, code = _one_vintage(headers, "rural-urban")
    coded, matched = next((h, m) for h in headers if (m := _RURALITY.fullmatch(h.strip().lower())))
    words = next((h for h in headers if _KIND_OF_PLACE.fullmatch(h.strip().lower())), coded)
    edition = 2000 + int(matched[2])

    def read(row: dict[str, str]) -> Facts:
        kind = row[coded].strip().upper()
        if not kind:
            raise Refusal(f"{coded} is blank")
        rural = kind.startswith(_RURAL_CODES[edition])
        return [(RURALITY, (_code(row, code), vintage, kind, row[words].strip() or kind, rural))]

    return read


def _change_facts(headers: Sequence[str], codes: dict[int, str]) -> Callable[[dict[str, str]], Facts]:
    change = next((header for header in headers if header.strip().lower() in _CHANGE), None)
    if change is None:
        raise BadInput("The look-up says no kind of change.", allowed=f"a column {_CHANGE[0]} with U, S, M or X")
    names, areas, edition = _columns(headers, "name"), _area_reader(headers), _edition(headers)

    def read(row: dict[str, str]) -> Facts:
        old, new = (_code(row, codes[vintage]) for vintage in VINTAGES)
        kind = row[change].strip().upper()
        if kind not in _CHANGES:
            raise Refusal(f"{change} is not U, S, M or X")
        labels = [row[names[vintage]].strip() or None if vintage in names else None for vintage in VINTAGES]
        facts: Facts = [(CHANGES, (old, new, kind))]
        if old != new:
            # what it was part of is only sure where it was not cut
            sure = areas(row) if kind in "UM" else (None,) * 6
            facts.append((AREAS, (old, labels[0], True, None, *sure, edition)))
        facts.append((AREAS, (new, labels[1], True if old == new else None, True, *areas(row), edition)))
        return facts

    return read


def _district_facts(headers: Sequence[str]) -> Callable[[dict[str, str]], Facts]:
    areas = _area_reader(headers)

    def read(row: dict[str, str]) -> Facts:
        district, name, csp, csp_name, force, force_name = areas(row)
        if not district or not CODE.fullmatch(district):
            raise Refusal("the district has no area code")
        return [(DISTRICTS, (district, csp or "", name, csp_name, force, force_name))]

    return read


def population_layout(headers: Sequence[str], period: str | None) -> Layout:
    """Recognise a population file: one total or a column a mid-year, households, and counts by group.

    Parameters
    ----------
    headers
        Of the file.
    period
        What the totals are of ("census-2021", "mid-2020"); ``None`` where the columns name their years.

    Raises
    ------
    BadInput
        No LSOA code, no counts, or nobody says of when.
    """
    vintage, code = _one_vintage(headers, "population")
    plain = {header: re.sub(r"[^a-z0-9]+", "_", header.strip().lower()).strip("_") for header in headers}
    years = {header: f"mid-{match[1]}" for header, name in plain.items() if (match := _YEAR_COLUMN.fullmatch(name))}
    total = next((h for name in _RESIDENTS for h in headers if plain[h] == name), None)
    households = next((h for name in _HOUSEHOLDS for h in headers if plain[h] == name), None)
    names = set(_columns(headers, "name").values())
    groups = [h for h in headers if h not in {code, total, households, *years, *names} and h.strip()]
    if not years and period is None and total and households:
        # mid-year estimates count people only; people and households together are a census
        period = f"census-{vintage}"
    if not years and period is None:
        raise BadInput(
            "Nothing says when this population was counted.",
            remedy="Give --period, for example census-2021 or mid-2020, or keep it in the file's name.",
        )
    if not years and total is None and not groups:
        raise BadInput(
            "The file has no counts.", allowed=f"one of {', '.join(_RESIDENTS)}; midYYYY; or counts by group"
        )

    def read(row: dict[str, str]) -> Facts:
        lsoa = _code(row, code)
        facts: Facts = [(POPULATION, (lsoa, when, vintage, _count(row, h), None)) for h, when in years.items()]
        if total or households:
            counts = (_count(row, total) if total else None, _count(row, households) if households else None)
            facts.append((POPULATION, (lsoa, str(period), vintage, *counts)))
        when = period or next(iter(years.values()))
        return [*facts, *((GROUPS, (lsoa, when, h.strip(), vintage, _count(row, h))) for h in groups)]

    return Layout(f"population of {vintage} LSOAs, {period or ', '.join(years.values())}", read)


def _count(row: dict[str, str], header: str) -> int:
    text = row[header].strip().replace(",", "")
    # more digits than any count has would not fit a whole number of the table
    if not re.fullmatch(r"\d{1,12}(\.0+)?", text):
        raise Refusal(f"{header} is not a count" if text else f"{header} is blank")
    return int(text.partition(".")[0])


def deprivation_layout(headers: Sequence[str], year: int | None) -> Layout:
    """Recognise an index of deprivation: score, rank or decile of one or more domains.

    Raises
    ------
    BadInput
        No LSOA code, no such column, or nobody says of which year.
    """
    vintage, code = _one_vintage(headers, "deprivation")
    domains: dict[str, dict[str, str]] = {}
    for header in headers:
        match = _INDEX.fullmatch(header.strip())
        if match:
            domains.setdefault(match[1].lower(), {})[match[2].lower()] = header
    if not domains:
        raise BadInput(
            "The file has no index of deprivation.",
            allowed="columns such as IMD_score, IMD_rank, IMD_decile",
            remedy=f"Headers found: {', '.join(headers)}.",
        )
    year = year or ONLY_INDEX.get(vintage)
    if year is None:
        raise BadInput("Nothing says which year's index this is.", remedy="Give --year, for example 2019.")

    def read(row: dict[str, str]) -> Facts:
        lsoa = _code(row, code)
        return [
            (
                DEPRIVATION,
                (
                    lsoa,
                    year,
                    domain,
                    vintage,
                    _number(row, parts.get("score")),
                    _place(row, parts.get("rank"), 1_000_000),
                    _place(row, parts.get("decile"), 10),
                ),
            )
            for domain, parts in domains.items()
        ]

    return Layout(f"deprivation {year} of {vintage} LSOAs, {len(domains)} domains", read)


def _number(row: dict[str, str], header: str | None) -> float | None:
    if header is None:
        return None
    try:
        number = float(row[header])
    except ValueError:
        raise Refusal(f"{header} is not a number") from None
    if number != number or abs(number) == float("inf"):
        raise Refusal(f"{header} is not a number")
    return number


def _place(row: dict[str, str], header: str | None, highest: int) -> int | None:
    if header is None:
        return None
    place = _count(row, header)
    if not 1 <= place <= highest:
        raise Refusal(f"{header} is not from 1 to {highest}")
    return place
