"""The repository itself: what a newcomer relies on without being told."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "upstream"


def tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_files() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path, path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


# written so that this file does not find itself
FORBIDDEN = {
    "a registry's host": re.compile(r"py[p]i\.org|python[h]osted|registry\.np[m]js|deb\.debia[n]|crate[s]\.io"),
    "a path of one machine": re.compile(r"(?<![\w.])/(wor[k]|far[m])/[a-z.]|/roo[t]/"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_names(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if FORBIDDEN[what].search(line)
    ]
    assert not found, f"{what}: {found[:10]}"


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    silenced = re.compile(r"mark\.(ski[p]|xfai[l])|pytest\.ski[p]\(|pytest\.xfai[l]\(")
    found = [
        f"{p.relative_to(ROOT)}"
        for p in tracked("tests/*.py", "tests/**/*.py")
        if silenced.search(p.read_text("utf-8"))
    ]
    assert not found


def test_no_check_is_silenced_in_the_engine() -> None:
    silenced = re.compile(r"type: ignor[e]|pragma: no cove[r]|NotImplementedErro[r]|\bTOD[O]\b|\bFIXM[E]\b")
    found = [
        f"{p.relative_to(ROOT)}" for p in tracked("src/*.py", "src/**/*.py") if silenced.search(p.read_text("utf-8"))
    ]
    assert not found


def test_rooms_have_names_of_their_own() -> None:
    nameless = {"utils", "util", "helpers", "helper", "common", "core", "misc"}
    found = [p for p in tracked("src/*.py", "src/**/*.py") if {*p.relative_to(ROOT).parts, p.stem} & nameless]
    assert not found


def test_the_environment_is_read_only_on_the_command_line_and_in_the_settings() -> None:
    found = []
    web = ROOT / "src/upstream_web"
    for path in tracked("src/**/*.py"):
        if any(path.is_relative_to(door) for door in (SOURCE / "cli", web / "config", web / "__main__.py")):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found


def test_no_module_calls_the_global_random_state() -> None:
    found = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in tracked("src/**/*.py")
        for n, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if re.search(
            r"np\.random\.(?!Generator|default_rng|SeedSequence|PCG64|Philox|BitGenerator)\w+|^import random", line
        )
    ]
    assert not found


def test_decision_numbers_are_used_once() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "adr").glob("*.md")]
    assert len(numbers) == len(set(numbers))
    for path in (ROOT / "docs" / "adr").glob("*.md"):
        first = path.read_text("utf-8").splitlines()[0]
        assert first.startswith(f"# {path.name[:4]}. "), f"{path.name} is titled {first!r}"


def test_every_dependency_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)["project"]
    wanted = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    for dependency in wanted:
        line = next(line for line in text.splitlines() if f'"{dependency}"' in line)
        assert re.search(r"#\s*\S+", line), f"{dependency} has no comment"


def test_every_runtime_dependency_is_used() -> None:
    imported = {
        name.split(".")[0]
        for path in tracked("src/**/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    modules = {"ibis-framework": "ibis", "markdown-it-py": "markdown_it"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for dependency in project["dependencies"]:
        name = re.split(r"[\[>=<~!]", dependency)[0]
        assert modules.get(name, name.replace("-", "_")) in imported, f"{name} is never imported"


def test_the_make_targets_name_files_that_exist() -> None:
    for name in re.findall(r"(?<![\w/])((?:bench|docs|tests)/[\w/.-]+\.py)", (ROOT / "Makefile").read_text("utf-8")):
        assert (ROOT / name).is_file(), f"the Makefile names {name}"


def test_locks_hold_hashes_and_no_index() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text("utf-8")
        assert "--hash=sha256:" in text
        assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b", text, re.MULTILINE)
        pinned = re.findall(r"^([\w.\[\]-]+)(==|@)", text, re.MULTILINE)
        assert pinned
        assert all(operator == "==" for _, operator in pinned)


def test_readme_fits_one_screen() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 45
