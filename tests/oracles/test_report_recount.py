"""The whole report against a recount in pandas, straight from the records and the words of the definitions.

Nothing of ``upstream.measures`` is used to recount: months, windows, limits, flags and changes are worked out again,
slowly and plainly, and compared with what ``measures run --json`` and the report's files say.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from upstream.cli.main import upstream
from upstream.datasets import Manifest

TO = pd.Period("2022-06", "M")
SHOWN = pd.period_range("2020-07", TO, freq="M")
HELD = pd.period_range("2018-07", TO, freq="M")
AREAS = ("force", "A", "B", "C", "D", "E")
DAY = {
    "crimes": "recorded_on", "outcomes": "outcome_on", "people_in_crimes": "recorded_on", "arrests": "arrested_on",
    "incidents": "opened_on", "contacts": "queued_on", "survey_responses": "responded_on", "unresourced": "read_on",
    "open_investigations": "snapshot_on", "problem_plans": "snapshot_on", "iom_cohort": "snapshot_on",
    "returns": "period_to",
}  # fmt: skip
BROKEN = {
    "asb": "2022-02", "crime_public_order": "2022-02",
    "iom_cohort": "2021-10", "iom_suspected_reoffending": "2021-10",
}  # fmt: skip
Lines = dict[str, pd.Series]


@dataclass(frozen=True)
class Counted:
    """A measure as recounted: each area's months above and below the line, its window and its factor."""

    above: Lines
    below: Lines | None = None
    window: int | str = 1
    factor: float = 100.0

    def over(self, area: str, first: pd.Period, last: pd.Period) -> float:
        months = slice(max(first.ordinal - HELD[0].ordinal, 0), last.ordinal - HELD[0].ordinal + 1)
        above = self.above[area].to_numpy()[months].sum()
        if self.below is None:
            return float(above)
        below = self.below[area].to_numpy()[months].sum()
        return float(self.factor * above / below) if below > 0 else np.nan

    def ending(self, area: str, at: pd.Period, window: int | str) -> float:
        return self.over(area, *_span(at, window))


def _financial_year(at: pd.Period) -> int:
    return at.year if at.month >= 4 else at.year - 1


def _span(at: pd.Period, window: int | str) -> tuple[pd.Period, pd.Period]:
    return (pd.Period(f"{_financial_year(at)}-04", "M") if window == "to_date" else at - (int(window) - 1)), at


def _rows(some: pd.DataFrame) -> pd.Series:
    return some.groupby("m").size()


def _lines(rows: pd.DataFrame, met: Any = None, value: Callable[[pd.DataFrame], pd.Series] = _rows) -> Lines:
    met = rows if met is None else rows[met]
    parts = {area: met if area == "force" else met[met.area == area] for area in AREAS}
    counted = {area: value(part).reindex(HELD, fill_value=0).astype(float) for area, part in parts.items()}
    # a month of which the table has no row at all is missing, not zero
    return {area: months.where(months.index.isin(rows.m.unique())) for area, months in counted.items()}


def _read(manifest: Manifest) -> dict[str, pd.DataFrame]:
    held = {}
    for name, column in DAY.items():
        rows = pd.read_parquet(manifest.folder / manifest.tables[name]["file"])
        rows["day"] = pd.to_datetime(rows[column])
        rows["m"] = rows.day.dt.to_period("M")
        if column == "snapshot_on":
            rows = rows[rows.day == rows.groupby("m").day.transform("max")]
        held[name] = rows
    return held


def _seconds(rows: pd.DataFrame, start: str, end: str) -> pd.Series:
    return (rows[end].dt.floor("s") - rows[start].dt.floor("s")).dt.total_seconds()


# --- the measures, from the words of their definitions ------------------------------


