"""Commentary: what people write about a measure, one Markdown file a measure, every number in it backed.

``<measure key>.md`` begins with lines between ``---`` that say whose words these are, and has up to three sections.
See ``docs/how-to/write-commentary.md``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markdown_it.token import Token

from upstream.errors import BadInput, Refused
from upstream.reports.binding import Binding
from upstream.reports.bound_figures import REFERENCE, bound_figure
from upstream.reports.document import Link, Prose, Run, Text
from upstream.reports.figures import Figure
from upstream.reports.markdown_blocks import MarkdownBlocks
from upstream.reports.number_patterns import bare_numbers

SECTIONS: Final = {
    "what does this mean": "What does this mean?",
    "next steps": "Next steps",
    "action required": "Action required",
}
FRONT_MATTER: Final = ("author", "reviewed", "likelihood", "likelihood_by", "likelihood_reason")
SOURCE: Final = "source"
"""Destination of a link that names an outside source in its title: ``[12%](source "ONS, March 2022")``."""

_LINE = re.compile(r"(?P<key>[a-z_]+):\s*(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Override:
    """A person's own judgement of likelihood, in place of the model's.

    Attributes
    ----------
    probability : float
        0 to 1.
    by, reason : str
        The post that judged, and why.
    """

    probability: float
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unbacked:
    """What is wrong at one place of a commentary.

    Attributes
    ----------
    section, line
        Heading, and line of the file (or of the section's text, where that starts at 1).
    number
        The number that no value backs, as typed; empty when something else is wrong.
    words
        What is wrong, as a sentence.
    """

    section: str
    line: int
    number: str
    words: str


class NotBacked(Refused):
    """Commentary that cannot be published; ``problems`` holds every place."""

    def __init__(self, name: str, problems: Sequence[Unbacked]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "Commentary cannot be published: " + " ".join(f"{name}:{one.line}: {one.words}" for one in problems),
            remedy="Bind each number with {{...}}, use one that the page prints, or quote its source: "
            '[12%](source "ONS, March 2022").',
        )


@dataclass(frozen=True, slots=True)
class Commentary:
    """One file, as written: ``sections`` maps a heading to its Markdown and the line it starts on."""

    path: Path
    measure: str
    author: str
    reviewed: dt.date
    sections: tuple[tuple[str, str, int], ...]
    override: Override | None = None


def read_commentary(folder: Path) -> dict[str, Commentary]:
    """Every ``*.md`` file of a folder, by measure key.

    Raises
    ------
    BadInput
        The folder is not there, or a file is not written as expected (file and line are named).
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder.", remedy="Give the folder that holds the commentary files.")
    return {path.stem: _read(path) for path in sorted(folder.glob("*.md")) if path.stem.lower() != "readme"}


def _read(path: Path) -> Commentary:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name}: not UTF-8 text.", remedy="Save it as UTF-8.") from error
    if not lines or lines[0].strip() != "---":
        raise BadInput(f"{path.name}:1: no front matter.", allowed="--- on the first line, then author: and reviewed:")
    try:
        end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "---")
    except StopIteration:
        raise BadInput(f"{path.name}:1: the front matter is not closed.", allowed="--- on a line of its own") from None
    facts = _front_matter(path, lines[1:end])
    return Commentary(
        path,
        path.stem,
        facts["author"],
        _date(path, facts["reviewed"]),
        _sections(path, lines, end + 1),
        _override(path, facts),
    )


