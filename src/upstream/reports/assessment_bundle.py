"""The open bundle of an assessment: data, definition, figures and how to count them again; and counting them again."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import math
import shlex
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from upstream import __version__
from upstream.assess.answer_value import Valued
from upstream.assess.finding import Finding
from upstream.assess.in_words import capital
from upstream.assess.ladder import Answer, answer
from upstream.assess.methods import METHODS
from upstream.assess.panel_data import counts_csv, disclosed, panel_from_data, rounding_said
from upstream.disclosure.published import effect_is_safe
from upstream.errors import BadInput
from upstream.measures.asked import ENGINE_VERSION
from upstream.reports import bundled_worth
from upstream.reports.assessment_paper import Paper
from upstream.reports.bundled_worth import worth_again, worth_files
from upstream.reports.spreadsheet import as_plain_text

COUNTS, DEFINITION, FIGURES, README, SUMS = "counts.csv", "definition.json", "figures.csv", "README.md", "SHA256SUMS"
FILES: Final = (COUNTS, DEFINITION, FIGURES, README)
LARGEST: Final = 50_000_000
"""Bytes of one file of a bundle that is read: more is no assessment."""
AGREE: Final = 1e-6
"""Figures that differ by less, relative to their size, are the same: machines add up in another order."""
QUANTITIES: Final = (
    "observed", "counterfactual", "ratio", "ratio_lower", "ratio_upper", "difference", "difference_lower",
    "difference_upper", "p", "probability_of_benefit", "maryland_level",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bundled:
    """What goes into a bundle.

    Attributes
    ----------
    answer
        As it was found on the counts as they were counted.
    data
        Those counts (:func:`upstream.assess.panel_data.panel_data`).
    title, source
        What it is of, and sentences on where the counts come from.
    created
        Stamp of every file: the same data give the same bytes.
    for_anybody
        Whether small numbers are rounded.
    engine_version
        Of the counts.
    valued
        The worth, or None; never in a bundle for anybody, for it is of the counts as they were.
    """

    answer: Answer
    data: Mapping[str, Any]
    title: str
    source: tuple[str, ...]
    created: dt.datetime
    for_anybody: bool = False
    engine_version: str = ENGINE_VERSION
    valued: Valued | None = None


def bundle_of(paper: Paper, *, for_anybody: bool) -> bytes:
    """The bundle that goes with a paper."""
    if paper.data is None:
        raise BadInput(
            "The counts of this assessment were not kept.",
            allowed="an assessment made since counts are kept",
            remedy="Assess again.",
        )
    title = f"{capital(paper.answer.main.unit)}, {paper.place}"
    made = Bundled(paper.answer, paper.data, title, paper.source, paper.created, for_anybody, paper.engine_version)
    return make_bundle(replace(made, valued=paper.valued))


@dataclass(frozen=True, slots=True)
class Differs:
    """A figure that came out otherwise: by which method, which quantity, as it was and as it is now."""

    method: str
    quantity: str
    was: float
    now: float


@dataclass(frozen=True, slots=True)
class Rerun:
    """A bundle counted again.

    Attributes
    ----------
    figures
        Figures compared.
    differs
        Those that came out otherwise.
    damaged
        Files whose checksum is not the one noted.
    rounded
        What was done to the data, where small numbers are rounded; empty where nothing was hidden.
    answer
        The answer as it is now.
    """

    figures: int
    differs: tuple[Differs, ...]
    damaged: tuple[str, ...]
    rounded: str
    answer: Answer


def make_bundle(of: Bundled) -> bytes:
    """The bundle as a zip file.

    Where it is for anybody, the figures in it are those that its own rounded data give, so that counting again gives
    the same; how far they lie from the answer is said in the definition and by :func:`rerun`.
    """
    data, rounded, found = dict(of.data), "", of.answer
    if of.for_anybody:
        data, small = disclosed(of.data)
        rounded = rounding_said(small, len(data["units"]) * len(data["periods"]))
        found = answer(panel_from_data(data), METHODS)
    definition = {key: value for key, value in data.items() if key != "counts"}
    definition |= {"title": of.title, "source": list(of.source), "rounded": rounded, "version": __version__}
    definition |= {"engine_version": of.engine_version, "true_change": _change(of.answer) if rounded else None}
    worth = {} if of.valued is None or of.for_anybody else worth_files(of.valued)
    files = {
        COUNTS: counts_csv({**data, "units": [as_plain_text(unit) for unit in data["units"]]}),
        DEFINITION: json.dumps(definition, indent=1, ensure_ascii=False),
        FIGURES: _figures_csv(found),
        README: _readme(of, definition, worth=bool(worth)),
        **worth,
    }
    sums = "".join(f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in files.items())
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in (*files.items(), (SUMS, sums)):
            stamp = max(of.created, dt.datetime(1980, 1, 1, tzinfo=dt.UTC)).timetuple()[:6]
            made.writestr(zipfile.ZipInfo(name, stamp), text.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def rerun(path: Path) -> Rerun:
    """Count a bundle again, a zip file or its folder, and compare every figure."""
    try:
        return _again(_read(path))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, csv.Error) as error:
        raise BadInput(
            f"{path.name} cannot be read as a bundle: {type(error).__name__} {error}.",
            allowed=f"a bundle with {', '.join((*FILES, SUMS))} as they were written",
        ) from error


def _again(held: Mapping[str, bytes]) -> Rerun:
    lines = (line.partition("  ") for line in held[SUMS].decode().splitlines())
    noted = {name: digest for digest, _, name in lines}
    files = [name for name in held if name != SUMS]
    damaged = tuple(name for name in files if hashlib.sha256(held[name]).hexdigest() != noted.get(name))
    definition = json.loads(held[DEFINITION])
    now = answer(panel_from_data(definition | {"counts": _counts(held[COUNTS].decode(), definition)}), METHODS)
    was = {(row["method"], name): _value(row[name]) for row in _rows(held[FIGURES]) for name in QUANTITIES}
    found = {(one.method, name): value for one in _all(now) for name, value in _quantities(one)}
    if bundled_worth.ASSUMED in held:
        was |= {(row["method"], row["quantity"]): _value(row["value"]) for row in _rows(held[bundled_worth.FIGURES])}
        found |= worth_again(now, json.loads(held[bundled_worth.ASSUMED]))
    differs = tuple(
        Differs(*key, was.get(key, math.nan), found.get(key, math.nan))
        for key in dict.fromkeys([*was, *found])
        if not _same(was.get(key), found.get(key))
    )
    return Rerun(len(was), differs, damaged, definition["rounded"], now)


def said_of_rerun(made: Rerun) -> list[str]:
    """What counting again showed."""
    said = [f"{name} was changed since the bundle was made: its checksum is another." for name in made.damaged]
    if not made.differs:
        said.append(f"All {made.figures:,} figures come out the same.")
    else:
        said.append(f"{len(made.differs):,} of {made.figures:,} figures come out otherwise:")
        said += [f"{one.method}, {one.quantity}: {one.was:g} then, {one.now:g} now." for one in made.differs]
    if made.rounded:
        said.append(f"The data are rounded, so the figures are those of the rounded data: {made.rounded}")
    return said


def _options(definition: Mapping[str, Any]) -> list[str]:
    """What ``upstream assess effect`` is asked on the counts alone."""
    first = min(definition["starts"].values(), key=definition["periods"].index)
    named = [(role, as_plain_text(unit)) for unit, role in zip(definition["units"], definition["roles"], strict=True)]
    words = [
        word for role in ("treated", "buffer") for one, unit in named if one == role for word in (f"--{role}", unit)
    ]
    words += ["--start", first, "--outcome", definition["outcome"], "--better", definition["better"]]
    words += ["--measured"] if definition.get("measured") else []
    words += ["--phase-in", str(definition["phase_in"])] if definition["phase_in"] else []
    words += [word for period in definition["also_began"] for word in ("--also-began", period)]
    return words + [word for period, _ in definition["markers"] for word in ("--rule-changed", period)]


def _know(definition: Mapping[str, Any]) -> str:
    """What no option of that command can say, so that its answer may be another."""
    said = []
    if definition["rebased"]:
        period, why = definition["rebased"]
        said.append(
            f"The rule of recording changed in {period} ({why}): counts begin there, and what was before is left out."
        )
    if len(set(definition["starts"].values())) > 1:
        said.append("Places began at different times, which that command cannot be told: take rerun.")
    if "comparison buffer" in definition["roles"]:
        said.append("It takes what lies near the comparison for a comparison: take rerun.")
    return "\n\n" + " ".join(said) if said else ""


def _readme(of: Bundled, definition: Mapping[str, Any], *, worth: bool) -> str:
    hidden = definition["rounded"] or "Nothing is hidden: counts are as they were counted."
    valued = (
        f"\n- `{bundled_worth.ASSUMED}`: all that the worth assumes: unit cost, prices, cost, optimism, cash, what is"
        f" seen beside it\n- `{bundled_worth.FIGURES}`: every figure of the worth, unrounded" if worth else ""
    )  # fmt: skip
    return f"""# {of.title}

