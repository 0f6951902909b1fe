"""``upstream assess displacement``: what changed in a place and about it, of counts before and after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.cli.assess_lists import count_of, number_of, rows_of
from upstream.cli.assess_panel import FILE, JSON, to_be_written
from upstream.cli.terminal import say, say_json
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.csv_files import Row
    from upstream.stats.displacement import Difference, Quotient

ROLES = {
    "treated": "treated",
    "comparison": "control",
    "buffer": "displacement",
    "comparison buffer": "displacement_control",
}
"""What a row may be, and the kernel's name of it."""


@click.command("displacement")
@FILE
@click.option("--outcome", default="events", show_default=True, help="What is counted, plural.")
@click.option(
    "--periods", default="1,1", show_default=True, metavar="BEFORE,AFTER", help="How long each time is, in one unit."
)
@click.option(
    "--confidence", type=click.FloatRange(50, 99.9), default=95.0, show_default=True, help="Of the interval, per cent."
)
@click.option("--dispersion", type=click.FloatRange(1), default=1.0, show_default=True,
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
    made, quotient = _made(rows, _lengths(periods), confidence / 100, dispersion)
    held: dict[str, Any] = {"difference": plain(made), "quotient": None if quotient is None else plain(quotient)}
    if out:
        out.write_text(json.dumps(held, indent=1), "utf-8")
    if as_json:
        say_json(held)
        return
    for sentence in _said(made, quotient, outcome):
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
    if len(parts) == 1 and totals["buffer"] and totals["treated"] and totals["comparison"]:
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
        weight = number_of(row, "weight") if row.get("weight") else 1.0
        made.setdefault(f"{name}_weights", []).append(weight)
    missing = [role for role in ("treated", "comparison") if ROLES[role] not in made]
    if missing:
        raise BadInput(f"There is no {missing[0]} place.", allowed="at least one treated and one comparison row")
    return made


def _harm(rows: list[Row]) -> float:
    held = {number_of(row, "harm") if row.get("harm") else 1.0 for row in rows}
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


def _said(made: Difference, quotient: Quotient | None, outcome: str) -> list[str]:
    total = made.total
    said = [
        f"{outcome.capitalize()} in the place and about it, beyond the comparison: {total.estimate:+,.3f} "
        f"({100 * total.confidence:g}% interval {total.lower:+,.3f} to {total.upper:+,.3f}; standard error "
        f"{made.standard_error:,.3f}; z {made.z:.3f}; p {made.p:.4f}).",
        f"In the place: {_span(made.local)}. About it: {_span(made.displaced)}.",
    ]
    if quotient is None:
        return [*said, "No quotient: it takes one kind of event, places near by and a comparison."]
    if not quotient.interpretable:
        return [*said, "The quotient says nothing: the place did not fall against the comparison."]
    limits = quotient.quotient
    span = f"{limits.lower:.2f} to {limits.upper:.2f}" if quotient.bounded else "without limits"
    return [*said, f"Quotient: {limits.estimate:.2f} ({span}); below 0 some moved near by, above 0 it fell there too."]


def _span(of: Any) -> str:
    return f"{of.estimate:+,.3f} ({of.lower:+,.3f} to {of.upper:+,.3f})"
