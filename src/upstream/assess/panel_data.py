"""A panel as plain data and as rows, to keep, to hand over and to count again; and what may be shown of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.assess.panel import NEVER, Marker, Panel, Role, panel_of
from upstream.disclosure.published_arrays import published_counts
from upstream.disclosure.setting import PUBLIC_ROUNDING, PUBLIC_THRESHOLD
from upstream.errors import BadInput

SMALL: Final = (PUBLIC_THRESHOLD - 1) / 2
"""What stands for a count under five in data that others may see: the middle of nought to four."""
USED: Final[tuple[Role, ...]] = ("treated", "buffer", "comparison", "comparison buffer")


def panel_data(panel: Panel) -> dict[str, Any]:
    """Plain data that JSON holds exactly; only units in use."""
    used = [at for at, role in enumerate(panel.roles) if role in USED]
    return {
        "outcome": panel.outcome,
        "better": panel.better,
        "periods": list(panel.periods),
        "units": [panel.units[at] for at in used],
        "roles": [panel.roles[at] for at in used],
        "starts": {panel.units[at]: panel.periods[panel.starts[at]] for at in used if panel.starts[at] != NEVER},
        "counts": [panel.counts[at].tolist() for at in used],
        "exposure": None if (panel.exposure == 1).all() else [panel.exposure[at].tolist() for at in used],
        "phase_in": panel.phase_in,
        "measured": panel.measured,
        "markers": [[one.period, one.words] for one in panel.markers],
        "also_began": list(panel.also_began),
        "rebased": None if panel.rebased is None else [panel.rebased.period, panel.rebased.words],
    }


def panel_from_data(data: Mapping[str, Any]) -> Panel:
    """The panel that :func:`panel_data` wrote."""
    rows = _cells(data, "counts")
    of = {role: [u for u, one in zip(data["units"], data["roles"], strict=True) if one == role] for role in USED}
    rebased = data.get("rebased")
    panel = panel_of(
        rows,
        outcome=data["outcome"],
        treated=data["starts"],
        comparison=of["comparison"],
        buffer=of["buffer"],
        comparison_buffer=of["comparison buffer"],
        better=data["better"],
        exposure={(u, period): of for u, period, of in _cells(data, "exposure")} if data.get("exposure") else None,
        phase_in=data["phase_in"],
        markers=[Marker(*one) for one in data["markers"]],
        also_began=data.get("also_began", ()),
        measured=data.get("measured", False),
    )
    return replace(panel, rebased=Marker(*rebased)) if rebased else panel


def _cells(data: Mapping[str, Any], name: str) -> Iterator[tuple[str, str, float]]:
    for unit, series in zip(data["units"], data[name], strict=True):
        for period, value in zip(data["periods"], series, strict=True):
            yield unit, period, float(value)


def counts_csv(data: Mapping[str, Any]) -> str:
    """Counts as a CSV file that ``upstream assess effect`` reads."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    exposure = [data["exposure"]] if data.get("exposure") else []
    rows.writerow(("unit", "role", "period", "count", *("exposure" for _ in exposure)))
    for unit, role, *series in zip(data["units"], data["roles"], data["counts"], *exposure, strict=True):
        for period, *values in zip(data["periods"], *series, strict=True):
            rows.writerow((unit, role, period, *map(_plain, values)))
    return out.getvalue()


def _plain(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def disclosed(data: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The data as anybody may see it, and how many of its counts were under five.

    Each role is one series: small areas add up. Counts go to the nearest five; one under five stands as the middle of
    nought to four, since a missing count is no count. Refused for measures: what counts lie behind them is not known.
    """
    refuse_measures(data.get("measured", False))
    held = _by_role(data, "counts")
    names = {role: f"The {role} place" if role == "treated" else f"The {role}, together" for role in held}
    published = {role: published_counts(series.astype(np.int64)) for role, series in held.items()}
    small = sum(int(np.isnan(one).sum()) for one in published.values())
    first = min(data["starts"].values(), key=data["periods"].index)
    made = {
        **data,
        "units": list(names.values()),
        "roles": list(names),
        "starts": {names["treated"]: first},
        "exposure": [one.tolist() for one in _by_role(data, "exposure").values()] if data.get("exposure") else None,
        "counts": [np.nan_to_num(one, nan=SMALL).tolist() for one in published.values()],
    }
    return made, small


def _by_role(data: Mapping[str, Any], name: str) -> dict[Role, NDArray[np.float64]]:
    """(periods,) totals of what is held by unit, for each role."""
    held: dict[Role, NDArray[np.float64]] = {
        role: np.zeros(len(data["periods"])) for role in USED if role in data["roles"]
    }
    for role, series in zip(data["roles"], data[name], strict=True):
        held[role] += np.asarray(series)
    return held


def refuse_measures(measured: bool) -> None:
    """Refuse to open measures to readers who may see no small number."""
    if measured:
        raise BadInput(
            "What small numbers lie behind measures is not known.",
            allowed="counts, for readers who may see no small number",
            remedy="Give counts, or leave this out.",
        )


def rounding_said(small: int, cells: int) -> str:
    """What was done to data that anybody may see."""
    return (
        f"Small areas are added up by role; counts are rounded to the nearest {PUBLIC_ROUNDING}; {small} of {cells} "
        f"were under {PUBLIC_THRESHOLD} and stand as {SMALL:g}, the middle of 0 to {PUBLIC_THRESHOLD - 1}."
    )
