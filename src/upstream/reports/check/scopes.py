"""Where a sentence and a table speak of: a figure of one place is no contradiction of another's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
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
class Scopes:
    """The places that the tables and sentences of one run speak of.

    Attributes
    ----------
    known, titled
        Places named anywhere, and by titles of tables.
    titles
        Titles of tables: as headings they say nothing of the sentences that follow.
    everywhere
        Whether there are tables of several places, or of one beside the whole.
    """

    known: frozenset[Place]
    titled: frozenset[Place]
    titles: frozenset[str]
    everywhere: bool

    def of_table(self, grid: Grid) -> frozenset[Place]:
        """Places that a title names; a title made from a file's name has no capitals, and only known places count."""
        title = grid.table.title
        if title != title.lower():
            return places_said(title)
        names = (frozenset(name_of(m[1])) for m in _SMALL.finditer(without_periods(title, ", ")))
        return frozenset(place for name in names for place in self.known if place <= name)

    def elsewhere(self, sentence: Sentence, grid: Grid) -> bool:
        """Whether a sentence names another place than a table does, or one names a place and the other none."""
        theirs, mine = self.of_table(grid), places_said(sentence.full)
        rows = {frozenset(name_of(key)) for row in grid.rows for key in row.keys if key}
        # "Vehicle" of "for Vehicle crime" and "Risk" of "Child at Risk" are of the names of rows
        mine = frozenset(place for place in mine if not any(place & row - _JOINING for row in rows))
        if mine == theirs or (mine & theirs):
            return False
        if mine:
            return bool(theirs) or not _named(mine, (*grid.table.section, grid.table.title))
        headings = tuple(heading for heading in sentence.section if heading not in self.titles)
        return self.everywhere and not _named(theirs, headings)


def _named(places: frozenset[Place], headings: tuple[str, ...]) -> bool:
    words = frozenset(word for heading in headings for word in name_of(heading))
    return any(place <= words for place in places)


def scopes_of(evidence: Evidence) -> Scopes:
    """Places named by sentences and by labels; and whether there is a table of the whole beside those of its parts."""
    labels = {
        frozenset(name_of(key)) for grid in evidence.grids for row in grid.rows for key in row.keys if key[:1].isupper()
    }
    said = {place for sentence in evidence.sentences for place in places_said(sentence.full)}
    titles = [places_said(grid.table.title) for grid in evidence.grids if grid.table.title]
    known = frozenset(place for place in said | labels if place)
    printed = frozenset(grid.table.title for grid in evidence.grids)
    first = Scopes(known, frozenset(place for title in titles for place in title), printed, True)
    of_tables = {first.of_table(grid) for grid in evidence.grids if grid.table.title}
    return Scopes(first.known, first.titled, printed, len(of_tables) > 1)
