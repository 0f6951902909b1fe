"""Pages of bodies, their teams, and the areas that they answer for."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from upstream_web.audit.queries import history_of
from upstream_web.design.forms import posted
from upstream_web.people import access, changes, queries
from upstream_web.people.forms import people as forms
from upstream_web.people.models import Organisation, Team
from upstream_web.people.permissions import Permission
from upstream_web.people.presenters import happenings
from upstream_web.people.views.form_page import form_page
from upstream_web.places import changes as places
from upstream_web.places.models import Area


def bodies(request: HttpRequest) -> HttpResponse:
    """The force, the body that governs it and its partners."""
    ended = request.GET.get("ended") == "yes"
    manages = access.standing(request.user).allows(Permission.PEOPLE_MANAGE)
    title = "Bodies that have ended" if ended else "Bodies and teams"
    context = {"title": title, "rows": queries.bodies(ended=ended), "ended": ended, "manages": manages}
    return render(request, "people/bodies.jinja", context)


def body(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: its dated form, whom it succeeds, its teams."""
    found = access.body_for_reading(pk)
    manages = access.manages(request.user, found.area)
    context = {
        "title": found.name,
        "body": found,
        "forms": found.forms.all(),
        "heirs": found.succeeded_by.all(),
        "teams": queries.teams_of(found),
        "opens_teams": access.reads_teams_of(request.user, found.pk),
        "manages": manages,
        "history_rows": happenings(history_of(found)[:20]) if manages else [],
    }
    return render(request, "people/body.jinja", context)


def add_body(request: HttpRequest) -> HttpResponse:
    """Add a body."""
    access.require(request.user, Permission.PEOPLE_MANAGE)
    return form_page(
        request,
        forms.BodyForm(posted(request), by=request.user),
        lambda data: changes.add_organisation(**data, by=request.user),
        title="Add a body",
        back=reverse("people:bodies"),
        to=_page,
    )


def edit_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a body's name, kind or area."""
    found = access.body_for_managing(request.user, pk)
    initial = {"name": found.name, "kind": found.kind, "area": found.area_id}
    return form_page(
        request,
        forms.BodyForm(posted(request), initial=initial, by=request.user, body=found),
        lambda data: changes.edit_organisation(organisation=found, **data, by=request.user),
        title=f"Change the details of {found}",
        back=_page(found),
        done="Saved.",
    )


def set_form(request: HttpRequest, pk: int) -> HttpResponse:
    """A local policing body takes another form."""
    found = access.body_for_managing(request.user, pk)
    return form_page(
        request,
        forms.FormOfBodyForm(posted(request)),
        lambda data: changes.set_policing_body_form(organisation=found, **data, by=request.user),
        title=f"The form of {found}",
        back=_page(found),
        done="The form is recorded from that day.",
    )


def succeed(request: HttpRequest, pk: int) -> HttpResponse:
    """Another body takes over; teams and their work go with it."""
    found = access.body_for_managing(request.user, pk)
    return form_page(
        request,
        forms.SuccessorForm(posted(request)),
        lambda data: changes.succeed_organisation(organisation=found, **data, by=request.user),
        title=f"A body that succeeds {found}",
        lead="Teams, their people and their work go over. What was decided before stays under the old name.",
        back=_page(found),
        to=_page,
    )


def end_body(request: HttpRequest, pk: int) -> HttpResponse:
    """A body ends with nobody to succeed it."""
    found = access.body_for_managing(request.user, pk)
    end = partial(changes.end_organisation, organisation=found)
    return _end_page(request, found, end, kind="body", back=_page(found))


def add_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a team to a body."""
    found = access.body_for_managing(request.user, pk)
    return form_page(
        request,
        forms.TeamForm(posted(request), by=request.user, body=found),
        lambda data: changes.add_team(organisation=found, **data, by=request.user),
        title=f"Add a team to {found}",
        back=_page(found),
        to=_team_page,
    )


def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team: its area and who is in it."""
    found = access.team_for_reading(request.user, pk)
    manages = access.manages(request.user, found.area)
    context = {"title": found.name, "team": found, "members": queries.members_of(found), "manages": manages}
    return render(request, "people/team.jinja", context)


def edit_team(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a team's name, kind or area."""
    found = access.team_for_managing(request.user, pk)
    initial = {"name": found.name, "kind": found.kind, "area": found.area_id}
    form = forms.TeamForm(posted(request), initial=initial, by=request.user, body=found.organisation, team=found)
    return form_page(
        request,
        form,
        lambda data: changes.edit_team(team=found, **data, by=request.user),
        title=f"Change the details of {found}",
        back=_team_page(found),
        done="Saved.",
    )


def end_team(request: HttpRequest, pk: int) -> HttpResponse:
    """A team ends, and its memberships with it."""
    found = access.team_for_managing(request.user, pk)
    lead = "Everybody's membership of it ends on that day too. Hand their work over first."
    return _end_page(
        request, found, partial(changes.end_team, team=found), kind="team", back=_team_page(found), lead=lead
    )


def areas(request: HttpRequest) -> HttpResponse:
    """The tree of areas."""
    return render(request, "people/areas.jinja", {"title": "Areas", "rows": queries.areas()})


def area(request: HttpRequest, code: str) -> HttpResponse:
    """One area: where it lies, and who answers for it."""
    found = access.area_for_reading(code)
    seen = access.people_seen_by(request.user)
    context = {
        "title": found.name,
        "area": found,
        "children": found.children.all(),
        "answers": queries.answers_for(found).filter(user__in=seen),
        "teams": found.teams.current().select_related("organisation"),
        "manages": access.manages(request.user, found),
    }
    return render(request, "people/area.jinja", context)


def add_area(request: HttpRequest, code: str) -> HttpResponse:
    """Add an area below another."""
    parent = access.area_for_managing(request.user, code)
    return form_page(
        request,
        forms.AreaForm(posted(request)),
        lambda data: places.add_area(parent=parent, **data, by=request.user),
        title=f"Add an area below {parent}",
        back=_area_page(parent),
        to=_area_page,
    )


def rename_area(request: HttpRequest, code: str) -> HttpResponse:
    """Give an area another name."""
    found = access.area_for_managing(request.user, code)
    return form_page(
        request,
        forms.AreaNameForm(posted(request), initial={"name": found.name}),
        lambda data: places.rename_area(area=found, **data, by=request.user),
        title=f"Rename {found}",
        back=_area_page(found),
        done="Saved.",
    )


def end_area(request: HttpRequest, code: str) -> HttpResponse:
    """An area ends."""
    found = access.area_for_managing(request.user, code)
    return _end_page(request, found, partial(places.end_area, area=found), kind="area", back=_area_page(found))


def _end_page(
    request: HttpRequest,
    found: Organisation | Team | Area,
    end: Callable[..., object],
    *,
    kind: str,
    back: str,
    lead: str = "",
) -> HttpResponse:
    """Ask for the last day, and end it on that day."""
    return form_page(
        request,
        forms.LastDayForm(posted(request)),
        lambda data: end(**data, by=request.user),
        title=f"{found} ends",
        back=back,
        lead=lead,
        button=f"End the {kind}",
        done=f"The {kind} ends on that day.",
    )


def _page(found: Organisation) -> str:
    return reverse("people:body", args=[found.pk])


def _team_page(found: Team) -> str:
    return reverse("people:team", args=[found.pk])


def _area_page(found: Area) -> str:
    return reverse("people:area", args=[found.code])
