"""Pages about the API: what it offers, and a person's own tokens."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from upstream_web.design.forms import posted
from upstream_web.people.access import recently_signed_in
from upstream_web.people.middleware import open_to_all
from upstream_web.programs import changes
from upstream_web.programs.access import own_token, tokens_of
from upstream_web.programs.forms import TokenForm
from upstream_web.programs.presenters import operations
from upstream_web.programs.service import service


@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """What programs can ask, for people to read."""
    schema = service.get_openapi_schema()
    context = {"title": "The API", "words": schema["info"]["description"], "operations": operations(schema)}
    return render(request, "programs/reference.jinja", context)


@open_to_all
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The same for programs. It says nothing that the free software does not."""
    return JsonResponse(service.get_openapi_schema())


def tokens(request: HttpRequest) -> HttpResponse:
    """A person's own tokens."""
    return render(request, "programs/tokens.jinja", {"title": "Tokens for programs", "tokens": tokens_of(request.user)})


@recently_signed_in
def make(request: HttpRequest) -> HttpResponse:
    """Make a token; its secret stands on the answer and nowhere else."""
    form = TokenForm(posted(request))
    if request.method == "POST" and form.is_valid():
        made = changes.make_token(by=request.user, **form.cleaned_data)
        return render(request, "programs/made.jinja", {"title": "Copy the token now", "made": made})
    context = {"title": "Make a token", "form": form, "back": reverse("programs:tokens"), "button": "Make it"}
    return render(request, "design/form_page.jinja", context)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token."""
    token = own_token(request.user, pk)
    changes.end_token(token=token, by=request.user)
    messages.success(request, f"The token “{token.name}” opens nothing any more")
    return redirect("programs:tokens")
