"""House rules that a machine can check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "upstream"
STATS = sorted((SOURCE / "stats").glob("*.py"))
PARTS = ("Question:", "Parameters:", "Assumes:", "When not to use:", "Source:")
NETWORK = {"socket", "ssl", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "urllib3"}
SERVES = SOURCE / "cli" / "demo.py"  # the demo's report, on the loopback address alone


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def results_of_stats() -> set[str]:
    """Names of the dataclasses that the methods of stats return."""
    return {
        node.name
        for path in STATS
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    }


def parts_of(doc: str) -> list[str]:
    return [part for part in re.findall(r"^([A-Z][a-z ]+:)", doc, re.MULTILINE) if part in PARTS]


def described(name: str) -> bool:
    """Whether the method of that name has all five parts, in order."""
    found = [node for path in STATS for node in functions(path) if node.name == name]
    return any(parts_of(ast.get_docstring(node) or "") == list(PARTS) for node in found)


@pytest.mark.parametrize("path", STATS, ids=lambda path: path.stem)
def test_a_statistical_docstring_has_its_five_parts_in_order(path: Path) -> None:
    """A step of a method has a line; what gives a result has all five parts, or names the method that has them."""
    results = results_of_stats()
    for node in functions(path):
        doc = ast.get_docstring(node) or ""
        if parts_of(doc):
            assert parts_of(doc) == list(PARTS), f"{path.stem}.{node.name}"
        elif isinstance(node.returns, ast.Name) and node.returns.id in results:
            named = re.findall(r":func:`(\w+)`", doc)
            assert any(described(name) for name in named), f"{path.stem}.{node.name}"


def test_results_of_methods_are_frozen_and_say_what_their_fields_are() -> None:
    for path in STATS:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.decorator_list:
                decorators = " ".join(ast.unparse(decorator) for decorator in node.decorator_list)
                assert "frozen=True" in decorators, f"{path.stem}.{node.name}"
                doc = ast.get_docstring(node) or ""
                fields = [
                    n.target.id for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
                ]
                unsaid = [name for name in fields if not re.search(rf"\b{name}\b", doc)]
                assert not unsaid, f"{path.stem}.{node.name}: {unsaid}"


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add((node.module or "").split(".")[0])
    return names


def test_the_engine_opens_no_network() -> None:
    found = {path: imported(path) & NETWORK for path in SOURCE.rglob("*.py")}
    assert {path.name: names for path, names in found.items() if names and path != SERVES} == {}
    assert found[SERVES] == {"http"}


def test_every_module_says_what_it_is_for() -> None:
    lacking = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if path.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert lacking == []


@pytest.mark.parametrize("room", ["stats", "scan", "analyse", "respond", "assess"])
def test_a_newcomer_finds_every_module_of_a_large_room_on_its_first_page(room: str) -> None:
    first = SOURCE / room / "__init__.py"
    named = set(re.findall(r"[a-z_]+", ast.get_docstring(ast.parse(first.read_text("utf-8"))) or ""))
    missing = {path.stem for path in (SOURCE / room).glob("*.py")} - {"__init__"} - named
    assert not missing, f"name these in {room}/__init__.py, beside the question that they answer: {sorted(missing)}"
