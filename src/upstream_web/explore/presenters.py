"""Words of the pages of patterns."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from upstream.measures.event_records import EventRecord
from upstream.reports.document import Block
from upstream_web.explore.access import Open, OpenLook
from upstream_web.explore.engine import Held, chain_events, drawn
from upstream_web.explore.engine.concentration import concentration_drawn, kinds_of_facility
from upstream_web.explore.engine.places import explored, hot_spots_drawn, small_areas_inside
from upstream_web.explore.engine.profiles import place_of, sections_of
from upstream_web.explore.models import Analysis
from upstream_web.explore.place_forms import ExplorerForm
from upstream_web.explore.profile_forms import MOST_SMALL_AREAS
from upstream_web.measures.presenters.blocks import block, plain_table

LEADS = {
    Analysis.Kind.NEAR_REPEATS: (
        "After some crimes another follows near by and soon. This page says for which distances and times that is so, "
        "and where risk is raised now: where a visit may prevent the next."
    ),
    Analysis.Kind.CLUSTERS: (
        "Where more has happened of late than there was to expect, and is still there on the last day. Of all circles "
        "and spans of days looked at, with chance allowed for."
    ),
    Analysis.Kind.WHEN: (
        "At what hours, weekdays and times of year, on what days and in what light it happens, over up to three years; "
        "and which of these patterns are more than noise."
    ),
    Analysis.Kind.PROFILE: (
        "Everything about one problem in one answer: how much, its harm and cost, whether it rises, when and where, "
        "victims again, ages and sexes, the same where people live alike, who lives there, and what partners hold."
    ),
    Analysis.Kind.CONCENTRATION: (
        "How few small areas hold a quarter, a half and four fifths of it, beside what chance alone would need; and "
        "whether the same ones lead every year."
    ),
    Analysis.Kind.FACILITIES: (
        "Of many pubs, shops or schools a few often have most of what happens near them. Which few, of a register that "
        "partners gave, and how far that is more than chance."
    ),
    Analysis.Kind.HOT_SPOTS: (
        "Small areas that, with those around them, have more than chance gives, beside those with most harm and those "
        "with most events; and whether any of the three would have said where the next events were."
    ),
}


def title_of(kind: str, asked: Mapping[str, Any] | None, areas: Mapping[str, str], force: str) -> str:
    """The heading of a page: what and where."""
    words = Analysis.Kind(kind).label
    if not asked:
        return words
    types = asked["type"]
    what = types.lower() if isinstance(types, str) else noun_of(types)
    small = len(asked.get("small", ()))
    within = f", {small} small area{'s' if small > 1 else ''}" if small else ""
    near = f" near {kinds_of_facility().get(asked['kind'], asked['kind']).lower()}" if "kind" in asked else ""
    return f"{words}: {what}{near}, {areas.get(asked['area'], asked['area']) or force}{within}"


def query_of(asked: Mapping[str, Any]) -> str:
    """A question as an address has it."""
    return urlencode(asked, doseq=True)


def profile_parts(found: Open | None) -> list[dict[str, Any]]:
    """A profile as headings with the blocks under each; nothing without an answer."""
    if found is None:
        return []
    place = place_of(found.analysis.asked)
    made = sections_of(found.analysis.answer, place, small_numbers=found.small_numbers)
    return [{"key": one.id, "title": one.title, "blocks": _plain(one.blocks)} for one in made]


def plan_query(found: Open) -> str:
    """What a plan that starts from a profile begins with, as an address has it."""
    asked = found.analysis.asked
    place, what = place_of(asked), noun_of(asked["type"])
    return urlencode(
        {
            "from": "profile", "ref": str(found.analysis.pk), "title": f"{what[0].upper()}{what[1:]}: {place}"[:160],
            "place": place, "crime_type": asked["type"], "area": asked["area"], "small_area": asked["small"],
            "first": asked["first"], "last": asked["last"],
        },
        doseq=True,
    )  # fmt: skip


def places_of(found: Open | None) -> list[dict[str, Any]]:
    """Hot spots, concentration or risky facilities as blocks of a page; nothing without an answer."""
    if found is None:
        return []
    of = found.analysis

    def lead(code: str) -> str:
        return profile_address(of.asked, small=[code])

    if of.kind == Analysis.Kind.HOT_SPOTS:
        made = hot_spots_drawn(of.answer, small_numbers=found.small_numbers, lead=lead)
    else:
        made = concentration_drawn(of.answer, small_numbers=found.small_numbers, lead=lead)
    return [block(one, str) for one in made]


def profile_address(asked: Mapping[str, Any], *, small: Sequence[str] = ()) -> str:
    """The problem profile of what somebody looks at, or of some small areas, whatever area they were looked at in."""
    of = {name: asked[name] for name in ("type", "area", "first", "last")}
    chosen = of | ({"area": "", "small": list(small)} if small else {})
    return f"{reverse('explore:profile')}?{urlencode(chosen, doseq=True)}"


def profile_of_days(found: Open | None) -> str:
    """The problem profile of an answer about days: of the months that they are in."""
    if found is None:
        return ""
    read, asked = found.analysis.answer["read"], found.analysis.asked
    return profile_address(asked | {"first": read["first"][:7], "last": read["last"][:7]})


def other_ways(asked: Mapping[str, str] | None) -> dict[str, str]:
    """The same question of counts and of rates, as addresses have them, and its problem profile."""
    if asked is None:
        return {}
    counts = {name: value for name, value in asked.items() if name != "of"}
    return {
        "counts_query": query_of(counts), "rates_query": query_of(counts | {"of": "rates"}),
        "profile_link": profile_address(asked),
    }  # fmt: skip


def seen_of(found: OpenLook, form: ExplorerForm, *, noun: str, where: str) -> list[dict[str, Any]]:
    """A look as blocks of a page; an area leads to the page inside it."""

    def lead(code: str) -> str:
        if form.lower:
            return f"?{form.query_with(by=form.lower, within=f'{found.seen.by}:{code}')}"
        return profile_address(_looked_at(form), small=[code])

    made = explored(found.seen, noun=noun, where=where, small_numbers=found.small_numbers, lead=lead)
    return [block(one, str) for one in made]


def profile_of_look(form: ExplorerForm) -> str:
    """The problem profile of what the explorer shows; none of an area of too many small areas for one."""
    within = form.cleaned_data["within"]
    small = small_areas_inside(within) if within else []
    return "" if len(small) > MOST_SMALL_AREAS else profile_address(_looked_at(form), small=small)


def _looked_at(form: ExplorerForm) -> dict[str, Any]:
    of = form.cleaned_data
    return {"type": of["type"], "area": of["area"], "first": str(of["first"]), "last": str(of["last"])}


def look_words(form: ExplorerForm, of: Held) -> dict[str, str]:
    """What is counted, and where, in words."""
    area = form.cleaned_data["area"]
    where = of.areas.get(area, area) or of.force
    return {"noun": noun_of(form.chosen), "where": ", ".join(one for one in (form.within_words, where) if one)}


def look_title(form: ExplorerForm, of: Held) -> str:
    """The heading of the explorer."""
    if not form.is_valid():
        return "Map and months"
    words, months = look_words(form, of), form.cleaned_data
    return f"{words['noun'].capitalize()}, {words['where']}, {months['first'].label} to {months['last'].label}"


def noun_of(types: Sequence[str]) -> str:
    """What is counted, in words."""
    if not types:
        return "crimes"
    named = [name if name.isupper() else name.lower() for name in types]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def _plain(made: Sequence[Block]) -> list[dict[str, Any]]:
    return [block(one, lambda _key: "") for one in made]


def blocks_of(found: Open | None) -> list[dict[str, Any]]:
    """An answer as blocks of a page; nothing without one."""
    if found is None:
        return []
    analysis = found.analysis

    def lead(chain: int) -> str:
        return f"{reverse('explore:near_repeat_chain', args=[chain])}?{query_of(analysis.asked)}"

    made = drawn(
        analysis.kind, analysis.answer, small_numbers=found.small_numbers, lead=lead if found.small_numbers else None
    )
    return [block(one, str) for one in made]


def chain_table(found: Open, chain: int) -> dict[str, Any]:
    """The events of a chain: what, when and where, as facts."""
    events = chain_events(found.analysis.answer, chain)
    rows = [(_day(date.fromisoformat(row["day"])), row["type"], row["name"]) for row in events]
    title = f"{len(rows):,} events, the first first"
    return plain_table("chain-events", title, ("Day", "Offence", "Small area"), rows, numbers=())


def record_table(records: Sequence[EventRecord], areas: Mapping[str, str]) -> dict[str, Any]:
    """The records of a chain, the latest first."""
    ordered = sorted(records, key=lambda one: (one.recorded, one.reference), reverse=True)
    rows = [(one.reference, _day(one.recorded), one.type, areas.get(one.area, one.area)) for one in ordered]
    title = f"{len(rows):,} records, the latest first"
    return plain_table("chain-records", title, ("Reference", "Recorded", "Offence", "Area"), rows, numbers=())


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
