"""A small TOML file of relations that must hold between named tables, rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from upstream.errors import BadInput
from upstream.reports.check.evidence import shown
from upstream.reports.check.findings import Figure, Finding
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import key
from upstream.reports.check.numbers import Value, percent_agrees, percent_change, percent_share, show
from upstream.toml_files import NotToml, parse

# kind -> (keys that must be there, keys that may be)
_KINDS: dict[str, tuple[set[str], set[str]]] = {
    "sums": ({"total"}, {"table", "parts", "over", "columns", "within"}),
    "percents": ({"percent"}, {"table", "later", "earlier", "part", "whole"}),
    "limits": ({"value"}, {"table", "upper", "lower", "listed"}),
    "ratios": ({"ratio", "top", "bottom"}, {"table"}),
    "same_facts": ({"first", "second"}, set()),
}


@dataclass(frozen=True, slots=True)
class Relations:
    """The relations of one file, each a kind and its keys."""

    file: str
    stated: tuple[tuple[str, dict[str, Any]], ...]


def read_relations(path: Path) -> Relations:
    """Read and refuse early: an unknown kind or key is named."""
    try:
        _, raw = parse(path.read_bytes())
    except FileNotFoundError as error:
        raise BadInput(f"{path} is not there.", remedy="Mend the path of the relations file.") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", allowed="a TOML file") from error
    except NotToml as error:
        raise BadInput(
            f"{path} is {error.reason}.", allowed="a TOML file", remedy="See docs/how-to/check-a-report.md."
        ) from None
    stated = []
    for kind, entries in raw.items():
        if kind not in _KINDS or not isinstance(entries, list):
            raise BadInput(f"{path} has [[{kind}]], which is not known.", allowed=", ".join(f"[[{k}]]" for k in _KINDS))
        needed, allowed = _KINDS[kind]
        for entry in entries:
            if not isinstance(entry, dict) or needed - set(entry) or set(entry) - needed - allowed:
                raise BadInput(
                    f"{path}: a [[{kind}]] has the keys {', '.join(sorted(entry))}.",
                    allowed=f"{', '.join(sorted(needed))} and perhaps {', '.join(sorted(allowed)) or 'no others'}",
                )
            stated.append((kind, entry))
    return Relations(str(path), tuple(stated))


def _tables(grids: tuple[Grid, ...], wanted: str | None) -> Iterator[Grid]:
    """Tables whose file, title or heading the pattern names (``*`` allowed); all of them without one."""
    for grid in grids:
        names = (
            grid.table.file,
            Path(grid.table.file).name,
            Path(grid.table.file).stem,
            grid.table.title,
            *grid.table.section,
            f"table {grid.table.number}",
        )
        if wanted is None or any(fnmatch(n.lower(), wanted.lower()) for n in names):
            yield grid


def _column(grid: Grid, name: str) -> int | None:
    exact = [n for n, c in enumerate(grid.columns) if c.header.strip().lower() == name.strip().lower()]
    near = exact or [n for n, c in enumerate(grid.columns) if key(c.header) == key(name)]
    return near[0] if near else None


def _row(grid: Grid, name: str) -> Row | None:
    plain = name.strip().lower()
    return next((r for r in grid.rows if r.label.lower() == plain or plain in (k.lower() for k in r.keys)), None)


def _sums(entry: dict[str, Any], grid: Grid) -> Iterator[Finding]:
    if entry.get("over", "rows") == "columns":
        whole = _column(grid, str(entry["total"]))
        parts = [n for p in entry.get("parts", []) if (n := _column(grid, str(p))) is not None]
        for row in grid.rows if whole is not None and len(parts) >= 2 else ():
            held = [(row, n) for n in parts]
            if whole is not None:
                yield from _sum(grid, (row, whole), held)
        return
    for column in range(len(grid.columns)):
        if grid.columns[column].role in {"percent", "percent_change", "points", "ratio"} or (
            entry.get("columns") and grid.columns[column].header not in entry["columns"]
        ):
            continue
        for whole_row, rows in _groups(entry, grid):
            yield from _sum(grid, (whole_row, column), [(r, column) for r in rows])


def _groups(entry: dict[str, Any], grid: Grid) -> Iterator[tuple[Row, list[Row]]]:
    """Each total row with its parts; of tables with several labels, the parts that share the other labels."""
    total = str(entry["total"]).lower()
    parts = {str(p).lower() for p in entry.get("parts", [])}
    for whole in grid.rows:
        at = next((n for n, k in enumerate(whole.keys) if k.lower() == total), None)
        if at is None:
            continue
        rest = tuple(k for n, k in enumerate(whole.keys) if n != at)
        rows = [
            r
            for r in grid.rows
            if r is not whole
            and tuple(k for n, k in enumerate(r.keys) if n != at) == rest
            and (r.keys[at].lower() in parts or not parts)
        ]
        if len(rows) >= 2:
            yield whole, rows


def _sum(grid: Grid, whole: tuple[Row, int], parts: list[tuple[Row, int]]) -> Iterator[Finding]:
    total = whole[0].values[whole[1]]
    held = [v for r, n in parts if (v := r.values[n]) is not None]
    if total is None or len(held) != len(parts):
        return
    added = sum(v.number for v in held)
    if abs(added - total.number) > sum(v.half for v in [*held, total] if v.decimals) + 1e-9:
        figures = (grid.figure(*whole), *(grid.figure(*p) for p in parts))
        yield Finding(
            "parts_do_not_sum",
            "error",
            grid.where(whole[0], grid.columns[whole[1]]),
            figures,
            f"{shown(held, added)}, but {total.text} is printed.",
        )


def _percents(entry: dict[str, Any], grid: Grid) -> Iterator[Finding]:
    change = "later" in entry
    top, bottom = (str(entry.get(n, "")) for n in (("later", "earlier") if change else ("part", "whole")))
    at, a, b = _column(grid, str(entry["percent"])), _column(grid, top), _column(grid, bottom)
    for row in grid.rows if at is not None and a is not None and b is not None else ():
        if at is None or a is None or b is None:
            continue
        printed, later, earlier = row.values[at], row.values[a], row.values[b]
        if (
            printed is None
            or later is None
            or earlier is None
            or percent_agrees(printed, later, earlier, change=change)
        ):
            continue
        exact = percent_change(later.number, earlier.number) if change else percent_share(later.number, earlier.number)
        said = "no per cent" if exact is None else f"{show(exact, max(printed.decimals, 0) + 1)}%"
        yield Finding(
            "percent_does_not_follow",
            "error",
            grid.where(row, grid.columns[at]),
            (grid.figure(row, at), grid.figure(row, a), grid.figure(row, b)),
            f"{later.text} and {earlier.text} give {said}, but {printed.text} is printed.",
        )


def _limits(entry: dict[str, Any], grid: Grid) -> Iterator[Finding]:
    at, listed = _column(grid, str(entry["value"])), entry.get("listed")
    upper, lower = (_column(grid, str(entry[n])) if n in entry else None for n in ("upper", "lower"))
    flag = _column(grid, str(listed)) if listed else None
    for row in grid.rows if at is not None else ():
        value: Value | None = row.values[at] if at is not None else None
        if at is None or value is None:
            continue
        above = upper is not None and (u := row.values[upper]) is not None and value.number > u.number
        below = lower is not None and (w := row.values[lower]) is not None and value.number < w.number
        said = _said(row, flag, str(listed)) if listed else None
        figures = tuple(grid.figure(row, n) for n in (at, upper, lower) if n is not None)
        place = "above its upper limit" if above else "below its lower limit" if below else "inside its limits"
        text = f"{row.label}: {value.text} is {place} ({', '.join(f.printed for f in figures[1:])})"
        if (above or below) and said is False:
            yield Finding(
                "outside_limits_not_listed",
                "error",
                grid.where(row, grid.columns[at]),
                figures,
                f"{text}, but it is not listed.",
            )
        if not (above or below) and said and not any(f.number == value.number for f in figures[1:]):
            yield Finding(
                "listed_inside_limits",
                "error",
                grid.where(row, grid.columns[at]),
                figures,
                f"{text}, but it is listed.",
            )


def _said(row: Row, flag: int | None, header: str) -> bool | None:
    if flag is not None:
        value = row.values[flag]
        return None if value is None else value.number != 0
    text = row.texts.get(header)
    return None if text is None else text.strip().lower() in {"yes", "y", "true", "1", "outside", "exceptional"}


def _ratios(entry: dict[str, Any], grid: Grid) -> Iterator[Finding]:
    at, a, b = (_column(grid, str(entry[n])) for n in ("ratio", "top", "bottom"))
    for row in grid.rows if at is not None and a is not None and b is not None else ():
        if at is None or a is None or b is None:
            continue
        printed, top, bottom = row.values[at], row.values[a], row.values[b]
        if (
            printed is None
            or top is None
            or bottom is None
            or bottom.number == 0
            or abs(printed.number - top.number / bottom.number) <= printed.half + 1e-9
        ):
            continue
        yield Finding(
            "ratio_wrong_way",
            "error",
            grid.where(row, grid.columns[at]),
            (grid.figure(row, at), grid.figure(row, a), grid.figure(row, b)),
            f"{top.text} / {bottom.text} = {show(top.number / bottom.number, 2)}, but {printed.text} is printed.",
        )


def _same(entry: dict[str, Any], grids: tuple[Grid, ...], file: str) -> Iterator[Finding]:
    held: list[tuple[Grid, Row, int, Value]] = []
    for side in ("first", "second"):
        place = entry[side]
        if not isinstance(place, dict) or {"row", "column"} - set(place):
            raise BadInput(
                f"{file}: {side} of a [[same_facts]] is {place!r}.",
                allowed='{ table = "...", row = "...", column = "..." }',
            )
        for grid in _tables(grids, place.get("table")):
            row, at = _row(grid, str(place["row"])), _column(grid, str(place["column"]))
            value = row.values[at] if row is not None and at is not None else None
            if row is not None and at is not None and value is not None:
                held.append((grid, row, at, value))
                break
    if len(held) == 2 and held[0][3].number != held[1][3].number:
        figures: tuple[Figure, ...] = tuple(g.figure(r, n) for g, r, n, _ in held)
        yield Finding(
            "fact_quoted_differently",
            "error",
            held[1][0].where(held[1][1], held[1][0].columns[held[1][2]]),
            figures,
            (
                f"{held[0][3].text} in {held[0][0].table.name}, {held[1][3].text} in "
                f"{held[1][0].table.name}, for what is stated to be one fact."
            ),
        )


def check_relations(relations: Relations, grids: tuple[Grid, ...]) -> list[Finding]:
    """Every stated relation against every table that it names; a relation that meets no table is refused."""
    found: list[Finding] = []
    checks = {"sums": _sums, "percents": _percents, "limits": _limits, "ratios": _ratios}
    for kind, entry in relations.stated:
        if kind == "same_facts":
            found += _same(entry, grids, relations.file)
            continue
        tables = list(_tables(grids, entry.get("table")))
        if not tables:
            raise BadInput(
                f"{relations.file}: no table is called {entry.get('table')!r}.",
                allowed="file name, title, heading or “table 3”; * stands for anything",
            )
        found += [f for grid in tables for f in checks[kind](entry, grid)]
    return found
