"""``upstream.toml``: the force, its areas, the store, the engine. Everything has a default."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast

from upstream.account import account
from upstream.errors import BadInput
from upstream.measures.asked import ENGINES, EngineName
from upstream.toml_files import NotToml, parse

Disclosure = Literal["internal", "public"]

PERSON_KEY_VARIABLE = "UPSTREAM_PERSON_KEY"

LONGEST_NAME = 200
"""Characters of a name or marking: a workbook's header takes 255, and leaves out a longer one without a word."""

_MEMORY = re.compile(r"\d+(\.\d+)?\s?[KMGT]i?B", re.IGNORECASE)

# what each section may hold, with the type it must have
_ALLOWED: dict[str, dict[str, type]] = {
    "force": {"key": str, "name": str},
    "store": {"path": str},
    "engine": {"name": str, "memory": str, "threads": int},
    "report": {"marking": str, "disclosure": str, "packs": list, "commentary": str, "similar_forces": list},
}
_IN_WORDS = {str: "a text in quotes", int: "a whole number", list: "a list of texts"}


@dataclass(frozen=True, slots=True)
class Area:
    """A local policing area as the report names it, in the order it prints them."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``upstream.toml`` says, paths made absolute.

    Attributes
    ----------
    force_key, force_name
        Slug ("west-mercia") and name of the force; ``None`` when not set: the one force that the store holds.
    areas
        Local policing areas in report order; empty: the areas that the records name.
    store
        Folder of the Delta tables.
    engine, memory, threads
        Which engine answers questions, its memory bound (``None``: a quarter of the machine's) and threads.
    marking, disclosure
        Protective marking of reports; "internal" prints small numbers, "public" suppresses them.
    packs
        Packs of measure definitions; empty: every pack whose tables are held.
    commentary
        Folder of Markdown commentary, or ``None``.
    similar_forces
        Keys of the most similar group, for ranks.
    """

    force_key: str | None = None
    force_name: str | None = None
    areas: tuple[Area, ...] = ()
    store: Path = field(default_factory=lambda: Path("store").absolute())
    engine: EngineName = "duckdb"
    memory: str | None = None
    threads: int | None = None
    marking: str = "OFFICIAL"
    disclosure: Disclosure = "internal"
    packs: tuple[str, ...] = ()
    commentary: Path | None = None
    similar_forces: tuple[str, ...] = ()


def _check_shape(path: Path, raw: dict[str, Any]) -> None:
    for section, content in raw.items():
        if section == "areas":
            continue
        if section not in _ALLOWED:
            raise BadInput(
                f"{path} has a section [{section}] that is not known.",
                allowed=", ".join(f"[{name}]" for name in (*_ALLOWED, "[areas]")),
            )
        if not isinstance(content, dict):
            raise BadInput(f"{path} sets {section} to {content!r}.", allowed=f"a section [{section}]")
        for key, value in content.items():
            wanted = _ALLOWED[section].get(key)
            if wanted is None:
                raise BadInput(
                    f"{path} sets {section}.{key}, which is not known.",
                    allowed=", ".join(f"{section}.{name}" for name in _ALLOWED[section]),
                )
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise BadInput(f"{path} sets {section}.{key} to {value!r}.", allowed=_IN_WORDS[wanted])
            if isinstance(value, list) and not all(isinstance(item, str) for item in value):
                raise BadInput(f"{path} sets {section}.{key} to {value!r}.", allowed=_IN_WORDS[list])


def _check_values(path: Path, settings: Settings) -> Settings:
    """Refuse what would fail, or print badly, only in the middle of the work."""
    if settings.memory is not None and _MEMORY.fullmatch(settings.memory) is None:
        raise BadInput(f"{path} sets engine.memory to {settings.memory!r}.", allowed='a size such as "2GB"')
    if settings.threads is not None and settings.threads < 1:
        raise BadInput(f"{path} sets engine.threads to {settings.threads}.", allowed="1 or more")
    if settings.store.exists() and not settings.store.is_dir():
        raise BadInput(
            f"{path} sets store.path to {settings.store}, a file.", allowed="a folder, made when it is needed"
        )
    printed = [settings.force_name or "", settings.marking]
    printed += [text for area in settings.areas for text in (area.code, area.name)]
    for text in printed:
        if len(text) > LONGEST_NAME:
            raise BadInput(f"{path} has a name of {len(text)} characters.", allowed=f"up to {LONGEST_NAME}")
        if any(unicodedata.category(character) in ("Cc", "Cf") for character in text):
            raise BadInput(
                f"{path} has the name {text!r}, with a character that cannot be seen.",
                allowed="letters, digits, spaces and signs",
            )
    return settings


def _one_of(path: Path, name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadInput(f"{path} sets {name} to {value!r}.", allowed=" or ".join(allowed))
    return value


def _pack(base: Path, name: str) -> str:
    """Upstream's own pack of that name, else the folder that lies there seen from the settings file."""
    bundled = name.isidentifier() and resources.files("upstream.measures").joinpath("definitions", name).is_dir()
    return name if bundled or not (base / name).is_dir() else str((base / name).absolute())


def load_settings(path: Path) -> Settings:
    """Read the settings file; a file that is not there means the defaults.

    Raises
    ------
    BadInput
        The file is not TOML, or has a section, key or value that is not known.
    """
    if not path.exists():
        return Settings(store=(path.parent / "store").absolute())
    try:
        _, raw = parse(path.read_bytes())
    except NotToml as error:
        raise BadInput(
            f"{path} is {error.reason}.", allowed="a TOML file", remedy="Mend it, or remove it to use the defaults."
        ) from None
    _check_shape(path, raw)
    base = path.parent
    force, store, engine, report = (raw.get(name, {}) for name in ("force", "store", "engine", "report"))
    areas = raw.get("areas", [])
    if not isinstance(areas, list) or not all(isinstance(a, dict) and {"code", "name"} == set(a) for a in areas):
        raise BadInput(
            f"{path}: areas are not written as expected.", allowed='[[areas]] with code = "..." and name = "..."'
        )
    commentary = report.get("commentary")
    settings = Settings(
        force_key=force.get("key"),
        force_name=force.get("name"),
        areas=tuple(Area(str(a["code"]), str(a["name"])) for a in areas),
        store=(base / store.get("path", "store")).absolute(),
        engine=cast("EngineName", _one_of(path, "engine.name", engine.get("name", "duckdb"), ENGINES)),
        memory=engine.get("memory"),
        threads=engine.get("threads"),
        marking=report.get("marking", "OFFICIAL"),
        disclosure=cast(
            "Disclosure",
            _one_of(path, "report.disclosure", report.get("disclosure", "internal"), ("internal", "public")),
        ),
        packs=tuple(_pack(base, name) for name in report.get("packs", ())),
        commentary=(base / commentary).absolute() if commentary else None,
        similar_forces=tuple(report.get("similar_forces", ())),
    )
    return _check_values(path, settings)


def person_key() -> bytes | None:
    """The secret that pseudonyms are keyed with, from the environment only; ``None`` when it is not set."""
    value = os.environ.get(PERSON_KEY_VARIABLE)
    return value.encode() if value else None


def who() -> str:
    """The person at the keyboard, for entries and the reading log."""
    return account()
