"""How often the limits, tests, intervals and probabilities are right: by simulation, and on past recorded crime.

    python bench/calibrate.py --data DIR [--write docs/explanation/calibration.md] [--quick]

DIR holds the monthly street files (``*-street.zip``). The tables replace what stands between the markers of the file
given to ``--write``; everything is also printed as JSON lines.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from upstream.stats.backtest import BackTest, backtest, drifting_series, together
from upstream.stats.comparisons import conditional_test, e_test, overlapping_waves, share_change
from upstream.stats.count_limits import count_limits, negative_binomial_limits, poisson_limits
from upstream.stats.false_alarms import near_chance, shift_chance, trend_chance
from upstream.stats.intervals import Interval, newcombe_difference, poisson_interval, rate_ratio, wilson_interval
from upstream.stats.limits import Limits, sd_limits, t_limits, xmr_limits
from upstream.stats.quantiles import histogram_of, quantile_interval_of_histogram
from upstream.stats.run_rules import MAKING_DATA_COUNT, SpecialCause, special_causes
from upstream.stats.scores import brier_score, calibration_error, calibration_error_interval, reliability
from upstream.stats.yardstick import BANDS, likelihood

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from fixtures_likelihood import KINDS, scored

SEED = 20220630
ZIPS = ("northumbria-street.zip", "west-mercia-street.zip", "staffordshire-gloucestershire-street.zip")
START, END = "<!-- calibration: written by bench/calibrate.py -->", "<!-- calibration: end -->"
Table = list[str]


def say(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def row(*cells: object) -> str:
    return "| " + " | ".join(str(c) for c in cells) + " |"


def header(*cells: str) -> Table:
    return ["", row(*cells), "|" + " --- |" * len(cells)]


def percent(share: float, places: int = 1) -> str:
    return f"{100 * share:.{places}f}%"


# ---- limits and run rules: how often an unchanged series is flagged

Draw = Callable[[np.random.Generator], NDArray[np.float64]]


def series_kinds() -> dict[str, Draw]:
    return {
        "normal, mean 100, SD 10": lambda rng: rng.normal(100, 10, 13),
        "Poisson, mean 0.25": lambda rng: rng.poisson(0.25, 13).astype(float),
        "Poisson, mean 2": lambda rng: rng.poisson(2, 13).astype(float),
        "Poisson, mean 5": lambda rng: rng.poisson(5, 13).astype(float),
        "Poisson, mean 40": lambda rng: rng.poisson(40, 13).astype(float),
        "variance twice the mean, mean 5": lambda rng: rng.negative_binomial(5, 0.5, 13).astype(float),
        "variance twice the mean, mean 40": lambda rng: rng.negative_binomial(40, 0.5, 13).astype(float),
        "variance four times the mean, mean 5": lambda rng: rng.negative_binomial(5 / 3, 0.25, 13).astype(float),
    }


def limits_table(rng: np.random.Generator, trials: int) -> Table:
    kinds: dict[str, Callable[[NDArray[np.float64]], Limits]] = {
        "mean +/- 2 SD": sd_limits,
        "t (2.29 SD)": t_limits,
        "XmR": xmr_limits,
        "Poisson": poisson_limits,
        "negative binomial": negative_binomial_limits,
        "the choice": count_limits,
    }
    lines = header("series of 12 baseline values and one more, unchanged", *kinds)
    for name, draw in series_kinds().items():
        flagged = dict.fromkeys(kinds, 0)
        whole = not name.startswith("normal")
        for _ in range(trials):
            values = draw(rng)
            for kind, make in kinds.items():
                if whole or kind in ("mean +/- 2 SD", "t (2.29 SD)", "XmR"):
                    limits = make(values[:12])
                    flagged[kind] += not limits.lower <= values[12] <= limits.upper
        shares = {k: v / trials for k, v in flagged.items()}
        say(calibration="limits", series=name, trials=trials, **shares)
        cells = [percent(s) if whole or k in ("mean +/- 2 SD", "t (2.29 SD)", "XmR") else "" for k, s in shares.items()]
        lines.append(row(name, *cells))
    return lines


def rules_table(rng: np.random.Generator, trials: int) -> Table:
    names = {
        "shift of 7": SpecialCause.SHIFT_HIGH | SpecialCause.SHIFT_LOW,
        "trend of 7": SpecialCause.TREND_UP | SpecialCause.TREND_DOWN,
        "2 of 3": SpecialCause.NEAR_UPPER | SpecialCause.NEAR_LOWER,
        "outside": SpecialCause.ABOVE_UPPER | SpecialCause.BELOW_LOWER,
    }
    flagged = dict.fromkeys(names, 0)
    for _ in range(trials):
        x = rng.normal(100, 10, 12 + 9)
        last = int(special_causes(x[12:], sd_limits(x[:12]), rules=MAKING_DATA_COUNT)[-1])
        for name, bits in names.items():
            flagged[name] += bool(last & int(bits))
    derived = {
        "shift of 7": shift_chance(12, 7),
        "trend of 7": trend_chance(7),
        "2 of 3": near_chance(12, 2.0),
        "outside": sd_limits(np.arange(12.0)).false_alarm,
    }
    lines = header("rule, latest point of an unchanged series", "derived", "simulated")
    for name, chance in derived.items():
        say(calibration="rule", rule=name, derived=chance, simulated=flagged[name] / trials, trials=trials)
        lines.append(row(name, percent(chance, 2), percent(flagged[name] / trials, 2)))
    return lines


# ---- tests and intervals


def tests_table(rng: np.random.Generator, trials: int) -> Table:
    def overlapping() -> float:
        answers = rng.random(1250) < 0.8
        return overlapping_waves(answers[250:].mean(), 1000, answers[:1000].mean(), 1000, shared_n=750).p

    tests: dict[str, Callable[[], float]] = {
        "two counts of mean 8, exact conditional": lambda: conditional_test(rng.poisson(8), rng.poisson(8)),
        "two counts of mean 8, E-test": lambda: e_test(rng.poisson(8), rng.poisson(8)),
        "two counts of mean 400, exact conditional": lambda: conditional_test(rng.poisson(400), rng.poisson(400)),
        "two proportions of 40, Fisher": lambda: share_change(rng.binomial(40, 0.3), 40, rng.binomial(40, 0.3), 40).p,
        "two proportions of 400, z": lambda: share_change(rng.binomial(400, 0.3), 400, rng.binomial(400, 0.3), 400).p,
        "overlapping survey waves, 750 of 1,000 shared": overlapping,
    }
    lines = header("test at 5%, nothing changed", "rejects")
    for name, draw in tests.items():
        rejected = sum(draw() < 0.05 for _ in range(trials)) / trials
        say(calibration="test", test=name, rejects=rejected, trials=trials)
        lines.append(row(name, percent(rejected)))
    return lines


def intervals_table(rng: np.random.Generator, trials: int) -> Table:
    def median_of_seconds() -> bool:
        x = rng.geometric(1 / 600, 150)
        found = quantile_interval_of_histogram(histogram_of(x), 0.5)
        return found.lower <= np.ceil(np.log(0.5) / np.log(1 - 1 / 600)) <= found.upper

    def covers(truth: float, found: Interval) -> bool:
        return bool(found.lower <= truth <= found.upper)

    intervals: dict[str, Callable[[], bool]] = {
        "Wilson, 30% of 40": lambda: covers(0.3, wilson_interval(rng.binomial(40, 0.3), 40)),
        "Wilson, 3% of 100": lambda: covers(0.03, wilson_interval(rng.binomial(100, 0.03), 100)),
        "Poisson, mean 6": lambda: covers(6, poisson_interval(rng.poisson(6))),
        "ratio of two counts, 30 and 20": lambda: covers(1.5, rate_ratio(rng.poisson(30), rng.poisson(20))),
        "difference of proportions, 30% and 20% of 60": lambda: covers(
            0.1, newcombe_difference(rng.binomial(60, 0.3), 60, rng.binomial(60, 0.2), 60)
        ),
        "median of 150 times": median_of_seconds,
    }
    lines = header("95% interval", "covers")
    for name, draw in intervals.items():
        covered = sum(draw() for _ in range(trials)) / trials
        say(calibration="interval", interval=name, covers=covered, trials=trials)
        lines.append(row(name, percent(covered)))
    return lines


# ---- probabilities of meeting a target


def synthetic_backtest(rng: np.random.Generator, series: int) -> tuple[BackTest, NDArray[np.int64]]:
    tests = []
    for _ in range(series):
        x = drifting_series(
            rng,
            months=48,
            level=float(np.exp(rng.uniform(np.log(25), np.log(1500)))),
            season=rng.uniform(0, 0.25),
            wander=rng.uniform(0, 0.04),
            dispersion=rng.uniform(1.05, 3),
        )
        x[rng.random(48) < 0.03] = np.nan
        origins = sorted(rng.choice(np.arange(13, 44), 4, replace=False).tolist())
        tests.append(backtest(x, rng=rng, first_calendar_month=4, origins=origins, horizons=(1, 3, 6, 9), paths=2000))
    blocks = np.repeat(np.arange(series), [t.met.size for t in tests])
    return together(tests), blocks


def kinds_table(rng: np.random.Generator, series: int) -> Table:
    """Likelihoods of every kind of measure, from definition and records to probability, on made-up series."""
    lines = header("made-up series of a measure: at most its target", "forecasts", "calibration error, points",
                   "Brier score", "80% intervals of the month that held")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in KINDS.items():
            found = scored(kind, series, Path(folder), rng)
            error, held = calibration_error(found.said, found.happened), float(np.mean(found.within))
            brier = brier_score(found.said, found.happened)
            say(calibration="kinds", kind=name, forecasts=len(found.said), error=error, brier=brier, within_80=held)
            lines.append(row(name, len(found.said), f"{100 * error:.1f}", f"{brier:.3f}", percent(held)))
    return lines


def monthly_counts(path: Path) -> Iterator[tuple[str, int, NDArray[np.float64]]]:
    """District and type, first calendar month, and monthly counts with NaN for a month without a file."""
    parts: dict[tuple[str, str], dict[int, int]] = {}
    held: dict[str, set[int]] = {}
    wanted = csv.ConvertOptions(include_columns=["LSOA name", "Crime type"])
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            found = re.search(r"(\d{4})-(\d{2})-(.+)-street\.csv$", name)
            if found is None:
                continue
            month, force = int(found[1]) * 12 + int(found[2]) - 1, found[3]
            held.setdefault(force, set()).add(month)
            table = csv.read_csv(pa.BufferReader(archive.read(name)), convert_options=wanted)
            district = pc.replace_substring_regex(table["LSOA name"], r" \S+$", "")
            table = pa.table({"d": district, "t": table["Crime type"], "one": pa.array([1] * table.num_rows)})
            for each in table.group_by(["d", "t"]).aggregate([("one", "sum")]).to_pylist():
                if each["d"]:
                    key = (f"{force}/{each['d']}", each["t"])
                    parts.setdefault(key, {})[month] = each["one_sum"]
    for (place, kind), counts in sorted(parts.items()):
        months = held[place.split("/")[0]]
        span = range(min(months), max(months) + 1)
        yield (
            f"{place}/{kind}",
            min(months) % 12 + 1,
            np.array([float(counts.get(m, 0)) if m in months else np.nan for m in span]),
        )


def real_backtest(rng: np.random.Generator, data: Path) -> tuple[BackTest, NDArray[np.int64], Table]:
    tests, blocks = [], []
    lines = header("open data", "series", "scored series", "forecasts")
    for name in ZIPS:
        seen = scored = made = 0
        for _, month, values in monthly_counts(data / name):
            seen += 1
            if values.size <= 12:
                continue
            test = backtest(values, rng=rng, first_calendar_month=month)
            if test.met.size:
                scored += 1
                made += test.met.size
                tests.append(test)
                blocks.append(test.origin + test.horizon)
        say(calibration="real series", file=name, series=seen, scored=scored, forecasts=made)
        lines.append(row(name.removesuffix("-street.zip"), seen, scored, made))
    return together(tests), np.concatenate(blocks), lines


def probability_tables(
    name: str, test: BackTest, blocks: dict[str, NDArray[np.int64]], rng: np.random.Generator
) -> Table:
    ours, naive = brier_score(test.probability, test.met), brier_score(test.naive, test.met)
    lines = header(name, "model", "seasonal naive")
    lines.append(row("forecasts", test.met.size, test.met.size))
    lines.append(row("Brier score", f"{ours:.4f}", f"{naive:.4f}"))
    errors = [calibration_error(p, test.met) for p in (test.probability, test.naive)]
    lines.append(row("calibration error, points", *(f"{100 * e:.1f}" for e in errors)))
    figures: dict[str, object] = {}
    for label, block in blocks.items():
        found = calibration_error_interval(test.probability, test.met, block, rng=rng)
        lines.append(row(f"95% interval, blocks of {label}", f"{100 * found.lower:.1f} to {100 * found.upper:.1f}", ""))
        figures[f"interval_{label}"] = [found.lower, found.upper]
    lines.append(row("80% intervals that held", percent(float(test.within.mean())), ""))
    say(calibration=name, forecasts=test.met.size, brier=ours, naive_brier=naive, error=errors[0],
        naive_error=errors[1], within_80=float(test.within.mean()), **figures)  # fmt: skip
    lines += header("months ahead", "forecasts", "Brier, model", "Brier, naive", "calibration error, points")
    for h in sorted(set(test.horizon.tolist())):
        at = test.horizon == h
        mine, theirs = brier_score(test.probability[at], test.met[at]), brier_score(test.naive[at], test.met[at])
        error = 100 * calibration_error(test.probability[at], test.met[at])
        lines.append(row(h, int(at.sum()), f"{mine:.4f}", f"{theirs:.4f}", f"{error:.1f}"))
    lines += header("band", "forecasts", "mean probability", "happened")
    order = np.array([likelihood(p).band.order for p in test.probability])
    for band in BANDS:
        at = order == band.order
        if at.any():
            mean, share = float(test.probability[at].mean()), float(test.met[at].mean())
            lines.append(row(band.term, int(at.sum()), percent(mean), percent(share)))
            say(calibration=name, band=band.term, n=int(at.sum()), said=mean, happened=share)
    lines += header("probability said", "forecasts", "mean", "happened")
    for each in reliability(test.probability, test.met):
        label = f"{percent(each.lower, 0)} to {percent(each.upper, 0)}"
        lines.append(row(label, each.n, percent(each.mean_probability), percent(each.happened.estimate)))
    return lines


def write_between(path: Path, lines: Table) -> None:
    text = path.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    path.write_text(before + START + "\n" + "\n".join(lines) + "\n\n" + END + after, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="folder of street zips; without it only simulations")
    parser.add_argument("--write", type=Path, help="page whose marked section is replaced")
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulations")
    options = parser.parse_args()
    scale = 10 if options.quick else 1
    rng = np.random.default_rng(SEED)
    lines = ["", "## Limits", *limits_table(rng, 8_000 // scale), *rules_table(rng, 20_000 // scale)]
    lines += ["", "## Tests and intervals", *tests_table(rng, 5_000 // scale), *intervals_table(rng, 10_000 // scale)]
    test, blocks = synthetic_backtest(rng, 400 // scale)
    lines += ["", "## Probabilities: made-up series", *probability_tables("made-up", test, {"series": blocks}, rng)]
    lines += kinds_table(rng, 1_000 // scale)
    if options.data:
        test, blocks, table = real_backtest(rng, options.data)
        lines += ["", "## Probabilities: recorded crime", *table]
        lines += probability_tables("recorded", test, {"months": blocks}, rng)
    if options.write:
        write_between(options.write, lines)


if __name__ == "__main__":
    main()
