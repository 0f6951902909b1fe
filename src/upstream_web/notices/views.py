"""Pages of notices."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream_web.design.forms import posted
from upstream_web.notices import changes
from upstream_web.notices.access import own_notice
from upstream_web.notices.forms import DigestForm
from upstream_web.notices.presenters import lines
from upstream_web.notices.queries import digest_choice, notices_of

PAGE = 25


def index(request: HttpRequest) -> HttpResponse:
    """A person's notices, newest first."""
    page = Paginator(notices_of(request.user), PAGE).get_page(request.GET.get("page"))
    context = {"title": "Notices", "page": page, "lines": lines(request.user, page)}
    return render(request, "notices/index.jinja", context)


def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what a notice is about. A link, so that it opens in a new tab too; going there is having read it."""
    (line,) = lines(request.user, [own_notice(request.user, pk)])
    changes.mark_read(by=request.user, pk=pk)
    return redirect(line.subject.href if line.subject else "notices:index")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of a person's notices as read."""
    changes.mark_read(by=request.user)
    return redirect("notices:index")


def settings(request: HttpRequest) -> HttpResponse:
    """How to hear of notices by e-mail."""
    form = DigestForm(posted(request), initial={"digest": digest_choice(request.user)})
    if request.method == "POST" and form.is_valid():
        changes.choose_digest(by=request.user, digest=form.cleaned_data["digest"])
        messages.success(request, "Saved")
        return redirect("notices:index")
    return render(request, "design/form_page.jinja", {"title": "Notices by e-mail", "form": form, "back": "/notices/"})
