"""docs/reference/measures.md: every definition of every pack, as its file says it."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable
from importlib import resources

from upstream.measures.definition import Definition, Pack, Tally, Target
from upstream.measures.loading import load_packs

PACK_ORDER = ("force", "national_2026", "police_uk")
WINDOWS = {
    "month": "the month",
    "rolling_3": "3 months",
    "rolling_6": "6 months rolling",
    "rolling_12": "12 months rolling",
    "year_to_date": "financial year to date",
}
GOOD = {
    "higher": "higher is better",
    "lower": "lower is better",
    "within": "a band is good",
    "neither": "no direction is good",
}
UNITS = {"percent": "%", "per_1000": " per 1,000", "pounds": " pounds", "count": "", "ratio": ""}


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _tally(tally: Tally) -> str:
    what = "rows"
    if tally.column:
        what = f"sum of `{tally.column}`"
    elif tally.distinct:
        what = "different " + " and ".join(f"`{column}`" for column in tally.distinct)
    where = f" where `{tally.filter.text}`" if tally.filter is not None else ""
    return f"{what} of `{tally.table}`{where}"


def _counted(one: Definition) -> list[str]:
    if one.numerator is None:
        return []
    example = f" (for example {one.title})" if one.family else ""
    lines = [f"- Counted{example}: {one.kind.replace('_', ' ')}; {_tally(one.numerator)}"]
    if one.denominator is not None:
        lines.append(f"- Divided by: {_tally(one.denominator)}")
    if one.kind == "duration":
        which = f"{one.percentile:g}th percentile" if one.percentile else one.statistic
        lines.append(f"- From `{one.duration_from}` to `{one.duration_to}`, {which}")
    if one.kind == "repeat":
        lines.append(f"- The same `{one.person}` within {one.window_months} months, {one.statistic}")
    if one.kind == "holders":
        most = f" and at most {one.at_most}" if one.at_most else ""
        lines.append(f"- Different `{one.holder}` with at least {one.at_least}{most}")
    if one.linked is not None:
        lines.append(f"- Of whom also in: {_tally(one.linked)}")
    return lines


def _target(target: Target, unit: str) -> str:
    if target.comparator is None:
        return f"{target.text} (words only: no likelihood)"
    sign = "%" if target.relative_to else UNITS.get(unit, f" {unit}")
    value = f"{target.low:g} to {target.high:g}" if target.comparator == "between" else f"{target.value:g}{sign}"
    base = {"last_year": " against last year", "baseline": f" against {target.baseline_from} to {target.baseline_to}"}
    when = {"None": "no date", "year_end": "by the year end"}.get(str(target.by), f"by {target.by}")
    on = {"value": "", "year_to_date": ", year to date", "rolling_12": ", 12 months rolling"}[target.on]
    against = base.get(target.relative_to or "", "")
    return f"{target.text} ({target.comparator.replace('_', ' ')} {value}{against}{on}, {when})"


def _described(one: Definition) -> list[str]:
    shown = f"{GOOD[one.good]}; {WINDOWS[one.window]}; {'force and areas' if one.by_area else 'force only'}"
    extra = [f"a figure each {one.frequency}"] if one.frequency != "month" else []
    extra += [f"{one.lag_months} months behind"] if one.lag_months else []
    extra += [f"from {one.starts}"] if one.starts else []
    return [f"- Read: {'; '.join([shown, *extra])}"]


def _plainest(members: list[Definition]) -> Definition:
    """The member that its file overrides least: the one whose owner, direction and references most members share."""
    told = [(one.good, one.owner, one.kpi_refs) for one in members]
    return members[told.index(max(told, key=told.count))]


def _measure(pack: Pack, members: list[Definition]) -> list[str]:
    one = _plainest(members)
    every_ref = dict.fromkeys(ref for member in members for ref in member.kpi_refs)
    key = f"{one.family}_..." if one.family and len(members) > 1 else one.key
    title = one.title if len(members) == 1 else ", ".join(member.title for member in members)
    refs = f" ({', '.join(every_ref)})" if every_ref else ""
    lines = [f"### `{key}`{refs}", "", f"**{_cell(title)}.** {one.question if len(members) == 1 else ''}".rstrip(), ""]
    if one.about:
        lines += [one.about, ""]
    if one.kind == "page":
        lines += ["- A page of prose: " + "; ".join(section.heading for section in one.sections)]
    else:
        lines += [*_counted(one), *_described(one)]
    for member in members:
        named = f" ({member.title})" if len(members) > 1 else ""
        lines += [f"- What good looks like{named}: {_target(target, member.unit)}" for target in member.targets]
        lines += [f"- Break{named}: from {each.start}, {each.what}" for each in member.breaks]
        lines += [f"- No likelihood{named}: {member.likelihood_reason}"] if not member.likelihood else []
        lines += _readings(pack, member)
    lines += [f"- Caveat: {text}" for text in dict.fromkeys(text for member in members for text in member.caveats)]
    lines += [f"- Owner: {one.owner}; reviewed {one.reviewed}, next {one.next_review}", f"- Source: {one.source}", ""]
    return lines


def _readings(pack: Pack, one: Definition) -> list[str]:
    if not one.reading:
        return []
    lines = [f"- Default reading `{one.reading}`: {one.reading_reason}"]
    for key in one.alternatives:
        other = pack.definition(key)
        lines.append(f"- Other reading `{key}`: {other.reading_reason}")
    return lines


def _grouped(definitions: Iterable[Definition]) -> dict[str, list[Definition]]:
    """Default readings in order; the members of a family of files stand together."""
    groups: dict[str, list[Definition]] = {}
    for one in definitions:
        if one.alternative_of is None:
            groups.setdefault(f"family {one.family}" if one.family else one.key, []).append(one)
    return groups


def _returns(name: str) -> list[str]:
    entry = resources.files("upstream.measures").joinpath("definitions", name, "returns.toml")
    if not entry.is_file():
        return []
    lines = ["### Returns this pack reads", "", "| measure | each | kind | for | numerator | denominator |",
             "|---|---|---|---|---|---|"]  # fmt: skip
    for row in tomllib.loads(entry.read_text("utf-8"))["returns"]:
        cells = [
            f"`{row['key']}`",
            row["frequency"],
            row["kind"],
            row["reported_for"],
            row["numerator"],
            row.get("denominator", ""),
        ]
        lines.append("| " + " | ".join(_cell(str(cell)) for cell in cells) + " |")
    return [*lines, ""]


def _catalogue(name: str) -> list[str]:
    entry = resources.files("upstream.measures").joinpath("definitions", name, "catalogue.csv")
    if not entry.is_file():
        return []
    lines = ["### From the catalogue to the measures", "", "| reference | indicator | measures |", "|---|---|---|"]
    for row in csv.DictReader(entry.read_text("utf-8").splitlines()):
        keys = ", ".join(f"`{key}`" for key in row["measures"].split())
        lines.append(f"| {row['kpi_ref']} | {_cell(row['kpi'])} | {keys} |")
    return [*lines, ""]


def render() -> str:
    """The page as Markdown."""
    lines = ["# Measures", "", "<!-- made by docs/generate; do not edit -->", "",
             "Every measure that comes with Upstream, as its reviewed file says it. How a file is written is in",
             "[Measure definition files](measure-definition.md); where a source contradicts itself, see",
             "[Contradictory definitions](../explanation/contradictory-definitions.md).", ""]  # fmt: skip
    for pack in load_packs(PACK_ORDER):
        measured = sum(one.alternative_of is None for one in pack.definitions)
        lines += [f"## {pack.title}", "", f"Pack `{pack.key}`: {measured} measures. Source: {pack.source}.", ""]
        lines += _catalogue(pack.key)
        for members in _grouped(pack.definitions).values():
            lines += _measure(pack, members)
        lines += _returns(pack.key)
    return "\n".join(lines).rstrip() + "\n"
