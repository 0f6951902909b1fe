"""Two values interchanged in a sum: two places fail, all others hold, and one exchange mends both.

That two sums fail by just the difference of two of their own values does not happen by chance, so the whole and its
parts need no label here: runs of neighbours before or after a row, all other rows, or the tables of one family are
tried, and only an exchange that makes every place exact counts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from upstream.reports.check.rules.additions import Item

_LONGEST_RUN = 14
_MOST_ITEMS = 120
# values so small that sums of them agree by chance
_SMALL = 10.0
# places that one exchange between two rows (or columns) of a table opens
_ONE_PAIR = 2
Line = Hashable


@dataclass(frozen=True, slots=True)
class Exchange:
    """Item ``at`` has the values of two lines interchanged, at ``places`` (position on the one line, on the other)."""

    at: int
    places: tuple[tuple[Hashable, Hashable], ...]


def _runs(items: list[Item], whole: int) -> Iterator[tuple[int, ...]]:
    """Sets of parts worth trying for one whole."""
    others = tuple(n for n in range(len(items)) if n != whole)
    yield others
    for length in range(2, _LONGEST_RUN + 1):
        if whole - length >= 0:
            yield tuple(range(whole - length, whole))
        if whole + length < len(items):
            yield tuple(range(whole + 1, whole + length + 1))


def _gaps(items: list[Item], whole: int, parts: tuple[int, ...], most: int) -> dict[Hashable, float] | None:
    """Sum of the parts less the whole, by position; ``None`` unless all are whole numbers and printed everywhere.

    ``None`` as well when more than ``most`` gaps are open: no one exchange closes them.
    """
    gaps: dict[Hashable, float] = {}
    opened = 0
    for position, total in items[whole].values.items():
        held = [items[p].values.get(position) for p in parts]
        if not total.whole or any(v is None or not v.whole for v in held):
            return None
        gaps[position] = sum(v.number for v in held if v is not None) - total.number
        opened += bool(gaps[position])
        if opened > most:
            return None
    return gaps


def _line(position: Hashable, axis: int) -> Line:
    """The row (or the column) that a position lies on."""
    return position[axis] if isinstance(position, tuple) else position


def _across(position: Hashable, axis: int, line: Line) -> Hashable:
    """The same position on another line."""
    if not isinstance(position, tuple):
        return line
    return tuple(line if n == axis else p for n, p in enumerate(position))


def _mends(
    items: list[Item], at: int, sign: int, gaps: dict[Hashable, float], broken: list[Hashable]
) -> Exchange | None:
    """Whether exchanging two lines of one item closes every gap."""
    axes = range(len(broken[0])) if isinstance(broken[0], tuple) else range(1)
    for axis in axes:
        lines = list(dict.fromkeys(_line(p, axis) for p in broken))
        if len(lines) != 2:
            continue
        one = [p for p in broken if _line(p, axis) == lines[0]]
        places = [(p, _across(p, axis, lines[1])) for p in one]
        values = items[at].values
        if len(places) * 2 != len(broken) or any(q not in values or q not in gaps for _, q in places):
            continue
        closed = all(gaps[p] == sign * (values[p].number - values[q].number) and gaps[q] == -gaps[p] for p, q in places)
        if closed and any(abs(values[p].number) >= _SMALL for pair in places for p in pair):
            return Exchange(at, tuple(places))
    return None


def _in_relation(items: list[Item], whole: int, parts: tuple[int, ...], most: int) -> Exchange | None:
    gaps = _gaps(items, whole, parts, most)
    if gaps is None:
        return None
    broken = [p for p, gap in gaps.items() if gap]
    fits = [p for p, gap in gaps.items() if not gap and items[whole].values[p].number >= _SMALL]
    if len(broken) < 2 or len(broken) % 2 or not fits:
        return None
    tries = [(whole, -1), *((p, 1) for p in parts)]
    return next((e for at, sign in tries if (e := _mends(items, at, sign, gaps, broken)) is not None), None)


def exchange_in(items: list[Item], *, whole_only: bool = False) -> tuple[Exchange, int, tuple[int, ...]] | None:
    """The one exchange that mends a sum of the items, with the whole and the parts of that sum.

    Parameters
    ----------
    items
        Members of the axis added over.
    whole_only
        Each item against all others only, and no runs of neighbours (tables of a family have no order).
    """
    if not 3 <= len(items) <= _MOST_ITEMS:
        return None
    most = len(items[0].values) if whole_only else _ONE_PAIR
    for whole in range(len(items)):
        if len(items[whole].values) <= _ONE_PAIR:
            continue
        for parts in [next(_runs(items, whole))] if whole_only else _runs(items, whole):
            if len(parts) >= 2 and (found := _in_relation(items, whole, parts, most)) is not None:
                return found, whole, parts
    return None
