"""Lists of plans."""

from collections.abc import Callable

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from upstream_web.design.sending import file_to_save
from upstream_web.people.access import recently_signed_in, standing
from upstream_web.people.models import Team
from upstream_web.people.permissions import Permission
from upstream_web.places.queries import areas_with_plans
from upstream_web.problems.access import sees_results, visible_actions, visible_plans
from upstream_web.problems.changes.papers import note_list
from upstream_web.problems.models import Marking, Plan
from upstream_web.problems.presenters import colour_tag, plans_as_csv, status_tag
from upstream_web.problems.queries import DRIFT_DAYS, PlanFilter, filtered, tallies, teams_with
from upstream_web.problems.workbook_out import as_workbook

PAGE = 25
TOO_LONG_A_NUMBER = 10
"""Digits: no row has such a number, and no database takes one much longer."""


def plans(request: HttpRequest) -> HttpResponse:
    """The plans that are open to the person, narrowed by a filter."""
    by = plan_filter(request)
    page = Paginator(filtered(visible_plans(request.user), by), PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "title": "Plans",
        "page": page,
        "by": by,
        "areas": areas_with_plans(),
        "teams": teams_with(visible_plans(request.user)),
        "choices": Plan,
        "query": query.urlencode(),
        "status_tag": status_tag,
        "colour_tag": colour_tag,
        "may_start": standing(request.user).allows(Permission.PLAN_START),
        "may_import": standing(request.user).allows(Permission.PLAN_IMPORT),
    }
    return render(request, "problems/plans.jinja", context)


def dashboard(request: HttpRequest) -> HttpResponse:
    """How the plans open to the person stand: by area and colour, by team, overdue, drifting."""
    visible, today = visible_plans(request.user), timezone.localdate()
    teams = teams_with(visible)
    team = _team(request, teams)
    visible = visible.filter(team=team) if team else visible
    overdue = visible.overdue().select_related("area", "team", "owner").order_by("next_review_on", "id")
    context = {
        "title": f"How the plans of {team} stand" if team else "How plans stand",
        "teams": teams,
        "team": team,
        "by_area": tallies(visible, "area", today),
        "by_team": tallies(visible, "team", today),
        "overdue": overdue[:20],
        "drift_days": DRIFT_DAYS,
        "sees_results": sees_results(request.user),
        "today": today,
    }
    return render(request, "problems/dashboard.jinja", context)


def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as CSV, with a mark before any cell that a spreadsheet would take for a formula."""
    rows = filtered(visible_plans(request.user), plan_filter(request))
    marked = rows.filter(marking=Marking.SENSITIVE).count()
    send = _marked_list if marked else _list
    return send(request, "csv", rows, marked, lambda: plans_as_csv(rows))


def export_workbook(request: HttpRequest) -> HttpResponse:
    """The filtered list with the actions of its plans as a workbook, which comes in again as already held."""
    rows = filtered(visible_plans(request.user), plan_filter(request))
    actions = visible_actions(request.user).filter(plan__in=rows.values("pk"))
    marked = sum(one.filter(marking=Marking.SENSITIVE).count() for one in (rows, actions))
    actions = actions.select_related("plan", "organisation", "owner").order_by("plan__ref", "number")
    send = _marked_list if marked else _list
    return send(request, "xlsx", rows, marked, lambda: as_workbook(rows, actions))


def _list(
    request: HttpRequest, kind: str, rows: QuerySet[Plan], marked: int, content: Callable[[], bytes | str]
) -> HttpResponse:
    """The file, once it is recorded that it leaves the site."""
    note_list(by=request.user, kind=kind, plans=rows.count(), marked=marked)
    return file_to_save(content(), f"plans.{kind}")


_marked_list = recently_signed_in(_list)


def plan_filter(request: HttpRequest) -> PlanFilter:
    """The filter of an address; what is not one of the choices narrows nothing."""
    given = request.GET
    return PlanFilter(
        show=given.get("show")
        if given.get("show") in ("overdue", "drifting", "unscored", "mine", "closed", "all")
        else "open",
        area=areas_with_plans().filter(code=given["area"]).first() if given.get("area") else None,
        team=_team(request, teams_with(visible_plans(request.user))),
        status=_one_of(given.get("status"), Plan.Status.values),
        stage=_one_of(given.get("stage"), Plan.Stage.values),
        colour=_one_of(given.get("colour"), Plan.Colour.values),
        kind=_one_of(given.get("kind"), Plan.Kind.values),
        words=given.get("words", "")[:100],
        person=request.user,
    )


def _team(request: HttpRequest, teams: QuerySet[Team]) -> Team | None:
    """The team of an address, where it is one of those offered."""
    given = request.GET.get("team", "")
    return teams.filter(pk=given).first() if given.isdecimal() and len(given) < TOO_LONG_A_NUMBER else None


def _one_of(value: str | None, allowed: list[str]) -> str:
    return value if value in allowed else ""