def _crimes(rows: pd.DataFrame) -> dict[str, Counted]:
    crime = (rows.record_kind == "crime") & (rows.status != "cancelled")
    found = {
        f"crime_{c}": Counted(_lines(rows, crime & (rows.category == c))) for c in set(rows.category) - {"homicide"}
    }
    found["crime_total"] = Counted(_lines(rows, crime))
    serious = rows.category.isin(["homicide", "violence_with_injury"])
    found["crime_serious_violence"] = Counted(_lines(rows, crime & serious))
    flags = {"crime_alcohol": "alcohol", "rural_crime": "rural", "cyber_crime": "cyber", "knife_crime": "knife",
             "da_offences": "domestic_abuse"}  # fmt: skip
    for key, flag in flags.items():
        found[key] = Counted(_lines(rows, crime & rows[flag]))
    found["homicide"] = Counted(_lines(rows, crime & (rows.category == "homicide")), window=3)
    found["firearm_discharged"] = Counted(_lines(rows, crime & rows.firearm_discharged), window=3)
    neighbourhood = ["residential_burglary", "business_burglary", "personal_robbery", "business_robbery",
                     "vehicle_offences", "theft_from_person"]  # fmt: skip
    found["neighbourhood_crime"] = Counted(_lines(rows, crime & rows.category.isin(neighbourhood)), window=3)
    for key, flag in {"da": "domestic_abuse", "hate": "hate", "vulnerable_adult": "vulnerable_adult",
                      "child_at_risk": "child_at_risk"}.items():  # fmt: skip
        found[f"keyword_{key}"] = Counted(_lines(rows, rows[flag] & (rows.status != "cancelled")))
    return found


def _outcomes(rows: pd.DataFrame) -> dict[str, Counted]:
    charged, sixteen, every = rows.outcome_code.isin(["1", "1A"]), rows.outcome_code == "16", _lines(rows)
    abuse = rows.domestic_abuse
    found = {
        "outcomed": Counted(every),
        "charges": Counted(_lines(rows, charged)),
        "positive_action": Counted(_lines(rows, charged), every),
        "outcome_16": Counted(_lines(rows, sixteen)),
        "outcome_16_share": Counted(_lines(rows, sixteen), every),
        "da_positive_action": Counted(_lines(rows, abuse & charged), _lines(rows, abuse)),
        "da_outcome_16_share": Counted(_lines(rows, abuse & sixteen), _lines(rows, abuse)),
    }
    for code in ("14", "17", "20", "22"):
        given = _lines(rows, rows.outcome_code == code)
        found[f"outcome_spotlight_{code}"] = Counted(given, window=3)
        found[f"outcome_spotlight_share_{code}"] = Counted(given, every, window=3)
    for one in set(rows.category):
        here = rows.category == one
        found[f"outcomed_in_{one}"] = Counted(_lines(rows, here), window="to_date")
        found[f"positive_action_in_{one}"] = Counted(_lines(rows, here & charged), _lines(rows, here), "to_date")
    return found


def _demand(held: dict[str, pd.DataFrame]) -> dict[str, Counted]:
    incidents, calls, reads = held["incidents"], held["contacts"], held["unresourced"]
    asb = incidents.incident_type.isin(["asb_personal", "asb_nuisance", "asb_environmental"])
    found = {
        "incidents": Counted(_lines(incidents)),
        "asb": Counted(_lines(incidents, asb)),
        "mental_health_incidents": Counted(_lines(incidents, incidents.mental_health)),
        "digital_contacts": Counted(_lines(calls, calls.channel == "digital")),
    }
    waited = _seconds(calls, "queued_at", "answered_at")
    for channel, limit in (("999", 10), ("101", 30)):
        of = calls.channel == channel
        found[f"calls_{channel}"] = Counted(_lines(calls, of))
        found[f"calls_{channel}_in_time"] = Counted(_lines(calls, of & (waited <= limit)), _lines(calls, of))
        found[f"calls_{channel}_abandoned"] = Counted(_lines(calls, of & calls.abandoned), _lines(calls, of))
    by_day = (reads.hour >= 8) & (reads.hour <= 22)
    found["unresourced"] = Counted(
        _lines(reads, by_day, lambda some: some.groupby("m").incidents.sum()),
        _lines(reads, by_day, lambda some: some.drop_duplicates(["read_on", "hour"]).groupby("m").size()),
        factor=1.0,
    )
    return found


def _surveys(rows: pd.DataFrame) -> dict[str, Counted]:
    satisfied = rows.answer.isin(["completely_satisfied", "very_satisfied"])
    confident = rows.answer.isin(["strongly_agree", "tend_to_agree"])

    def share(asked: pd.Series, said: pd.Series, window: int) -> Counted:
        def weigh(some: pd.DataFrame) -> pd.Series:
            return some.groupby("m").weight.sum()

        return Counted(_lines(rows, asked & said, weigh), _lines(rows, asked, weigh), window)

    whole = rows.question == "whole_experience"
    windows = {
        "domestic_abuse": ("da", 12),
        "burglary": ("burglary", 6),
        "violent": ("violent", 6),
        "hate": ("hate", 12),
    }
    found = {
        f"satisfaction_{key}": share(whole & (rows.survey == f"victim_{survey}"), satisfied, window)
        for survey, (key, window) in windows.items()
    }
    asked = (rows.survey == "public_perception") & (rows.question == "confidence")
    return found | {
        "public_confidence": share(asked, confident, 12),
        "public_confidence_quarter": share(asked, confident, 3),
    }