def _front_matter(path: Path, lines: list[str]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or match["key"] not in FRONT_MATTER:
            raise BadInput(f"{path.name}:{number}: {line.strip()!r} is not known.", allowed=", ".join(FRONT_MATTER))
        facts[match["key"]] = match["value"].strip()
    for wanted in ("author", "reviewed"):
        if not facts.get(wanted):
            raise BadInput(f"{path.name}:1: {wanted} is missing.", remedy=f"Add a line {wanted}: to the front matter.")
    return facts


def _date(path: Path, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{path.name}: reviewed is {text!r}.", allowed="a date, YYYY-MM-DD") from error


def _override(path: Path, facts: dict[str, str]) -> Override | None:
    if "likelihood" not in facts:
        return None
    by, reason = facts.get("likelihood_by", ""), facts.get("likelihood_reason", "")
    if not by or not reason:
        raise BadInput(
            f"{path.name}: an override of likelihood needs a name and a reason.",
            allowed="likelihood_by, likelihood_reason",
        )
    try:
        percent = float(facts["likelihood"].removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise BadInput(f"{path.name}: likelihood is {facts['likelihood']!r}.", allowed="0 to 100, in per cent")
    return Override(percent / 100, by, reason)


def _sections(path: Path, lines: list[str], start: int) -> tuple[tuple[str, str, int], ...]:
    found: list[tuple[str, list[str], int]] = []
    for number, line in enumerate(lines[start:], start + 1):
        if line.startswith("#"):
            title = SECTIONS.get(line.lstrip("#").strip().rstrip("?").lower())
            if title is None:
                raise BadInput(
                    f"{path.name}:{number}: {line.strip()!r} is not a section.", allowed=", ".join(SECTIONS.values())
                )
            found.append((title, [], number + 1))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            raise BadInput(
                f"{path.name}:{number}: words before the first section.",
                allowed="## " + ", ## ".join(SECTIONS.values()),
            )
    return tuple((title, "\n".join(body), number) for title, body, number in found if "".join(body).strip())


def bind_commentary(
    commentary: Commentary, bindings: Mapping[str, Binding], on_page: Iterable[Figure]
) -> tuple[Prose, ...]:
    """The sections as blocks, every number a figure.

    Parameters
    ----------
    bindings
        Measures of the report, by key: what ``{{...}}`` may name.
    on_page
        Figures of the measure's page: a bare number must equal one of them as printed.

    Raises
    ------
    NotBacked
        A number is backed by no value; every place is named, file and line.
    """
    binder = _Binder(commentary, bindings, {f.text.lstrip("+−"): f for f in on_page if f.value is not None})
    blocks = tuple(binder.section_blocks(*section) for section in commentary.sections)
    if binder.problems:
        raise NotBacked(commentary.path.name, binder.problems)
    return blocks


class _Binder(MarkdownBlocks):
    """Reads one file strictly; collects what is wrong instead of stopping at the first."""

    def __init__(self, commentary: Commentary, bindings: Mapping[str, Binding], printed: dict[str, Figure]) -> None:
        super().__init__()
        self.commentary, self.bindings, self.printed = commentary, bindings, printed
        self.problems: list[Unbacked] = []
        self.section = ""

    def section_blocks(self, title: str, body: str, line: int) -> Prose:
        """One section, bound."""
        self.section = title
        return Prose(title, self.blocks(body, line))

    def problem(self, line: int, words: str, number: str = "") -> None:
        self.problems.append(Unbacked(self.section, line, number, words))

    def linked(self, words: str, link: Token, line: int) -> list[Run]:
        """Words quoted from elsewhere: their numbers are the source's, so the source is printed."""
        target, title = str(link.attrs.get("href", "")), str(link.attrs.get("title", ""))
        if target == SOURCE:
            if not title:
                self.problem(line, 'an outside source needs a name: [words](source "name, date").')
            return [Text(f"{words} (source: {title})")]
        if not target.startswith(("https://", "http://")):
            self.problem(line, f"a link to {target!r}: only https addresses and named sources are allowed.")
        return [Link(words, target)]

    def words(self, words: str, bold: bool, line: int) -> list[Run]:
        out: list[Run] = []
        place = 0
        for match in REFERENCE.finditer(words):
            out += self.plain(words[place : match.start()], bold, line)
            place = match.end()
            try:
                out.append(bound_figure(match[1], self.commentary.measure, self.bindings))
            except BadInput as error:
                self.problem(line, error.sentence)
        return out + self.plain(words[place:], bold, line)

    def plain(self, words: str, bold: bool, line: int) -> list[Run]:
        out: list[Run] = []
        place = 0
        for number in bare_numbers(words):
            figure = self.printed.get(number.text.lstrip("+−-"))
            if figure is None:
                self.problem(line, f"the number {number.text} is backed by no value on the page.", number.text)
                continue
            out += [Text(words[place : number.start], bold), figure]
            place = number.end
        return [run for run in (*out, Text(words[place:], bold)) if run.text]