{" ".join(of.source)}

{hidden}

- `{COUNTS}`: unit, role, period, count
- `{DEFINITION}`: outcome, which way is good, units and roles, when it began, versions
- `{FIGURES}`: every figure of every method, unrounded{valued}
- `{SUMS}`: checksums (`sha256sum -c {SUMS}`)

Count it again and compare every figure, with this file or its unpacked folder:

    upstream assess rerun BUNDLE.zip

The same from the counts alone:

    upstream assess effect {COUNTS} {shlex.join(_options(definition))}{_know(definition)}

Made by Upstream {__version__}, engine version {of.engine_version}. It speaks of places and counts, never of one person.
"""


def _all(of: Answer) -> tuple[Finding, ...]:
    return (of.main, *of.checks)


def _change(of: Answer) -> float | None:
    """The true change in whole per cent, as readers without small numbers see it; None where it has none, or where too
    little was counted."""
    ratio = of.main.ratio
    if ratio is None or not math.isfinite(ratio.estimate):
        return None
    safe = effect_is_safe(of.main.observed, of.main.counterfactual)
    return round(100 * (ratio.estimate - 1)) if safe else None


def _quantities(of: Finding) -> Iterator[tuple[str, float]]:
    none = (math.nan, math.nan, math.nan)
    ratio = none if of.ratio is None else (of.ratio.estimate, of.ratio.lower, of.ratio.upper)
    difference = none if of.difference is None else (of.difference.estimate, of.difference.lower, of.difference.upper)
    p = math.nan if of.p is None else of.p
    values = (of.observed, of.counterfactual, *ratio, *difference, p, of.probability_of_benefit, of.maryland.level)
    yield from zip(QUANTITIES, map(float, values), strict=True)


def _figures_csv(of: Answer) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("part", "method", "title", *QUANTITIES))
    for at, one in enumerate(_all(of)):
        values = [repr(value) if math.isfinite(value) else str(value) for _, value in _quantities(one)]
        rows.writerow(("check" if at else "answer", one.method, one.title, *values))
    return out.getvalue()


def _read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        found = {name: path / name for name in (*FILES, SUMS, *bundled_worth.FILES)}
        held = {name: file.read_bytes() for name, file in found.items() if file.is_file()}
    else:
        try:
            with zipfile.ZipFile(path) as opened:
                sizes = {one.filename: one.file_size for one in opened.infolist()}
                wanted = (*FILES, SUMS, *bundled_worth.FILES)
                held = {name: opened.read(name) for name in wanted if sizes.get(name, LARGEST) < LARGEST}
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            RuntimeError,
            OSError,
        ) as error:  # RuntimeError: under a password
            raise BadInput(f"{path.name} is no bundle: {error}.", allowed="a bundle of an assessment") from None
    missing = [name for name in (*FILES, SUMS) if name not in held]
    if missing:
        raise BadInput(f"{path.name} has no {missing[0]}.", allowed=f"a bundle with {', '.join((*FILES, SUMS))}")
    return held


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(content.decode().splitlines()))


def _counts(text: str, definition: Mapping[str, Any]) -> list[list[float]]:
    held = {(row["unit"], row["period"]): _value(row["count"]) for row in csv.DictReader(text.splitlines())}
    periods, units = definition["periods"], definition["units"]
    written = {unit: as_plain_text(unit) for unit in units}
    missing = [(unit, period) for unit in units for period in periods if (written[unit], period) not in held]
    if missing:
        raise BadInput(
            f"{COUNTS} has no count for {missing[0][0]} in {missing[0][1]}.", allowed="one for every unit and period"
        )
    return [[held[written[unit], period] for period in periods] for unit in units]


def _value(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{text!r} is not a number.", allowed="numbers in every figure and count") from None


def _same(was: float | None, now: float | None) -> bool:
    if was is None or now is None:
        return False
    both_none = math.isnan(was) and math.isnan(now)
    return both_none or was == now or math.isclose(was, now, rel_tol=AGREE, abs_tol=AGREE)