def _caseload(held: dict[str, pd.DataFrame]) -> dict[str, Counted]:
    rows, plans = held["open_investigations"], held["problem_plans"]
    found = {
        "open_investigations": Counted(_lines(rows)),
        "investigations_per_workflow": Counted(
            _lines(rows), _lines(rows, None, lambda some: some.groupby("m").workflow.nunique()), factor=1.0
        ),
        "problem_plans_open": Counted(_lines(plans, plans.closed_on.isna())),
        "da_arrests": Counted(_lines(held["arrests"], held["arrests"].domestic_abuse)),
    }
    for band, least, most in (("a", 1, 4), ("b", 5, 9), ("c", 10, 19), ("d", 20, 10**6)):

        def banded(some: pd.DataFrame, least: int = least, most: int = most) -> pd.Series:
            each = some.groupby(["m", "workflow"]).size()
            return each[each.between(least, most)].groupby("m").size()

        found[f"workflows_{band}"] = Counted(_lines(rows, None, banded))
    crimes = held["crimes"]
    abuse = crimes.domestic_abuse & (crimes.record_kind == "crime") & (crimes.status != "cancelled")
    return found | {"da_arrest_rate": Counted(found["da_arrests"].above, _lines(crimes, abuse))}


def _people(held: dict[str, pd.DataFrame]) -> dict[str, Counted]:
    roles, cohort = held["people_in_crimes"], held["iom_cohort"]
    live = roles.status != "cancelled"
    suspects = set(roles[live & (roles.role == "suspect")][["person", "m"]].itertuples(index=False, name=None))
    cohort = cohort.assign(suspected=[pair in suspects for pair in zip(cohort.person, cohort.m, strict=True)])
    found = {"iom_suspected_reoffending": Counted(_lines(cohort, cohort.suspected), _lines(cohort))}
    kinds = {
        "repeat_victim": ("victim", False),
        "repeat_da_victim": ("victim", True),
        "repeat_da_suspect": ("suspect", True),
    }
    for key, (role, abuse) in kinds.items():
        met = live & (roles.role == role) & ~roles.business.astype(bool) & (roles.domestic_abuse if abuse else True)
        again, everybody = _again(roles[met])
        found[f"{key}_rate"], found[f"{key}s"] = Counted(again, everybody), Counted(again)
    return found


def _again(rows: pd.DataFrame) -> tuple[Lines, Lines]:
    """People of each month with an earlier row in the twelve months before, by joining every pair of their rows."""
    rows = rows.reset_index(drop=True).assign(at=range(len(rows)))
    pairs = rows.merge(rows, on="person", suffixes=("", "_2"))
    earlier = (pairs.day_2 < pairs.day) | ((pairs.day_2 == pairs.day) & (pairs.crime_ref_2 < pairs.crime_ref))
    near = pairs.day_2 >= pairs.day - pd.DateOffset(months=12)
    rows["again"] = rows["at"].isin(pairs[earlier & near]["at"])

    def people(some: pd.DataFrame) -> pd.Series:
        return some.groupby("m").person.nunique()

    return _lines(rows, rows.again, people), _lines(rows, None, people)


# --- what Upstream says ------------------------------


@dataclass(frozen=True)
class Said:
    measures: dict[str, Any]
    figures: pd.DataFrame
    document: dict[str, Any]
    recount: dict[str, Counted]


