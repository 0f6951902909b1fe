"""The inbox of signals, one signal, and what people decide."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.design.sending import file_to_save
from upstream_web.people.access import only, require, standing
from upstream_web.people.permissions import Permission
from upstream_web.places.queries import areas_within
from upstream_web.signals import changes, queries
from upstream_web.signals.access import (
    looks_for_reading,
    may_decide,
    signal_for_deciding,
    signal_for_reading,
    visible_signals,
)
from upstream_web.signals.beside import being_done, where_to_accept
from upstream_web.signals.engine import versions_now
from upstream_web.signals.forms import DismissForm, WatchForm
from upstream_web.signals.models import Signal, State
from upstream_web.signals.presenters import (
    FILES,
    figures,
    file_of,
    how_often_false,
    neighbours,
    pictures,
    precisions,
    profile_query,
    state_tag,
)
from upstream_web.signals.queries import SignalFilter

PAGE = 25


@only(Permission.SIGNAL_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """The signals of the person's areas, most harm first."""
    visible, by = visible_signals(request.user), signal_filter(request)
    query = request.GET.copy()
    query.pop("page", None)
    newest = looks_for_reading(request.user).first()
    context = {
        "title": "Signals",
        "page": Paginator(queries.filtered(visible, by), PAGE).get_page(request.GET.get("page")),
        "by": by,
        "query": query.urlencode(),
        "counts": queries.counts(visible),
        "areas": areas_within(standing(request.user).paths(Permission.SIGNAL_READ)),
        "kinds": Signal.Kind.choices,
        "states": State.choices,
        "types": queries.TYPES,
        "look": newest,
        "added_since": newest is not None and not queries.was_looked_at(versions_now()),
        "may_look": standing(request.user).allows(Permission.SIGNAL_DECIDE),
        "a_week": settings.SIGNALS_A_WEEK,
        "state_tag": state_tag,
        "how_often_false": how_often_false,
    }
    return render(request, "signals/inbox.jinja", context)


@only(Permission.SIGNAL_READ)
def inbox_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The signals that the inbox shows, all pages of it, as a file; that it was taken out is recorded."""
    if ending not in FILES:
        raise Http404
    rows = queries.filtered(visible_signals(request.user), signal_filter(request))
    changes.note_list(by=request.user, ending=ending, signals=rows.count())
    return file_to_save(file_of(rows, ending), f"signals.{ending}")


def signal(request: HttpRequest, pk: int) -> HttpResponse:
    """One signal: evidence, uncertainty, how often such a one is false, where, what is being done, what was decided."""
    found = signal_for_reading(request.user, pk)
    context = {
        "title": f"{found.get_kind_display()}: {', '.join(found.types) or 'records'}, {found.place}",
        "signal": found,
        "tag": state_tag(found),
        "figures": figures(found),
        "pictures": pictures(found),
        "neighbours": neighbours(found),
        "profile_query": profile_query(found) if standing(request.user).allows(Permission.MEASURE_READ) else "",
        "steps": found.steps.select_related("by"),
        "being_done": being_done(request.user, found),
        "may_decide": found.is_undecided and may_decide(request.user, found),
        "may_watch": found.state != State.WATCHED,
        "may_take_up": found.state == State.DISMISSED and may_decide(request.user, found),
        "accept": where_to_accept(request.user, found) if found.is_undecided else "",
    }
    return render(request, "signals/signal.jinja", context)


def watch(request: HttpRequest, pk: int) -> HttpResponse:
    """Watch a signal, or take up again one that was dismissed."""
    found = signal_for_deciding(request.user, pk)
    form = WatchForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            changes.watch(signal=found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The signal is watched")
            return redirect("signals:signal", pk)
    return _deciding(request, found, form, "Watch this signal", "Watch")


def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Dismiss a signal with a reason."""
    found = signal_for_deciding(request.user, pk)
    form = DismissForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            changes.dismiss(signal=found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The signal is dismissed")
            return redirect("signals:inbox")
    return _deciding(request, found, form, "Dismiss this signal", "Dismiss")


def _deciding(
    request: HttpRequest, found: Signal, form: WatchForm | DismissForm, title: str, button: str
) -> HttpResponse:
    back = reverse("signals:signal", args=[found.pk])
    context = {"title": title, "form": form, "back": back, "lead": found.evidence, "button": button}
    return render(request, "design/form_page.jinja", context)


@only(Permission.SIGNAL_READ)
def how_often(request: HttpRequest) -> HttpResponse:
    """How often signals of each kind were right, as people judged them."""
    rows = precisions(queries.tallies(visible_signals(request.user)))
    return render(request, "signals/how_often.jinja", {"title": "How often signals are right", "rows": rows})


@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Ask for a look at the records as they are now."""
    require(request.user, Permission.SIGNAL_DECIDE)
    return redirect("runs:run", changes.ask_to_look(by=request.user).pk)


def signal_filter(request: HttpRequest) -> SignalFilter:
    """The filter of an address; what is not one of the choices narrows nothing."""
    given = request.GET
    areas = areas_within(standing(request.user).paths(Permission.SIGNAL_READ))
    return SignalFilter(
        state=given["state"] if given.get("state") in (*State.values, "all") else "undecided",
        kind=given["kind"] if given.get("kind") in Signal.Kind.values else "",
        type=given["type"] if given.get("type") in queries.TYPES else "",
        area=areas.filter(code=given["area"]).first() if given.get("area") else None,
    )
