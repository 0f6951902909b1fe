"""Starting a plan: similar ones first, then one short form."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from upstream_web.design.forms import posted
from upstream_web.people.access import own_teams, standing
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.places.queries import areas_within
from upstream_web.problems.access import visible_plans
from upstream_web.problems.changes.plans import start_plan
from upstream_web.problems.changes.slices import ask_to_count
from upstream_web.problems.forms.plans import StartForm, carried
from upstream_web.problems.models import Plan
from upstream_web.problems.presenters import colour_tag, status_tag
from upstream_web.problems.queries import similar_plans
from upstream_web.problems.questions import help_with


def start(request: HttpRequest) -> HttpResponse:
    """The form; a first look shows similar plans before anything is made."""
    who = standing(request.user)
    if not who.allows(Permission.PLAN_START):
        raise PermissionDenied
    choices = {"areas": areas_within(who.paths(Permission.PLAN_START)), "teams": own_teams(request.user)}
    form = StartForm(posted(request), initial=_prefilled(request, choices["areas"]), **choices)
    similar = None
    if request.method == "POST" and form.is_valid():
        if "start" in request.POST:
            return _started(request, form)
        similar = similar_plans(
            visible_plans(request.user),
            area=form.cleaned_data["area"],
            crime_types=form.cleaned_data["crime_types"],
            title=form.cleaned_data["title"],
        )
    context = {
        "title": "Start a plan",
        "help": help_with("start"),
        "form": form,
        "carried": carried(request.GET),
        "similar": similar,
        "status_tag": status_tag,
        "colour_tag": colour_tag,
    }
    return render(request, "problems/start.jinja", context)


def _started(request: HttpRequest, form: StartForm) -> HttpResponse:
    source = request.GET.get("from", "")
    plan = start_plan(
        by=request.user,
        **form.cleaned_data,
        **carried(request.GET),
        started_from=source if source in Plan.StartedFrom.values else Plan.StartedFrom.BLANK,
        started_from_ref=request.GET.get("ref", "")[:160],
    )
    if plan.started_from == Plan.StartedFrom.PROFILE:
        ask_to_count(plan=plan, stage=Plan.Stage.ANALYSIS, by=request.user)
    return redirect("problems:beat" if plan.is_on_one_page else "problems:overview", plan.pk)


def _prefilled(request: HttpRequest, areas: QuerySet[Area]) -> dict[str, object]:
    """From a place, a measure or a signal: the address carries what is known."""
    return {
        "title": request.GET.get("title", "")[:160],
        "place": request.GET.get("place", "")[:160],
        "crime_types": request.GET.getlist("crime_type"),
        "area": areas.filter(code=request.GET.get("area", "")).first(),
        "size": request.GET.get("size", Plan.Size.STANDARD),
        "kind": Plan.Kind.NEIGHBOURHOOD,
    }
