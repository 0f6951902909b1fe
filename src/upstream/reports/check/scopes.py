"""Where a sentence and a table speak of: a figure of one place is no contradiction of another's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from upstream.reports.check.grids import Grid
from upstream.reports.check.nouns import name_of
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.spans import without_periods

_NAME = r"[A-Z][\w'’-]+(?: (?:(?:and|of|on|upon|the|under|in|by) )?[A-Z][\w'’-]+)*"
_BEHIND = re.compile(rf"\b(?:[Ii]n|[Aa]t|[Aa]cross|[Ff]or|[Ww]ithin|[Cc]overing|[Tt]hroughout) (?:the )?({_NAME})")
_SMALL = re.compile(r"\b(?:in|at|across|for|within) (?:the )?([a-z][\w'-]*(?: and [a-z][\w'-]*)?)")
_NO_PLACE = re.compile(
    r"(?:Table|Figure|Chart|Appendix|Annex|Section|Page|Part|Year|Quarter|Q\d|Force|Borough|County|Partnership|"
    r"Total|Month|Period)\b"
)
_JOINING = frozenset({"and", "of", "on", "upon", "the", "under", "in", "by"})
Place = frozenset[str]


def places_said(text: str) -> frozenset[Place]:
    """Names behind "in", "at", "across" and the like, each as the stems of its words."""
    found = (m[1] for m in _BEHIND.finditer(without_periods(text, ", ")))
    return frozenset(place for name in found if not _NO_PLACE.match(name) and (place := frozenset(name_of(name))))


@dataclass(frozen=True, slots=True)
class Scope:
    """What one table speaks of: the places that its title names, and the words of its rows' names."""

    places: frozenset[Place]
    row_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scopes:
    """What the tables of one run speak of.

    Attributes
    ----------
    tables
        By file and order of the table.
    titles
        Titles of tables: as headings they say nothing of the sentences that follow.
    everywhere
        Whether titled tables are of several places, or of one beside the whole.
    """

    tables: Mapping[tuple[str, int], Scope]
    titles: frozenset[str]
    everywhere: bool

    def of_table(self, grid: Grid) -> Scope:
        return self.tables[grid.table.file, grid.table.order]

    def elsewhere(self, sentence: Sentence, grid: Grid) -> bool:
        """Whether a sentence names another place than a table does, or one names a place and the other none."""
        scope = self.of_table(grid)
        # "Vehicle" of "for Vehicle crime" and "Risk" of "Child at Risk" are of the names of rows
        mine = frozenset(place for place in places_said(sentence.full) if not place & scope.row_words)
        if mine == scope.places or (mine & scope.places):
            return False
        if mine:
            return bool(scope.places) or not _named(mine, (*grid.table.section, grid.table.title))
        headings = tuple(heading for heading in sentence.section if heading not in self.titles)
        return self.everywhere and not _named(scope.places, headings)


def _named(places: frozenset[Place], headings: tuple[str, ...]) -> bool:
    words = frozenset(word for heading in headings for word in name_of(heading))
    return any(place <= words for place in places)


def _titled(title: str, known: frozenset[Place]) -> frozenset[Place]:
    """Places that a title names; a title made from a file's name has no capitals, and only known places count."""
    if title != title.lower():
        return places_said(title)
    names = [frozenset(name_of(m[1])) for m in _SMALL.finditer(without_periods(title, ", "))]
    return frozenset(place for name in names for place in known if place <= name)


def scopes_of(grids: Sequence[Grid], sentences: Iterable[Sentence]) -> Scopes:
    """Of every table and sentence of a run; places are known from sentences and from labels with a capital."""
    keys = {id(grid): [key for row in grid.rows for key in row.keys if key] for grid in grids}
    labels = {frozenset(name_of(key)) for held in keys.values() for key in held if key[:1].isupper()}
    said = {place for sentence in sentences for place in places_said(sentence.full)}
    known = frozenset(place for place in said | labels if place)
    tables = {
        (grid.table.file, grid.table.order): Scope(
            places=_titled(grid.table.title, known),
            row_words=frozenset(word for key in keys[id(grid)] for word in name_of(key)) - _JOINING,
        )
        for grid in grids
    }
    titled = [grid.table for grid in grids if grid.table.title]
    places = {tables[table.file, table.order].places for table in titled}
    return Scopes(tables, frozenset(table.title for table in titled), len(places) > 1)
