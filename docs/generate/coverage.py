"""docs/reference/coverage.md: what works and what does not yet, read off the definitions and the tests."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from upstream.measures.definition import Definition, Pack
from upstream.measures.loading import load_packs
from upstream.records.contract import contract, table_names

ROOT = Path(__file__).resolve().parents[2]
STATS = ROOT / "src" / "upstream" / "stats"
PROOFS = ("golden", "oracles", "properties", "calibration")


def _names_used(folder: Path) -> set[str]:
    """Every name that the tests of one kind import or call."""
    names: set[str] = set()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.alias):
                names.add(node.name.split(".")[-1])
    return names


def _public_functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def _method_rows() -> list[str]:
    used = {kind: _names_used(ROOT / "tests" / kind) for kind in PROOFS}
    lines = ["| module | function | golden | oracle | property | calibration |", "|---|---|---|---|---|---|"]
    for path in sorted(STATS.glob("*.py")):
        for name in _public_functions(path):
            marks = " | ".join("yes" if name in used[kind] else "–" for kind in PROOFS)
            lines.append(f"| `stats.{path.stem}` | `{name}` | {marks} |")
    return lines


def _target_of(definition: Definition) -> str:
    if not definition.targets:
        return "none set"
    target = definition.targets[0]
    if target.comparator is None:
        return "in words only"
    return "level and date" if target.by is not None else "level, no date"


def _measure_rows(pack: Pack) -> list[str]:
    lines = ["| reference | measure | from | kind | areas | what good looks like |", "|---|---|---|---|---|---|"]
    for definition in pack.definitions:
        if definition.alternative_of is not None:
            continue
        refs = ", ".join(definition.kpi_refs) or "–"
        tables = ", ".join(f"`{table}`" for table in definition.tables) or "prose"
        areas = "yes" if definition.by_area else "force only"
        readings = f" (and {len(definition.alternatives)} other reading)" if definition.alternatives else ""
        lines.append(
            f"| {refs} | `{definition.key}`: {definition.title}{readings} | {tables} | {definition.kind} | {areas} "
            f"| {_target_of(definition)} |"
        )
    return lines


def _not_yet(packs: tuple[Pack, ...]) -> list[str]:
    lines = []
    for pack in packs:
        defaults = [d for d in pack.definitions if d.alternative_of is None]
        counts = Counter(_target_of(d) for d in defaults if d.kind != "page")
        pages = sum(d.kind == "page" for d in defaults)
        lines.append(
            f"- `{pack.key}`: of {len(defaults) - pages} measures {counts['level and date']} have a level and a date "
            f"and so a likelihood; {counts['level, no date']} have a level without a date, "
            f"{counts['in words only']} are set in words only and {counts['none set']} have nothing set: these say so "
            f"in place of a likelihood. {pages} are pages of prose."
        )
    used = {kind: _names_used(ROOT / "tests" / kind) for kind in PROOFS}
    for path in sorted(STATS.glob("*.py")):
        for name in _public_functions(path):
            proved = [kind for kind in PROOFS if name in used[kind]]
            if not proved:
                lines.append(f"- `stats.{path.stem}.{name}`: no golden, oracle, property or calibration names it.")
    return lines


def _table_rows() -> list[str]:
    lines = ["| table | written by | key | personal columns | columns |", "|---|---|---|---|---|"]
    for name in table_names():
        held = contract(name)
        personal = ", ".join(f"`{c.name}`" for c in held.columns if c.personal) or "–"
        key = ", ".join(f"`{k}`" for k in held.key) or "none"
        lines.append(f"| `{name}` | {held.written_by.replace('_', ' ')} | {key} | {personal} | {len(held.columns)} |")
    return lines


def render() -> str:
    """The page as Markdown."""
    packs = load_packs()
    lines = [
        "# What works, and what does not yet",
        "",
        "<!-- made by docs/generate; do not edit -->",
        "",
        "Read off the definitions, the contracts and the tests by `make reference`; nothing here is written by hand.",
        "",
        "## What does not yet",
        "",
        *_not_yet(packs),
        "",
        "## Tables that are read",
        "",
        *_table_rows(),
    ]
    for pack in packs:
        lines += ["", f"## Measures: {pack.title}", "", *_measure_rows(pack)]
    lines += [
        "",
        "## Methods and their proofs",
        "",
        "A method is finished when it has a golden or an oracle, a property and a calibration. A kind counts when its",
        "tests call the function by name.",
        "",
        *_method_rows(),
    ]
    return "\n".join(lines) + "\n"
