"""The worth in a bundle: everything it assumes, every figure of it, and valuing again."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from upstream.assess.answer_value import SEED, Valued, Valuing, value_answer
from upstream.assess.kept import plain
from upstream.assess.ladder import Answer
from upstream.assess.unit_value import UnitPart, UnitPounds
from upstream.assess.value import Worth
from upstream.errors import BadInput
from upstream.stats.intervals import Interval

ASSUMED, FIGURES = "worth.json", "worth.csv"
FILES: Final = (ASSUMED, FIGURES)
MOST_DRAWS: Final = 1_000_000
"""A bundle that asks for more is not one that was written here."""


def worth_files(made: Valued) -> dict[str, str]:
    """What was assumed, and every figure that came out."""
    assumed = plain(made.by) | {"draws": made.draws, "seed": SEED}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("method", "quantity", "value"))
    for (method, quantity), value in worth_figures(made).items():
        rows.writerow((method, quantity, repr(value) if math.isfinite(value) else str(value)))
    return {ASSUMED: json.dumps(assumed, indent=1, ensure_ascii=False), FIGURES: out.getvalue()}


def worth_figures(made: Valued) -> dict[tuple[str, str], float]:
    """Every figure by method and quantity."""
    return {(f"worth, {one.method}", name): value for one in (made.main, *made.others) for name, value in _figures(one)}


def worth_again(now: Answer, assumed: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """The figures of an answer that was counted again, by what was assumed."""
    draws = int(assumed["draws"])
    if assumed["seed"] != SEED or not 0 < draws <= MOST_DRAWS:
        raise BadInput(
            f"The worth was drawn with seed {assumed['seed']}, {draws} times.",
            allowed=f"seed {SEED}, and up to {MOST_DRAWS} draws",
        )
    return worth_figures(value_answer(now, _valuing(assumed), draws=draws))


def _valuing(data: Mapping[str, Any]) -> Valuing:
    held = {name: value for name, value in data.items() if name not in ("draws", "seed")}
    unit = dict(held["unit"])
    unit |= {"parts": tuple(UnitPart(**one) for one in unit["parts"]), "not_split": tuple(unit["not_split"])}
    return Valuing(**{**held, "unit": UnitPounds(**unit), "beside": tuple(held["beside"])})


def _figures(of: Worth) -> Iterator[tuple[str, float]]:
    spans: dict[str, Interval | None] = {
        "avoided": of.avoided, "benefit": of.benefit, "net": of.net, "returned": of.returned,
        "cost of each": of.cost_of_each, "break-even": of.break_even, "cash": of.cash, "harm days": of.harm_days,
        **{f"benefit, {one.bearer}": one.benefit for one in of.bearers},
    }  # fmt: skip
    for name, span in spans.items():
        if span is not None:
            yield from ((name, span.estimate), (f"{name}, least", span.lower), (f"{name}, most", span.upper))
    yield "chance it pays", of.chance_it_pays
    if of.can_be_wrong is not None:
        yield "can be wrong", of.can_be_wrong
