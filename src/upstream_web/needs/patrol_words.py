"""Patrol plans as pages show them."""

import datetime as dt
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from upstream.reports.rows_out import rows_as
from upstream_web.measures.presenters.blocks import block
from upstream_web.needs.engine.patrols import SOURCE, dose_drawn, sheet_tables
from upstream_web.needs.models import PatrolPlan
from upstream_web.needs.queries import Patrol, local

SHOWN = 10
"""Visits listed on the page; the file has all."""


def listed(plans: QuerySet[PatrolPlan]) -> list[PatrolPlan]:
    """The newest plans, with stops planned and made."""
    stood = Q(spots__visits__isnull=False, spots__visits__withdrawn_at__isnull=True)
    counted = plans.select_related("area").annotate(
        planned=Count("spots__stops", distinct=True), done=Count("spots__visits", filter=stood, distinct=True)
    )
    return list(counted[:50])


def patrol_page(plan: PatrolPlan, of: Patrol) -> dict[str, Any]:
    """What the plan is, and its dose up to now."""
    now = local(timezone.now())
    due = of.due(now)
    names = {spot.key: str(row) for spot, row in zip(of.spots, of.rows, strict=True)}
    planned = {row.number: sum(one.spot == str(row.number) for one in of.stops) for row in of.rows}
    days = of.days()
    coming = [day for day in days if day >= now.date()]
    return {
        "facts": _facts(plan, of),
        "places": [(row, planned[row.number], planned[row.number] * plan.stop) for row in of.rows],
        "due": len(due),
        "delivered": sum(one.minutes for one in of.visits),
        "blocks": [block(one, lambda _: "") for one in dose_drawn(due, of.visits, names)] if due or of.visits else [],
        "days": days,
        "next_day": (coming or days or [None])[0],
        "noted": of.noted[:SHOWN],
        "source": SOURCE,
    }


def _facts(plan: PatrolPlan, of: Patrol) -> list[tuple[str, str]]:
    days = (plan.last - plan.first).days + 1
    minutes = days * plan.minutes * plan.teams
    stops = len(of.stops) * plan.stop
    facts = [
        ("Area", plan.area.name),
        ("Crimes", ", ".join(plan.types)),
        ("When", f"{plan.first:%-d %B %Y} to {plan.last:%-d %B %Y}, {plan.begins:%H:%M} for {plan.minutes} minutes"),
        ("It needs", f"{plan.teams} team{'' if plan.teams == 1 else 's'} on {days} day{'' if days == 1 else 's'}: "
                     f"{minutes / 60:,.1f} hours of a team, of which {stops / 60:,.1f} are stops ({len(of.stops):,} of "
                     f"{plan.stop} minutes) and {plan.travel / 60:,.1f} the way (straight lines at 30 km/h)"),
        ("Chosen from", f"A year of records, {plan.read_from:%-d %B %Y} to {plan.read_to:%-d %B %Y}: {len(of.rows)} of "
                        f"{plan.facts['squares']:,} squares of 200 metres, which hold "
                        f"{100 * plan.facts['of_all']:.0f}% of the crimes"),
    ]  # fmt: skip
    facts.append(("Busiest hours", _busy(plan.facts.get("busy"))))
    if passed := plan.facts.get("passed_over"):
        squares = "1 square" if passed == 1 else f"{passed} squares"
        why = "all of whose crimes are at one point: no patrol is planned of one household"
        facts.append(("Left out", f"{squares} as busy, {why}"))
    return facts


def _busy(busy: dict[str, Any] | None) -> str:
    if busy is None:
        return "not known: no record there has a time"
    share, chance = 100 * busy["share"], 100 * busy["hours"] / 24
    return (
        f"{share:.0f}% of the crimes there whose hour is known fell in the {busy['hours']} hours from "
        f"{busy['begin']:02d}:00 (chance alone: {chance:.0f}%)"
    )


def day_page(of: Patrol, day: dt.date) -> dict[str, Any]:
    """The stops of a day, a table a team."""
    made = sheet_tables(of.on(day), of.spots)
    return {"tables": [block(one, lambda _: "") for one in made], "source": SOURCE}


def delivered_file(of: Patrol) -> bytes:
    """Stops planned and made, as rows."""
    names = {spot.key: spot.name for spot in of.spots}
    rows = [_file_row("planned", one, names, one.minutes, str(one.team)) for one in of.stops]
    rows += [_file_row("made", one, names, int(one.minutes), "") for one in of.visits]
    return rows_as(".csv", sorted(rows, key=lambda row: (row["start"], row["what"])))


def _file_row(what: str, one: Any, names: dict[str, str], minutes: int, team: str) -> dict[str, Any]:
    return {"what": what, "place": int(one.spot), "name": names[one.spot], "start": one.start.isoformat(" "),
            "minutes": minutes, "team": team}  # fmt: skip
