"""Pages about people and their access."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.people import kept
from upstream_web.people.access import standing
from upstream_web.people.middleware import without_second_step
from upstream_web.people.presenters import allowed_in_words


@without_second_step
def me(request: HttpRequest) -> HttpResponse:
    """One's own account: teams, roles, and what they allow in words."""
    rows = [{"membership": m, "allows": allowed_in_words(m.role)} for m in standing(request.user).memberships]
    return render(request, "people/me.jinja", {"title": "Your account", "rows": rows})


def no_password(request: HttpRequest) -> HttpResponse:
    """Whoever signs in by an identity provider has no password here and needs none."""
    messages.info(request, "You sign in with your organisation's account. There is no password to change here.")
    return redirect("people:me")


@without_second_step
def second_step(request: HttpRequest) -> HttpResponse:
    """A role asks for a second step: what it is and how to add it."""
    return render(request, "people/second_step.jinja", {"title": "Your role needs a second step of signing in"})


def kept_form(request: HttpRequest) -> HttpResponse:
    """What somebody typed when their session had run out, to be sent now."""
    form = kept.take(request)
    if form is None:
        return redirect("/")
    return render(request, "people/kept.jinja", {"title": "You were in the middle of something", "kept": form})


@require_POST
def throw_kept_form_away(request: HttpRequest) -> HttpResponseRedirect:
    """Do not send it."""
    kept.throw_away(request)
    return redirect("/")
