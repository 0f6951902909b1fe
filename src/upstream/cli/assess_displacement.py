"""``upstream assess displacement``: what changed in a place and about it, of counts before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.cli.amounts import Amount
from upstream.cli.assess_lists import count_of, number_of, rows_of
from upstream.cli.assess_panel import FILE, JSON, OUTCOME, to_be_written
from upstream.cli.terminal import say, say_json
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.csv_files import Row
    from upstream.stats.displacement import Difference, Quotient
    from upstream.stats.intervals import Interval

ROLES = {
    "treated": "treated",
    "comparison": "control",
    "buffer": "displacement",
    "comparison buffer": "displacement_control",
}
"""What a row may be, and the kernel's name of it."""
RESTS_ON = (
    ("Assumes", "Without it, places would have changed by the same number of events for their size as the comparison."),
    ("Assumes", "Counts vary by chance alone, or by --dispersion times as much."),
    ("Overturned by", "A comparison of another level or another trend; a place that was chosen for a bad time."),
    ("Overturned by", "Places that overlap, or a comparison that what was done reached too."),
)
LEAST_WEIGHT = 1e-9
"""A place without a size has no rate."""


@click.command("displacement", short_help="Did it fall there, and did it move near by?")
@FILE
@OUTCOME
@click.option(
    "--periods", default="1,1", show_default=True, metavar="BEFORE,AFTER", help="How long each time is, in one unit."
)
@click.option("--confidence", type=Amount(50, 99.9), default=95.0, show_default=True, help="Of the interval, per cent.")
@click.option("--dispersion", type=Amount(1), default=1.0, show_default=True,
              help="Variance of a count over its mean, where it is known to be more than chance.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures as JSON to this file.")
@JSON
def displacement(
    file: Path, outcome: str, periods: str, confidence: float, dispersion: float, out: Path | None, as_json: bool
) -> None:
    """The weighted displacement difference and quotient: did it fall there, and did it move near by?

    FILE has the columns role (treated, comparison, buffer, comparison buffer), before and after, a row for every place;
    where known also weight (size of the place), kind of event and harm (what one event of the kind counts).

    Example: upstream assess displacement places.csv --outcome burglaries --periods 24,12
    """
    import json

    from upstream.assess.kept import plain

    to_be_written(file, out, papers=(".json",))
    rows = rows_of(file, "role", "before", "after")
    lengths = _lengths(periods)
    made, quotient = _made(rows, lengths, confidence / 100, dispersion)
    held: dict[str, Any] = {"difference": plain(made), "quotient": None if quotient is None else plain(quotient)}
    if out:
        out.write_text(json.dumps(held, indent=1), "utf-8")
    if as_json:
        say_json(held)
        return
    for sentence in _said(made, quotient, _measured(rows, outcome, lengths)):
        say(sentence)


def _made(
    rows: list[Row], periods: tuple[float, float], confidence: float, dispersion: float
) -> tuple[Difference, Quotient | None]:
    from upstream.stats.displacement import displacement_difference, displacement_quotient, weighted_sum

    options: dict[str, Any] = {"period_weights": periods, "confidence": confidence, "dispersion": dispersion}
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        kinds.setdefault(row.get("kind") or "", []).append(row)
    parts = {kind: displacement_difference(**_counts(held), **options) for kind, held in kinds.items()}
    harm = {kind: _harm(held) for kind, held in kinds.items()}
    plain = len(parts) == 1 and set(harm.values()) == {1.0}
    whole = next(iter(parts.values())) if plain else weighted_sum(
        list(parts.values()), [harm[kind] for kind in parts], confidence=confidence
    )  # fmt: skip
    totals = {role: _sum(rows, role) for role in ("treated", "buffer", "comparison")}
    quotient = None
    if len(parts) == 1 and totals["buffer"] and any(totals["treated"]) and all(totals["comparison"]):
        pairs = (totals["treated"], totals["buffer"], totals["comparison"])
        quotient = displacement_quotient(*pairs, dispersion=dispersion, confidence=confidence)
    return whole, quotient


