"""Reads definition files and packs; everything wrong is said with file, line and reason."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from upstream.errors import BadInput
from upstream.measures.definition import Definition, KeyQuestion, Objective, Pack, Page, WideTable
from upstream.measures.fields import Problems
from upstream.measures.reading import read_definition
from upstream.measures.toml_lines import Place, field_lines, line_of
from upstream.records.contract import code_list
from upstream.toml_files import NotToml, parse

_BRACES: Final = re.compile(r"\{([a-z_]+)\}")
_FAMILY_FIELDS: Final = ("for_each", "only", "except", "overrides")
_ALTERNATIVE_FIELDS: Final = frozenset(
    {"title", "filter", "numerator", "denominator", "window", "prior", "statistic", "percentile", "targets", "from",
     "to", "column", "at_least", "at_most", "starts"}
)  # fmt: skip
PACK_FILE: Final = "pack.toml"
RETURNS_FILE: Final = "returns.toml"
_NOT_DEFINITIONS: Final = (PACK_FILE, RETURNS_FILE)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


class BadDefinition(BadInput):
    """Files that cannot be used; ``problems`` holds every reason."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f" ({len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{first}{more}", remedy="Mend the file; `upstream measures check` shows every problem.")


@dataclass(frozen=True, slots=True)
class _File:
    """A file's raw content and where its fields stand."""

    path: str
    stem: str
    raw: dict[str, Any]
    lines: dict[Place, int]

    def problem(self, place: Place, reason: str) -> Problem:
        return Problem(self.path, line_of(self.lines, place), reason)


def _read(entry: Traversable, path: str) -> _File:
    try:
        text, raw = parse(entry.read_bytes())
    except NotToml as error:
        raise BadDefinition([Problem(path, error.line, f"{error.reason}.")]) from None
    return _File(path, entry.name.removesuffix(".toml"), raw, field_lines(text))


# --- one file, many measures ------------------------------


def _rows(file: _File) -> list[dict[str, str]]:
    """The rows that ``for_each`` runs over, each with ``code`` and ``name``."""
    each = file.raw["for_each"]
    if isinstance(each, str):
        codes = code_list(each)
        if codes is None:
            raise BadDefinition([file.problem(("for_each",), f"there is no code list {each!r}.")])
        rows = [{"code": code, "name": name} for code, name in codes.codes.items()]
    elif isinstance(each, list) and all(isinstance(row, dict) and {"code", "name"} <= set(row) for row in each):
        rows = [{name: str(value) for name, value in row.items()} for row in each]
    else:
        raise BadDefinition(
            [file.problem(("for_each",), "for_each is neither a code list nor a list of tables with code and name.")]
        )
    known = [row["code"] for row in rows]
    named = {name: file.raw.get(name, []) for name in ("only", "except")}
    named["overrides"] = list(file.raw.get("overrides", {}))
    for name, codes_named in named.items():
        for code in codes_named:
            if code not in known:
                place = (name, code) if name == "overrides" else (name,)
                raise BadDefinition([file.problem(place, f"{code!r} is not in for_each. Allowed: {', '.join(known)}.")])
    only, without = named["only"] or known, named["except"]
    return [row for row in rows if row["code"] in only and row["code"] not in without]


def _filled(value: Any, row: dict[str, str]) -> Any:
    """Braces replaced in every text, however deep."""
    if isinstance(value, str):

        def replace(match: re.Match[str]) -> str:
            if match[1] not in row:
                raise BadInput(f"{{{match[1]}}} has no value.", allowed=", ".join(f"{{{name}}}" for name in row))
            return row[match[1]]

        return _BRACES.sub(replace, value)
    if isinstance(value, list):
        return [_filled(item, row) for item in value]
    if isinstance(value, dict):
        return {name: _filled(item, row) for name, item in value.items()}
    return value


def _expanded(file: _File) -> list[tuple[dict[str, Any], str | None]]:
    """One raw definition for each row of ``for_each``, with its code; the file itself when there is none."""
    if "for_each" not in file.raw:
        stray = [name for name in _FAMILY_FIELDS if name in file.raw]
        if stray:
            raise BadDefinition([file.problem((stray[0],), f"{stray[0]} without for_each.")])
        return [(file.raw, None)]
    plain = {name: value for name, value in file.raw.items() if name not in _FAMILY_FIELDS}
    found: list[tuple[dict[str, Any], str | None]] = []
    for row in _rows(file):
        override = file.raw.get("overrides", {}).get(row["code"], {})
        for name, value in {**plain, **override}.items():
            try:
                _filled(value, row)
            except BadInput as error:
                raise BadDefinition([file.problem((name,), error.sentence)]) from None
        found.append((_filled({**plain, **override}, row), row["code"]))
    return found


# --- alternative readings ------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """A raw definition to be read: ``of`` is the default reading's key, ``moved`` where its own fields stand."""

    raw: dict[str, Any]
    of: str | None
    moved: dict[str, Place]


def _alternative(raw: dict[str, Any], at: int, given: dict[str, Any], problems: Problems) -> _Reading | None:
    place = ("alternatives", at)
    lacking = [name for name in ("name", "title", "reason") if not given.get(name)]
    if lacking:
        problems.add(place, f"an alternative lacks {lacking[0]}.")
        return None
    changed = {name: value for name, value in given.items() if name not in ("name", "reason")}
    unknown = sorted(set(changed) - _ALTERNATIVE_FIELDS)
    if unknown:
        allowed = ", ".join(sorted(_ALTERNATIVE_FIELDS))
        problems.add((*place, unknown[0]), f"{unknown[0]!r} cannot be replaced. Allowed: {allowed}.")
        return None
    own = {
        "key": f"{raw.get('key')}@{given['name']}",
        "in_scorecard": False,
        "reading": given["name"],
        "reading_reason": given["reason"],
    }
    return _Reading({**raw, **changed, **own}, str(raw.get("key")), {name: (*place, name) for name in changed})


def _readings(raw: dict[str, Any], overridden: dict[str, Place], problems: Problems) -> list[_Reading]:
    """The default reading, then each alternative as a raw definition of its own."""
    given = raw.get("alternatives", [])
    base = {name: value for name, value in raw.items() if name != "alternatives"}
    found: list[_Reading | None] = [_Reading(base, None, overridden)]
    if isinstance(given, list) and all(isinstance(one, dict) for one in given):
        found += [_alternative(base, at, one, problems) for at, one in enumerate(given)]
    else:
        problems.add(("alternatives",), "alternatives are not written as [[alternatives]] tables.")
    if given and not (raw.get("reading") and raw.get("reading_reason")):
        problems.add(
            ("alternatives",), "alternatives without reading and reading_reason: name the default and say why."
        )
    return [one for one in found if one is not None]


def _definitions(file: _File, pack: str) -> list[Definition]:
    found: list[Definition] = []
    problems: list[Problem] = []
    family = str(file.raw.get("key", "")).partition("{")[0].rstrip("_") if "for_each" in file.raw else None
    name = family if family is not None else file.raw.get("key")
    if isinstance(name, str) and name and name != file.stem:
        problems.append(file.problem(("key",), f"the key asks for the file name {name}.toml."))
    for raw, code in _expanded(file):
        given = file.raw.get("overrides", {}).get(code, {}) if code else {}
        around = Problems()
        readings = _readings(raw, {field: ("overrides", str(code), field) for field in given}, around)
        problems += [file.problem(place, reason) for place, reason in around.found]
        made = []
        for reading in readings:
            noticed = Problems()
            made.append((read_definition(reading.raw, pack, file.path, noticed), reading.of))
            for place, reason in noticed.found:
                problems.append(file.problem((*reading.moved.get(str(place[0]), place[:1]), *place[1:]), reason))
        others = tuple(one.key for one, of in made if one is not None and of is not None)
        for one, of in made:
            if one is not None:
                own = () if of else others
                found.append(dataclasses.replace(one, family=family, code=code, alternative_of=of, alternatives=own))
    if problems:
        raise BadDefinition(list(dict.fromkeys(problems)))
    return found


# --- packs ------------------------------


def load_file(path: Path, pack: str = "") -> tuple[Definition, ...]:
    """The definitions of one file: several when it has ``for_each`` or alternative readings.

    Raises
    ------
    BadDefinition
        With every problem, its line and its reason.
    """
    return tuple(_definitions(_read(path, str(path)), pack))


def _listed(file: _File, name: str, wanted: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    entries = file.raw.get(name, [])
    for at, entry in enumerate(entries):
        lacking = [key for key in wanted if key not in entry]
        unknown = [key for key in entry if key not in wanted + optional]
        if lacking or unknown:
            reason = f"{lacking[0]} is lacking." if lacking else f"{unknown[0]!r} is not a field of [[{name}]]."
            raise BadDefinition([file.problem((name, at, *(unknown[:1] if not lacking else ())), reason)])
    return list(entries)


def _arranged(file: _File, definitions: list[Definition]) -> Pack:
    """The pack with its definitions in the order of its pages, then of its tables, then of their files."""
    for name in ("key", "title", "report_title", "source"):
        if not isinstance(file.raw.get(name), str):
            raise BadDefinition([file.problem((name,), f"{name} is lacking.")])
    objectives = tuple(Objective(**o) for o in _listed(file, "objectives", ("key", "number", "title")))
    questions = tuple(KeyQuestion(**q) for q in _listed(file, "key_questions", ("key", "number", "objective", "text")))
    pages = tuple(
        Page(p["key"], p["title"], p["key_question"], tuple(p["measures"]))
        for p in _listed(file, "pages", ("key", "title", "key_question", "measures"))
    )
    tables = tuple(
        WideTable(t["key"], t["title"], tuple(t["measures"]), tuple(t.get("outcomes", ())))
        for t in _listed(file, "tables", ("key", "title", "measures"), ("outcomes",))
    )
    by_key = {definition.key: definition for definition in definitions}
    order: dict[str, None] = {}
    for kind, groups in (("pages", [p.measures for p in pages]), ("tables", [t.measures + t.outcomes for t in tables])):
        for at, group in enumerate(groups):
            for key in group:
                if key not in by_key:
                    raise BadDefinition([file.problem((kind, at, "measures"), f"no file defines measure {key!r}.")])
                order.update(dict.fromkeys((key, *by_key[key].alternatives)))
    order.update(dict.fromkeys(by_key))
    return Pack(
        file.raw["key"], file.raw["title"], file.raw["report_title"], file.raw["source"], objectives, questions, pages,
        tables, tuple(by_key[key] for key in order),
    )  # fmt: skip


def _cross_checked(pack: Pack, file: _File, definitions: list[Definition]) -> list[Problem]:
    problems = []
    objectives, questions = {o.key for o in pack.objectives}, {q.key for q in pack.key_questions}
    for at, question in enumerate(pack.key_questions):
        if question.objective not in objectives:
            reason = f"objective {question.objective!r} is not among [[objectives]]."
            problems.append(file.problem(("key_questions", at, "objective"), reason))
    for definition in definitions:
        for name, value, known in (
            ("objective", definition.objective, objectives),
            ("key_question", definition.key_question, questions),
        ):
            if value not in known:
                reason = f"{name} {value!r} is not in {PACK_FILE}. Allowed: {', '.join(sorted(known))}."
                line = line_of(field_lines(Path(definition.path).read_text("utf-8")), (name,))
                problems.append(Problem(definition.path, line, reason))
    return problems


def _unknown_returns(folder: Traversable, definitions: list[Definition]) -> list[Problem]:
    """Definitions that read a return which the pack's list of returns does not have; none when it keeps no list."""
    entry = folder.joinpath(RETURNS_FILE)
    if not entry.is_file():
        return []
    listed = {row.get("key") for row in _read(entry, str(entry)).raw.get("returns", [])}
    return [
        Problem(definition.path, 1, f"{definition.key} reads return {key!r}, which {RETURNS_FILE} does not list.")
        for definition in definitions
        for key in definition.returns
        if key not in listed
    ]


def load_pack(folder: Traversable) -> Pack:
    """A pack from its folder: ``pack.toml`` and one file a measure (or family of measures).

    Raises
    ------
    BadDefinition
        With every problem of every file.
    """
    if not folder.joinpath(PACK_FILE).is_file():
        raise BadInput(f"{folder} has no {PACK_FILE}.", allowed="a folder of definition files with a pack.toml")
    arrangement = _read(folder.joinpath(PACK_FILE), str(folder.joinpath(PACK_FILE)))
    definitions: list[Definition] = []
    problems: list[Problem] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml") and entry.name not in _NOT_DEFINITIONS:
            try:
                definitions += _definitions(_read(entry, str(entry)), str(arrangement.raw.get("key", "")))
            except BadDefinition as error:
                problems += error.problems
    problems += _unknown_returns(folder, definitions)
    seen: dict[str, str] = {}
    for definition in definitions:
        if definition.key in seen:
            problems.append(
                Problem(definition.path, 1, f"key {definition.key!r} is also defined in {seen[definition.key]}.")
            )
        seen[definition.key] = definition.path
    if problems:
        raise BadDefinition(problems)
    pack = _arranged(arrangement, definitions)
    problems = _cross_checked(pack, arrangement, definitions)
    if problems:
        raise BadDefinition(list(dict.fromkeys(problems)))
    return pack


def pack_names() -> tuple[str, ...]:
    """The packs that come with Upstream."""
    root = resources.files("upstream.measures").joinpath("definitions")
    return tuple(sorted(e.name for e in root.iterdir() if e.is_dir() and e.joinpath(PACK_FILE).is_file()))


def load_packs(names: Sequence[str] = ()) -> tuple[Pack, ...]:
    """The packs of these names (folders of ``measures/definitions``, or paths of folders); none named: every one."""
    root = resources.files("upstream.measures").joinpath("definitions")
    found = []
    for name in names or pack_names():
        # a folder that happens to be called as one of ours does not stand in for it
        folder: Traversable = root.joinpath(name) if name in pack_names() else Path(name)
        if not folder.is_dir():
            raise BadInput(f"There is no pack {name!r}.", allowed=", ".join(pack_names()) + ", or the path of a folder")
        found.append(load_pack(folder))
    return tuple(found)
