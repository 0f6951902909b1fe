"""The pages keep up with the product: what can be typed, set, measured or read is on a page that a reader can find."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from upstream.cli import settings
from upstream.cli.main import upstream
from upstream.measures.loading import load_packs

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
WRITTEN = sorted(page for room in ("tutorials", "how-to", "explanation") for page in (DOCS / room).glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)")


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[str]:
    if not isinstance(command, click.Group):
        return [" ".join(path)]
    context = click.Context(command)
    found: list[str] = []
    for name in command.list_commands(context):
        child = command.get_command(context, name)
        assert child is not None
        found += leaves(child, (*path, name))
    return found


def test_every_command_is_used_on_a_page_that_somebody_wrote() -> None:
    text = "\n".join(page.read_text("utf-8") for page in (ROOT / "README.md", *WRITTEN))
    commands = leaves(upstream)
    assert len(commands) > 15
    typed = re.sub(r"upstream (--config \S+ )?", "upstream ", text)
    assert [one for one in commands if f"upstream {one}" not in typed and f"make {one}" not in typed] == []


def test_every_measure_is_on_the_page_of_measures() -> None:
    page = (DOCS / "reference" / "measures.md").read_text("utf-8")
    headed = set(re.findall(r"^### `([a-z0-9_]+(?:_\.\.\.)?)`", page, re.MULTILINE))
    families = tuple(name.removesuffix("...") for name in headed if name.endswith("..."))
    keys = [one.key.partition("@")[0] for pack in load_packs() for one in pack.definitions]
    assert len(keys) > 100
    assert [key for key in keys if key not in headed and not key.startswith(families)] == []


def test_every_setting_is_on_the_page_of_settings() -> None:
    page = (DOCS / "how-to" / "choose-settings.md").read_text("utf-8")
    block = page.partition("```toml")[2].partition("```")[0]
    for section, keys in settings._ALLOWED.items():
        part = re.split(r"^\[", block.partition(f"[{section}]")[2], flags=re.MULTILINE)[0]
        assert set(re.findall(r"^(\w+) =", part, re.MULTILINE)) == set(keys), section
    assert settings.PERSON_KEY_VARIABLE in page


def test_the_page_of_settings_can_be_used_as_it_is(tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "choose-settings.md").read_text("utf-8")
    config = tmp_path / "upstream.toml"
    config.write_text(page.partition("```toml")[2].partition("```")[0], "utf-8")
    read = settings.load_settings(config)
    assert read.force_key == "west-mercia"
    assert read.similar_forces == ("kent",)


def test_every_page_is_reached_from_the_first() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    assert [
        page.relative_to(DOCS).as_posix() for page in WRITTEN if page.relative_to(DOCS).as_posix() not in index
    ] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "GLOSSARY.md", "docs/index.md"])
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    assert [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()] == []


def test_make_targets_that_pages_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    phony = set(re.search(r"^\.PHONY: (.*(?:\\\n.*)*)", makefile, re.MULTILINE)[1].replace("\\\n", " ").split())
    assert phony == targets
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")):
        named = set(re.findall(r"`make ([a-z][\w-]*)", page.read_text("utf-8")))
        assert named <= targets, f"{page.name} names {named - targets}"


def test_contributing_names_every_room_and_every_kind_of_test() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    here = [*sorted((ROOT / "src" / "upstream").iterdir()), *sorted((ROOT / "tests").iterdir())]
    rooms = [path for path in here if path.is_dir() and any(path.glob("*.py"))]
    assert [path.name for path in rooms if f"`{path.relative_to(ROOT).as_posix()}`" not in page] == []


def test_the_glossary_is_in_order() -> None:
    terms = re.findall(r"^\| \*\*(.+?)\*\*", (ROOT / "GLOSSARY.md").read_text("utf-8"), re.MULTILINE)
    assert len(terms) > 30
    assert terms == sorted(terms, key=str.lower)


def test_words_of_the_site_are_words_of_the_glossary() -> None:
    """The page of words says for readers what the glossary says for authors: no term of its own."""
    terms = {term.lower() for term in re.findall(r"\*\*(.+?)\*\*", (ROOT / "GLOSSARY.md").read_text("utf-8"))}
    words = tomllib.loads((ROOT / "src/upstream_web/design/glossary.toml").read_text("utf-8"))
    known = " / ".join(terms)
    assert [row["term"] for row in words.values() if row["term"].lower() not in known] == []
