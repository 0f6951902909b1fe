"""How often the nightly scan for clusters is right: false nights where nothing changed, planted clusters found.

    python bench/calibrate_scan.py [--write docs/explanation/clusters.md] [--trials 400]

Towns are drawn: 120 places of unequal risk, 1,500 events a year. The tables replace what stands between the markers of
the file. The cluster of the synthetic force is looked for in bench/calibrate_truths.py.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from upstream.measures.events import Events
from upstream.scan.clusters import ClustersOf, clusters

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from fixtures_events import made

SEED = 20220630
START, END = "<!-- calibration: written by bench/calibrate_scan.py -->", "<!-- calibration: end -->"
PLACES, EVENTS, DAYS, SIDE = 120, 1_500, 365, 8_000
SIZES = (4, 6, 8, 12, 16)
INTERVALS = (20, 100, 365)
NIGHTS = 28
MODELS = ("permutation", "poisson")


def town(rng: np.random.Generator, *, planted: int = 0, days: int = DAYS) -> Events:
    """A town, and some events more in 250 metres about a point of it in its last ten days."""
    place = rng.uniform(0, SIDE, (2, PLACES))
    number = EVENTS * days // DAYS
    at = rng.choice(PLACES, number, p=rng.dirichlet(np.full(PLACES, 2.0)))
    angle, away = rng.uniform(0, 2 * np.pi, planted), 250 * np.sqrt(rng.random(planted))
    x, y = place[:, at] + rng.uniform(-150, 150, (2, number))
    return made(
        np.concatenate([x, place[0, 0] + away * np.cos(angle)]),
        np.concatenate([y, place[1, 0] + away * np.sin(angle)]),
        np.concatenate([rng.integers(0, days, number), rng.integers(days - 10, days, planted)]),
        span=days,
        small_areas=np.where(np.arange(number + planted) < number, "S", "PLANTED"),
    )


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def header(*cells: str) -> list[str]:
    return ["", row(*cells), "|" + " --- |" * len(cells)]


def false_nights(rng: np.random.Generator, trials: int) -> Iterator[str]:
    """Separate nights on which nothing is planted: the share that has a cluster of each recurrence interval."""
    yield from header("nothing planted", *(f"once in {days} nights: {1 / days:.1%}" for days in INTERVALS))
    for model in MODELS:
        found = np.array([_interval(town(rng), model) for _ in range(trials)])
        shares = [float((found >= days).mean()) for days in INTERVALS]
        print(
            json.dumps({"calibration": "false nights", "model": model, "trials": trials, "shares": shares}), flush=True
        )
        yield row(f"{model}, {trials:,} nights", *(f"{share:.2%}" for share in shares))


def _interval(events: Events, model: str) -> float:
    found = clusters(events, ClustersOf(model=model, screened=99, simulations=199))
    return found.clusters[0].recurrence_days if found.clusters else 1.0


def power(rng: np.random.Generator, trials: int) -> Iterator[str]:
    """Planted clusters found, as new (once a year), at their place."""
    yield from header("events planted within 250 m in ten days", *(str(size) for size in SIZES))
    for model in MODELS:
        shares = []
        for size in SIZES:
            hits = sum(_hit(town(rng, planted=size), model) for _ in range(trials))
            shares.append(hits / trials)
        print(json.dumps({"calibration": "power", "model": model, "trials": trials, "shares": shares}), flush=True)
        yield row(f"{model}, {trials:,} towns", *(f"{share:.0%}" for share in shares))


def _hit(events: Events, model: str) -> bool:
    found = clusters(events, ClustersOf(model=model, screened=99, simulations=199))
    return any("PLANTED" in one.small_areas for one in found.new)


def in_a_row(rng: np.random.Generator, towns: int) -> Iterator[str]:
    """Four weeks of nights one after the other: false nights, and the spells that they come in."""
    nights = alarms = spells = 0
    for _ in range(towns):
        whole = town(rng, days=DAYS + NIGHTS)
        before = False
        for night in range(NIGHTS):
            now = _interval(_to(whole, DAYS + night), "permutation") >= 100
            nights, alarms, spells, before = nights + 1, alarms + now, spells + (now and not before), now
    print(json.dumps({"calibration": "in a row", "nights": nights, "alarms": alarms, "spells": spells}), flush=True)
    yield from header(
        "nights one after the other, nothing planted", "nights", "with a cluster of once in 100 nights", "spells"
    )
    yield row(f"permutation, {towns} towns", f"{nights:,}", f"{alarms} ({alarms / nights:.2%})", spells)


def _to(events: Events, days: int) -> Events:
    since = (events.day - np.datetime64("2022-01-01")).astype(int)
    kept = since < days
    return made(events.easting[kept], events.northing[kept], since[kept], span=days)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--trials", type=int, default=400)
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    lines = [*false_nights(rng, options.trials), *power(rng, options.trials // 10)]
    lines += in_a_row(rng, options.trials // 40)
    text = "\n".join(lines)
    print(text)
    if options.write:
        page = options.write.read_text("utf-8")
        pattern = re.compile(f"{re.escape(START)}.*{re.escape(END)}", re.DOTALL)
        options.write.write_text(pattern.sub(lambda _: f"{START}\n{text}\n\n{END}", page), "utf-8")


if __name__ == "__main__":
    main()
