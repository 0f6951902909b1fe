"""Actions for people without an account: sending a one-time link, and the one page that it opens."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.people.links import granted
from upstream_web.people.middleware import open_to_all
from upstream_web.problems.access import action_by_link, action_for_sending
from upstream_web.problems.changes import actions
from upstream_web.problems.changes.versions import EditClash
from upstream_web.problems.forms.parts import LinkedUpdateForm, as_it_stands


@require_POST
def send_link(request: HttpRequest, pk: int) -> HttpResponse:
    """E-mail a link to whoever does the action."""
    row = action_for_sending(request.user, pk)
    try:
        actions.send_action_link(action=row, by=request.user)
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"A link is on its way to {row.owner_email}. It works once, for two weeks.")
    return redirect("problems:action", pk)


@open_to_all
@granted("action")
def action_by_one_time_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The one action that a link opened in this browser, and nothing else of its plan."""
    row = action_by_link(pk, request.link_holder.name)
    if row is None:
        raise Http404
    form = LinkedUpdateForm(posted(request), initial=as_it_stands(row))
    if request.method == "POST" and form.is_valid():
        name = f"{row.owner_name} by e-mailed link" if row.owner_name else request.link_holder.name
        try:
            actions.update_action(action=row, by=request.link_holder, by_name=name, **form.cleaned_data)
        except EditClash as refused:
            form.overtaken(*refused.clashes)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Thank you. The team can see what you wrote.")
            return redirect("problems:action_by_link", pk)
    return render(request, "problems/action_by_link.jinja", {"title": row.title, "action": row, "form": form})