def _counts(rows: list[Row]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for row in rows:
        role = row["role"].lower()
        if role not in ROLES:
            raise BadInput(
                f"Line {row.line}: {row['role']!r} is no role.",
                allowed=", ".join(ROLES),
                remedy="Remove notes and totals below the rows." if not role or "total" in role else None,
            )
        name = ROLES[role]
        made.setdefault(name, []).append([count_of(row, "before"), count_of(row, "after")])
        weight = number_of(row, "weight", least=LEAST_WEIGHT) if row.get("weight") else 1.0
        made.setdefault(f"{name}_weights", []).append(weight)
    missing = [role for role in ("treated", "comparison") if ROLES[role] not in made]
    if missing:
        raise BadInput(f"There is no {missing[0]} place.", allowed="at least one treated and one comparison row")
    return made


def _harm(rows: list[Row]) -> float:
    held = {number_of(row, "harm", least=0) if row.get("harm") else 1.0 for row in rows}
    if len(held) > 1:
        raise BadInput("One kind of event has several harm weights.", allowed="one weight for a kind")
    return held.pop()


def _sum(rows: list[Row], role: str) -> list[float]:
    held = [row for row in rows if row["role"].lower() == role]
    return [sum(count_of(row, name) for row in held) for name in ("before", "after")] if held else []


def _lengths(periods: str) -> tuple[float, float]:
    try:
        before, after = (float(one) for one in periods.split(","))
    except ValueError:
        raise BadInput(f"{periods!r} are no lengths.", allowed="two numbers, such as 24,12") from None
    return before, after


def _measured(rows: list[Row], outcome: str, lengths: tuple[float, float]) -> str:
    """What the difference is of: counts, or counts for a unit of time, of size or of harm."""
    of = f"{outcome}, each as harmful as given," if any(row.get("harm") for row in rows) else outcome
    units = ["time"] * (lengths != (1, 1)) + ["size"] * any(row.get("weight") for row in rows)
    return f"{of} for one unit of {' and of '.join(units)}" if units else of


def _said(made: Difference, quotient: Quotient | None, measured: str) -> list[str]:
    from upstream.assess.in_words import chance

    total = made.total
    nil = total.lower <= 0 <= total.upper
    counted = f"{_moved(total.estimate)} {measured} in the place and about it than the comparison would have it"
    said = [
        f"Not shown: no change at all also fits what was counted ({counted})." if nil else f"{counted}.",
        f"The weighted displacement difference is {_span(total)}, {100 * total.confidence:g}% interval; standard error "
        f"{made.standard_error:,.3f}; z {made.z:,.3f}; {chance(made.p)}.",
        f"In the place: {_span(made.local)}. About it: {_span(made.displaced)}.",
    ]
    if quotient is None:
        said.append(
            "No quotient: it takes one kind of event, places near by, and a comparison with events in both times."
        )
    elif not quotient.interpretable:
        said.append("The quotient says nothing: the place did not fall against the comparison.")
    else:
        limits = quotient.quotient
        span = f"{limits.lower:.2f} to {limits.upper:.2f}" if quotient.bounded else "without limits"
        meaning = "below 0 some moved near by, above 0 it fell there too"
        said.append(f"Quotient: {limits.estimate:.2f} ({span}); {meaning}.")
    return [*said, *(f"{label}: {sentence}" for label, sentence in RESTS_ON)]


def _moved(count: float) -> str:
    size = f"{abs(count):,.1f}" if abs(count) < 10 else f"{abs(count):,.0f}"
    return f"{size} {'fewer' if count < 0 else 'more'}"


def _span(of: Interval) -> str:
    return f"{of.estimate:+,.3f} ({of.lower:+,.3f} to {of.upper:+,.3f})"
