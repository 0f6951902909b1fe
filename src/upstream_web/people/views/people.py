"""Pages of people: the directory, one person, their memberships, and handing their work over."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from upstream_web.audit.queries import history_of
from upstream_web.audit.retention import periods
from upstream_web.design.forms import posted
from upstream_web.people import access, changes, handover, queries
from upstream_web.people.access import recently_signed_in
from upstream_web.people.forms.people import HandOverForm, LastDayForm, MembershipForm, PersonForm, RoleForm
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.people.presenters import allowed_in_words, happenings
from upstream_web.people.views.form_page import form_page

ON_A_PAGE = 50


def people(request: HttpRequest) -> HttpResponse:
    """The directory: whom one may see."""
    words, closed = request.GET.get("q", "").strip(), request.GET.get("closed") == "yes"
    rows = queries.people(access.people_seen_by(request.user), words=words, closed=closed)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    manages = access.standing(request.user).allows(Permission.PEOPLE_MANAGE)
    context = {"title": "People", "page": page, "q": words, "closed": closed, "manages": manages}
    return render(request, "people/people.jinja", context)


def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: who they are, and where they belong and belonged."""
    other = access.person_for_reading(request.user, pk)
    manages = access.manages_person(request.user, other)
    context = {"title": other.name, "other": other, "memberships": queries.memberships_of(other), "manages": manages}
    if manages:
        context["second_step"] = access.has_second_step(other)
        context["history_rows"] = happenings(history_of(other)[:20])
    return render(request, "people/person.jinja", context)


def add(request: HttpRequest) -> HttpResponse:
    """Add a person and put them in a team."""
    access.require(request.user, Permission.PEOPLE_MANAGE)

    def save(data: dict) -> User:
        other = changes.add_person(**data, by=request.user)
        changes.invite(user=other, by=request.user)
        return other

    return form_page(
        request,
        PersonForm(posted(request)),
        save,
        title="Add a person",
        lead="They get a letter with a link to choose a password. Next, put them in a team.",
        back=reverse("people:people"),
        to=lambda other: reverse("people:join", args=[other.pk]),
    )


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct who somebody is."""
    other = access.person_for_managing(request.user, pk)
    initial = {"name": other.name, "email": other.email, "post": other.post}
    form = PersonForm(posted(request), initial=initial, person=other)
    back = reverse("people:person", args=[pk])
    return form_page(
        request,
        form,
        lambda data: changes.edit_person(user=other, **data, by=request.user),
        title=f"Change the details of {other.name}",
        back=back,
        done="Saved.",
    )


def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Put somebody in a team with a role."""
    access.require(request.user, Permission.PEOPLE_MANAGE)
    other = access.person_for_reading(request.user, pk)
    form = MembershipForm(posted(request), by=request.user)
    return form_page(
        request,
        form,
        lambda data: changes.join(user=other, **data, by=request.user),
        title=f"Put {other.name} in a team",
        back=reverse("people:person", args=[pk]),
        done=f"{other.name} has a new membership.",
    )


def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """End one membership."""
    membership = access.membership_for_managing(request.user, pk)
    return form_page(
        request,
        LastDayForm(posted(request)),
        lambda data: changes.leave(membership=membership, last_day=data["last_day"], by=request.user),
        title=f"{membership.user.name} leaves {membership.team.name}",
        back=reverse("people:person", args=[membership.user_id]),
        done="The membership ends on that day.",
        button="End the membership",
    )


def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody moves: see what would pass to whom, then do it in one step."""
    other = access.person_for_managing(request.user, pk)
    form = HandOverForm(posted(request), by=request.user, person=other)
    listed = handover.listed(other)
    if request.method == "POST" and request.POST.get("step") != "do" and form.is_valid():
        refusals = handover.refusals(other, form.cleaned_data["to"])
        context = {"title": "Check before you hand over", "other": other, "form": form, "listed": listed}
        return render(request, "people/hand_over_check.jinja", {**context, "refusals": refusals})
    return form_page(
        request,
        form,
        lambda data: changes.hand_over(user=other, **data, by=request.user),
        title=f"Hand over the work of {other.name}",
        back=reverse("people:person", args=[pk]),
        done="The work is handed over.",
        template="people/hand_over.jinja",
        listed=listed,
        memberships=other.memberships.current().select_related("team", "role"),
    )


@require_POST
@recently_signed_in
def account(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Close or open an account, send the link again, or take a lost second step off."""
    other = access.person_for_managing(request.user, pk)
    done = {
        "close": changes.close_account,
        "open": changes.open_account,
        "invite": changes.invite,
        "second-step-off": changes.take_second_step_off,
    }
    return _do(request, other, done[what])


def role(request: HttpRequest, key: str) -> HttpResponse:
    """One role: what it allows in words, and who has it of those one may see."""
    found = access.role_for_reading(key)
    seen = access.people_seen_by(request.user)
    context = {
        "title": found.name,
        "role": found,
        "allows": allowed_in_words(found),
        "holders": queries.holders_of(found).filter(user__in=seen)[:ON_A_PAGE],
        "manages": access.manages(request.user, None),
    }
    return render(request, "people/role.jinja", context)


def edit_role(request: HttpRequest, key: str) -> HttpResponse:
    """Change what a role allows. It holds at once for everybody who has it."""
    found = access.role_for_managing(request.user, key)
    initial = {"name": found.name, "description": found.description, "permissions": found.permissions}
    return form_page(
        request,
        RoleForm(posted(request), initial=initial),
        lambda data: changes.set_role(key=key, **data, by=request.user),
        title=f"Change the role “{found.name}”",
        back=reverse("people:role", args=[key]),
        done="The role is changed. It holds from now on for everybody who has it.",
    )


def roles(request: HttpRequest) -> HttpResponse:
    """Every role."""
    rows = [(row, allowed_in_words(row)) for row in queries.roles()]
    return render(request, "people/roles.jinja", {"title": "Roles and what they allow", "rows": rows})


def retention(request: HttpRequest) -> HttpResponse:
    """How long things are kept, why and by whose word."""
    access.require(request.user, Permission.PEOPLE_MANAGE)
    context = {"title": "How long things are kept", "kept": periods().values()}
    return render(request, "people/retention.jinja", context)


def _do(request: HttpRequest, other: User, change: Callable[..., object]) -> HttpResponse:
    try:
        change(user=other, by=request.user)
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, "Done.")
    return redirect("people:person", pk=other.pk)