def _said(manifest: Manifest, folder: Path) -> Said:
    settings = folder / "upstream.toml"
    written = (manifest.folder / "upstream.toml").read_text("utf-8")
    written = re.sub(r"^commentary = .*$", "", written, flags=re.MULTILINE)  # people's words are not recounted
    settings.write_text(re.sub(r'path = ".*"', f'path = "{(folder / "store").as_posix()}"', written), "utf-8")
    mapping = folder / "mapping.toml"
    mapping.write_text('pseudonyms = "already keyed"\n', "utf-8")

    def call(*arguments: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            upstream.main(["--config", str(settings), *arguments], standalone_mode=False)
        return out.getvalue()

    for table in DAY:
        file = manifest.folder / manifest.tables[table]["file"]
        call("records", "add", table, str(file), "--map", str(mapping))
    run = json.loads(call("measures", "run", "--to", str(TO), "--pack", "force", "--json"))
    call("report", "quarterly", "--to", str(TO), "--pack", "force", "--out", str(folder / "out"),
         "--format", "json", "--format", "csv")  # fmt: skip
    figures = pd.read_csv(folder / "out" / "report.csv", dtype={"printed": str, "period": str})
    document = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    held = _read(manifest)
    recount = _crimes(held["crimes"]) | _outcomes(held["outcomes"]) | _demand(held) | _surveys(held["survey_responses"])
    recount |= _caseload(held) | _people(held)
    return Said(run["measures"], figures, document, {k: v for k, v in recount.items() if k in run["measures"]})


@pytest.fixture(scope="module", params=["small_force", pytest.param("synthetic_force", marks=pytest.mark.deep)])
def said(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Said:
    return _said(request.getfixturevalue(request.param), tmp_path_factory.mktemp("recount"))


def _series(said: Said) -> Iterator[tuple[str, Counted, str, dict[str, Any]]]:
    for key, counted in said.recount.items():
        for area, series in said.measures[key]["series"].items():
            if area in AREAS:
                yield key, counted, area, series


def _near(found: float | None, wanted: float) -> bool:
    if found is None or not np.isfinite(wanted):
        return found is None and not np.isfinite(wanted)
    return abs(found - wanted) <= 1e-9 * max(1.0, abs(wanted))


def test_every_month_of_every_area_is_the_recount(said: Said) -> None:
    wrong, compared = [], 0
    for key, counted, area, series in _series(said):
        for at, month in enumerate(pd.PeriodIndex(series["months"], freq="M")):
            if month not in SHOWN or series["states"][at] != "held":
                continue
            pairs = [
                (series["monthly"][at], counted.ending(area, month, 1)),
                (series["numerator"][at], counted.above[area][month]),
            ]
            crossed = key in BROKEN and counted.window != 1
            if not crossed and series["values"][at] is not None:
                pairs.append((series["values"][at], counted.ending(area, month, counted.window)))
            compared += len(pairs)
            wrong += [(key, area, str(month), *pair) for pair in pairs if not _near(*pair)]
    assert not wrong, wrong[:10]
    assert len(said.recount) > 90
    assert compared > 20_000


def test_year_to_date_rolling_twelve_and_every_change_are_the_recount(said: Said) -> None:
    wrong, compared = [], 0
    for key, counted, area, series in _series(said):
        windows = {
            "previous": counted.window,
            "same_last_year": counted.window,
            "year_to_date": "to_date",
            "rolling_12": 12,
        }
        for change in series["changes"]:
            first, last = _span(TO, windows[change["name"]])
            back = 1 if change["name"] == "previous" else 12
            now, then = counted.over(area, first, last), counted.over(area, first - back, last - back)
            pairs = [(change["now"]["value"], now), (change["then"]["value"], then)]
            pairs = [pair for pair in pairs if pair[0] is not None]
            if change["percent"] is not None:
                pairs.append((change["percent"], 100 * (now - then) / then))
            if key in BROKEN and change["name"] != "previous":
                assert change["percent"] is None, (key, change["name"])
                assert change["significant"] is None, (key, change["name"])
            compared += len(pairs)
            wrong += [(key, area, change["name"], *pair) for pair in pairs if not _near(*pair)]
    assert not wrong, wrong[:10]
    assert compared > 2_000


def test_limits_and_flags_on_both_sides_are_the_recount(said: Said) -> None:
    wrong, compared = [], 0
    of_years: dict[tuple[str, str, int, str], tuple[float, float]] = {}
    for key, counted, area, series in _series(said):
        flags = {(f["month"], f["rule"], f["limits"]) for f in series["flags"]}
        for limits in series["limits"]:
            for at, month in enumerate(pd.PeriodIndex(series["months"], freq="M")):
                if month not in SHOWN or limits["upper"][at] is None or limits["rule"] == "counts":
                    continue
                if key in BROKEN:
                    assert month < pd.Period(BROKEN[key], "M"), (key, month)
                year = key, area, _financial_year(month), limits["rule"]
                if year not in of_years:
                    of_years[year] = _limits(counted, area, month, limits["rule"])
                low, high = of_years[year]
                value = counted.ending(area, month, 1)
                rules = (str(month), "above_limit", limits["rule"]), (str(month), "below_limit", limits["rule"])
                compared += 1
                if not (_near(limits["lower"][at], low) and _near(limits["upper"][at], high)):
                    wrong.append(
                        (key, area, month, limits["rule"], limits["lower"][at], low, limits["upper"][at], high)
                    )
                for rule, outside, limit in zip(rules, (value > high, value < low), (high, low), strict=True):
                    # a value on its limit to the last digit may fall on either side by rounding
                    if (rule in flags) != outside and abs(value - limit) > 1e-9 * max(1.0, abs(value)):
                        wrong.append((key, area, *rule, value, limit))
    assert not wrong, wrong[:10]
    assert compared > 10_000


def _limits(counted: Counted, area: str, month: pd.Period, rule: str) -> tuple[float, float]:
    """Mean and two sample standard deviations, or 2.66 mean moving ranges, of the financial year before."""
    year = _financial_year(month)
    base = [counted.ending(area, m, 1) for m in pd.period_range(f"{year - 1}-04", f"{year}-03", freq="M") if m in HELD]
    months = np.array([b for b in base if np.isfinite(b)])
    steps = np.abs(np.diff(base))
    reach = 2 * months.std(ddof=1) if rule == "two_sd" else 2.66 * steps[np.isfinite(steps)].mean()
    return max(0.0, float(months.mean() - reach)), float(months.mean() + reach)


def test_the_figures_of_the_reports_table_are_the_recount_and_print_as_it_rounds(said: Said) -> None:
    rows = said.figures[said.figures.measure.isin(said.recount) & said.figures.area.isin(AREAS)]
    rows = rows[rows.quantity.isin(["month_alone", "year_to_date"]) & rows.value.notna()]
    wrong, compared = [], 0
    for row in rows.itertuples():
        if not re.fullmatch(r"\d{4}-\d\d", row.period):
            continue
        month = pd.Period(row.period, "M")
        window: int | str = 1 if row.quantity == "month_alone" else "to_date"
        wanted = said.recount[row.measure].ending(row.area, month, window)
        compared += 1
        shown = re.sub(r"[^0-9.−-]", "", row.printed).replace("−", "-")
        if not abs(row.value - wanted) <= 1e-9 * max(1.0, abs(wanted)):
            wrong.append((row.measure, row.area, row.period, row.quantity, row.value, wanted))
        elif abs(float(shown) - wanted) > 0.5 * 10.0**-row.decimals + 1e-9:
            wrong.append((row.measure, row.area, row.period, row.printed, wanted))
    assert not wrong, wrong[:10]
    assert compared > 3_000


def test_the_words_of_the_key_points_agree_with_the_recount(said: Said) -> None:
    sources, checked = said.document["sources"], 0
    for point in _points(said.document["document"]["sections"]):
        words = "".join(run.get("text") or "" for run in point)
        figures = [(sources[run["source"]], run["value"]) for run in point if run["type"] == "figure"]
        source = figures[0][0] if figures else None
        if source is None or source["measure"] not in said.recount or source["area"] not in AREAS:
            continue
        counted = said.recount[source["measure"]]
        latest = counted.ending(source["area"], TO, 1)
        sides = [side for side in ("above the upper", "below the lower", "within the control") if side in words]
        if sides and "alone was" not in words:
            limits = said.measures[source["measure"]]["series"][source["area"]]["limits"][0]
            low, high = _limits(counted, source["area"], TO, limits["rule"]) if limits["rule"] != "counts" else (
                limits["lower"][-1], limits["upper"][-1])  # fmt: skip
            wanted = "above the upper" if latest > high else "below the lower" if latest < low else "within the control"
            assert sides == [wanted], words
            checked += 1
        for of, _ in figures:
            name = of["quantity"].removeprefix("difference ")
            if name == of["quantity"]:
                continue
            window = {"year_to_date": "to_date", "rolling_12": 12}.get(name, counted.window)
            first, last = _span(TO, window)
            back = 1 if name == "previous" else 12
            rise = counted.over(source["area"], first, last) - counted.over(source["area"], first - back, last - back)
            assert ("more than" in words or "higher than" in words) == (rise > 0), words
            assert source["measure"] not in BROKEN or name == "previous", words
            checked += 1
    assert checked > 120


def _points(sections: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for section in sections:
        for block in section["blocks"]:
            if block["type"] == "bullets":
                yield from block["items"]
        yield from _points(section["sections"])
