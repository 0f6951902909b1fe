"""Before anything is published: no fact of the document is printed with two different values.

``upstream report check`` reads anybody's report as a stranger would. This is the surer test that only the maker can
do: every figure knows what it is, so two figures of one identity must carry one number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from upstream.errors import Refused
from upstream.reports.document import Document
from upstream.reports.figures import Figure, Provenance, printed
from upstream.reports.listing import Printed, printed_figures

SHOWN = 5
_TOLERANCE = 1e-9


def contradictions(places: Iterable[Printed]) -> Iterator[tuple[Printed, Printed]]:
    """Pairs of places that print one fact with different values (size only: a change may be signed or in words)."""
    first: dict[tuple[Provenance, str], Printed] = {}
    for item in places:
        figure = item.figure
        if figure.value is None:
            continue
        before = first.setdefault((figure.source, figure.unit), item)
        if not math.isclose(abs(before.figure.value or 0.0), abs(figure.value), rel_tol=_TOLERANCE, abs_tol=_TOLERANCE):
            yield before, item


def misprints(places: Iterable[Printed]) -> Iterator[Printed]:
    """Figures whose printed digits are not their value at their precision."""
    for item in places:
        figure = item.figure
        if figure.value is not None and figure.unit != "probability" and not _prints(figure):
            yield item


def _prints(figure: Figure) -> bool:
    return printed(abs(figure.value or 0.0), figure.decimals) in figure.text


def refuse_contradictions(document: Document) -> None:
    """Stop a document that contradicts itself from being published.

    Raises
    ------
    Refused
        Naming the first places and their figures.
    """
    places = list(printed_figures(document))
    found = [
        f"{a.figure.source.measure} ({a.figure.source.quantity}, {a.figure.source.area}, {a.figure.source.period}) is "
        f"{a.figure.text} in {a.section}, {a.where}, and {b.figure.text} in {b.section}, {b.where}"
        for a, b in contradictions(places)
    ]
    found += [f"{m.section}, {m.where}: {m.figure.value} is printed as {m.figure.text}" for m in misprints(places)]
    if found:
        raise Refused(
            f"The report contradicts itself in {len(found)} places: " + "; ".join(found[:SHOWN]) + ".",
            remedy="Nothing was written. This is a fault of the program: please report it with the table versions.",
        )
