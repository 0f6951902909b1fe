"""Accepting a signal."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from upstream_web.design.forms import posted
from upstream_web.people.access import own_teams, standing
from upstream_web.people.permissions import Permission
from upstream_web.places.queries import areas_within
from upstream_web.problems.changes.from_signals import accept_signal
from upstream_web.problems.forms.plans import AcceptForm
from upstream_web.signals.access import signal_for_deciding

LEAD = (
    "The plan starts with the place, types and months of the signal and what CHEERS can be answered from records; "
    "the records are counted at once. Who is affected and who expects action only you can say."
)


def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a signal: a few words, and a plan exists with what the records say."""
    signal, who = signal_for_deciding(request.user, pk), standing(request.user)
    if not who.allows(Permission.PLAN_START, signal.area):
        raise PermissionDenied
    choices = {"areas": areas_within(who.paths(Permission.PLAN_START)), "teams": own_teams(request.user)}
    title = f"{', '.join(signal.types) or signal.get_kind_display()}: {signal.place}"[:160]
    form = AcceptForm(posted(request), initial={"title": title, "area": signal.area_id}, **choices)
    if request.method == "POST" and form.is_valid():
        try:
            plan = accept_signal(signal=signal, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("problems:overview", plan.pk)
    back = reverse("signals:signal", args=[pk])
    context = {"title": "Accept: start a plan", "form": form, "lead": f"{signal.evidence} {LEAD}", "back": back}
    return render(request, "design/form_page.jinja", context | {"button": "Start the plan"})
