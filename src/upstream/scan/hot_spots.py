"""Hot spots: where there is more, and more harm, than chance would put there, beside the map of counts alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.measures.events import Events, LeftOut
from upstream.scan.study import Study, counts_of, notes_of, notes_of_points, place_events
from upstream.stats.density import Density, bandwidth_by_likelihood, density
from upstream.stats.local_association import Local, getis_ord, local_moran
from upstream.stats.rate_smoothing import empirical_bayes, standardised_rates
from upstream.stats.stability import leading
from upstream.stats.weighted_totals import WeightedTotals, weighted_totals

Method = Literal["gi", "moran"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
Of = Literal["counts", "rates"]
"""What the statistic is of: events, or events to the residents, smoothed by empirical Bayes."""
Class = Literal["hot", "cold", "high among low", "low among high", "not certain"]
FALSE_DISCOVERIES: Final = 0.05
"""Share of the places called hot or cold that may be so by chance."""
RATES: Final = (
    "Rates are to the people who live there. In town centres those at risk are visitors, so a high rate there need not "
    "be a high risk."
)
FEWEST_PLACES: Final = 30
FEWEST_EVENTS: Final = 30
BandwidthRule = Literal["usual", "likelihood", "given"]
USUAL_BANDWIDTH: Final = {False: 300.0, True: 500.0}
"""Metres, by whether points are shared: police mapping uses 200 to 500 (Chainey and Ratcliffe 2005, ch. 6); points that
open data has moved to shared ones take the widest."""
TRIED: Final = (100.0, 150.0, 200.0, 300.0, 400.0, 500.0, 750.0, 1000.0)
_MOST_TRIED: Final = 20_000
_CELLS_TO_BANDWIDTH: Final = 12


@dataclass(frozen=True, slots=True)
class HotSpots:
    """Places that stand out together with those around them; each array (n,).

    Attributes
    ----------
    study : Study
    method : str
        "gi" (Getis and Ord's Gi*) or "moran" (Anselin's local Moran).
    counts : of int64
    of : str
        "counts" or "rates".
    values : of float64
        What the statistic was taken of: counts; rates shrunk by empirical Bayes (Gi*); or standardised (local Moran).
    local : Local
        The statistic, its chances and their correction for the number of places.
    called : of str
        :data:`Class` of each place, at a false-discovery rate of :data:`FALSE_DISCOVERIES`.
    naive : of int64
        Places by counts alone, most first: the map that any other must beat.
    expected_false : float
        Of the places called, how many to expect by chance, at most.
    left_out : tuple of LeftOut
    notes : tuple of str
    """

    study: Study
    method: Method
    counts: NDArray[np.int64]
    of: Of
    values: NDArray[np.float64]
    local: Local
    called: NDArray[np.str_]
    naive: NDArray[np.int64]
    expected_false: float
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def hot_spots(
    events: Events, study: Study, *, rng: np.random.Generator, method: Method = "gi", permutations: int = 999,
    of: Of = "counts",
) -> HotSpots:  # fmt: skip
    """Places around which there is more, or less, than chance would put there.

    Question: which places, with those beside them, have more than the same events dealt out at random?

    Parameters: ``events`` and the ``study`` that they lie in; ``method``; ``rng`` of the ``permutations``; ``of``
    counts, or rates to the residents: shrunk by empirical Bayes for Gi*, standardised for local Moran, because the raw
    rate of a place of few people is high or low by chance.

    Assumes: as :func:`upstream.stats.local_association.getis_ord`: one process over the map. Town centres lead, for
    that is where people are.

    When not to use: to say why; fewer than thirty places or events; to judge what was done (use a comparison).

    Source: Ord and Getis 1995, Geographical Analysis 27:286-306; Anselin 1995, ibid. 93-115; Caldas de Castro and
    Singer 2006, ibid. 38:180-208 (false discoveries).
    """
    placed = place_events(study, events)
    counts = counts_of(study, placed)
    if len(study) < FEWEST_PLACES or counts.sum() < FEWEST_EVENTS:
        raise BadInput(
            f"{int(counts.sum()):,} events in {len(study):,} places.",
            allowed=f"{FEWEST_EVENTS} events and {FEWEST_PLACES} places or more",
            remedy="Ask for more months or types, or for smaller places.",
        )
    values = counts.astype(np.float64) if of == "counts" else _rates(counts, study, method)
    statistic = getis_ord if method == "gi" else local_moran
    local = statistic(values, study.neighbours, rng=rng, permutations=permutations)
    called = classes(method, values, local)
    return HotSpots(
        study=study,
        method=method,
        counts=counts,
        of=of,
        values=values,
        local=local,
        called=called,
        naive=leading(counts, len(counts)),
        expected_false=float(FALSE_DISCOVERIES * (called != "not certain").sum()),
        left_out=placed.left_out,
        notes=(*notes_of(events, study), *_one_alone(counts), *((RATES,) if of == "rates" else ())),
    )


def _rates(counts: NDArray[np.int64], study: Study, method: Method) -> NDArray[np.float64]:
    if study.residents is None:
        raise BadInput("How many people live in each place is not held.", allowed="counts",
                       remedy="Add a population of small areas: upstream places add population FILE.csv")  # fmt: skip
    if method == "gi":
        return empirical_bayes(counts, study.residents).rate
    return standardised_rates(counts, study.residents)


def _one_alone(counts: NDArray[np.int64]) -> tuple[str, ...]:
    if counts.max() * 2 <= counts.sum():
        return ()
    return (
        f"One place holds {counts.max() / counts.sum():.0%} of the events: look at it by itself, not for a pattern.",
    )


def classes(method: Method, values: NDArray[np.float64], local: Local) -> NDArray[np.str_]:
    """:data:`Class` of each place; islands, around which nothing is, are never certain."""
    certain = np.nan_to_num(local.q, nan=1.0) <= FALSE_DISCOVERIES
    around = local.p_high <= local.p_low
    found = np.full(len(values), "not certain", "<U14")
    if method == "gi":
        found[certain & around] = "hot"
        found[certain & ~around] = "cold"
        return found
    own = values > values.mean()
    for high, more, word in (
        (True, True, "hot"),
        (False, False, "cold"),
        (True, False, "high among low"),
        (False, True, "low among high"),
    ):
        found[certain & (own == high) & (around == more)] = word
    return found


@dataclass(frozen=True, slots=True)
class HarmSpots:
    """Places by days of harm.

    Attributes
    ----------
    study : Study
    totals : WeightedTotals
        Days of harm, their intervals and ranks.
    order : (n,) of int64
        Places, the most days first.
    by_count : (n,) of int64
        Places by number of events: the naive map.
    without_weight : int
        Events that have no weight and are in no total.
    left_out : tuple of LeftOut
    notes : tuple of str
    """

    study: Study
    totals: WeightedTotals
    order: NDArray[np.int64]
    by_count: NDArray[np.int64]
    without_weight: int
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def harm_spots(
    events: Events, study: Study, *, rng: np.random.Generator, top: int | None = None, draws: int = 500
) -> HarmSpots:
    """Places by the harm of what happened there, and how far that is chance.

    Question: where is most harm, and would it be there again?

    Parameters: ``events`` and the ``study`` that they lie in; ``top`` places called the heaviest (a twentieth of them
    where nobody says); ``rng`` of the ``draws``.

    Assumes: as :func:`upstream.stats.weighted_totals.weighted_totals`; weights as harm/harm_weights.csv has them.

    When not to use: where one event is nearly all of a place's harm, as its ``largest`` share says; anti-social
    behaviour, which has no weight.

    Source: Weinborn, Ariel, Sherman and O'Dwyer 2017, Applied Geography 86:226-244.
    """
    placed = place_events(study, events)
    weighed = placed.inside & np.isfinite(events.harm_days)
    if not weighed.any():
        raise BadInput("None of the events has a weight of harm.", allowed="crimes")
    totals = weighted_totals(
        placed.at[weighed],
        events.harm_days[weighed],
        len(study),
        top=top or max(1, round(len(study) * 0.05)),
        rng=rng,
        draws=draws,
    )
    counts = counts_of(study, placed)
    return HarmSpots(
        study=study,
        totals=totals,
        order=leading(totals.total, len(study)),
        by_count=leading(counts, len(study)),
        without_weight=int((placed.inside & ~np.isfinite(events.harm_days)).sum()),
        left_out=placed.left_out,
        notes=notes_of(events, study),
    )


@dataclass(frozen=True, slots=True)
class DensityMap:
    """Kernel density of events.

    Attributes
    ----------
    density : Density
        Events per square metre.
    rule : str
        How the bandwidth was chosen, in words.
    bounded : bool
        Whether the edge of the force was allowed for.
    left_out : tuple of LeftOut
    notes : tuple of str
    """

    density: Density
    rule: str
    bounded: bool
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def density_map(
    events: Events, study: Study, *, rule: BandwidthRule = "usual", bandwidth: float | None = None
) -> DensityMap:
    """Density of events over the area of a study.

    Question: where on the map are most events to the square kilometre?

    Parameters: ``events``; the ``study`` whose outlines are the edge of what is policed; ``rule`` that chooses the
    bandwidth: "usual", "likelihood" (of the points themselves) or "given" (``bandwidth``, metres).

    Assumes: as :func:`upstream.stats.density.density`. Near the edge it is divided by the part of the kernel inside.

    When not to use: fewer than about thirty points; as proof: a smooth map makes hills of nothing. See
    :func:`hot_spots`.

    Source: Chainey and Ratcliffe 2005, GIS and Crime Mapping, ch. 6.
    """
    if len(events.easting) < FEWEST_EVENTS:
        raise BadInput(f"{len(events.easting)} points.", allowed=f"{FEWEST_EVENTS} or more")
    width, words = _bandwidth(events, rule, bandwidth)
    cell = width / _CELLS_TO_BANDWIDTH
    area = shapely.union_all(study.outlines)
    west, south, east, north = area.bounds
    bounds = (west - cell, south - cell, east + cell, north + cell)
    inside = _cells_inside(area, bounds, cell)
    found = density(events.easting, events.northing, bandwidth=width, cell=cell, bounds=bounds, boundary=inside)
    beyond = (LeftOut("outside the area looked at", found.outside),) if found.outside else ()
    return DensityMap(found, words, study.bounded, (*events.left_out, *beyond), notes_of_points(events))


def _bandwidth(events: Events, rule: BandwidthRule, given: float | None) -> tuple[float, str]:
    if rule == "given":
        if given is None or not given > 0:
            raise BadInput(f"A bandwidth of {given}.", allowed="metres above 0")
        return given, f"{given:g} metres, as given"
    if rule == "usual":
        usual = USUAL_BANDWIDTH[events.shared_points]
        return usual, f"{usual:g} metres, as police mapping uses (200 to 500; the widest for shared points)"
    places = np.unique(np.column_stack([events.easting, events.northing]), axis=0)
    if events.shared_points or len(places) > _MOST_TRIED:
        raise BadInput(
            f"A bandwidth by likelihood of {len(places):,} {'shared points' if events.shared_points else 'places'}.",
            allowed=f"the force's own records, up to {_MOST_TRIED:,} places",
            remedy="Use the usual bandwidth or give one.",
        )
    found = bandwidth_by_likelihood(places[:, 0], places[:, 1], TRIED)
    return found.bandwidth, f"{found.bandwidth:g} metres, by {found.rule} of the different places"


def _cells_inside(area: shapely.Geometry, bounds: tuple[float, float, float, float], cell: float) -> NDArray[np.bool_]:
    """Cells whose centre lies in the area, (rows, columns)."""
    columns, rows = (int(np.ceil((bounds[at + 2] - bounds[at]) / cell - 1e-9)) for at in (0, 1))
    x = bounds[0] + (np.arange(columns) + 0.5) * cell
    y = bounds[1] + (np.arange(rows) + 0.5) * cell
    shapely.prepare(area)
    inside = np.zeros((rows, columns), bool)
    for row in range(rows):  # a row at a time: all centres at once would not fit for a whole force
        inside[row] = shapely.contains_xy(area, x, np.full(columns, y[row]))
    return inside
