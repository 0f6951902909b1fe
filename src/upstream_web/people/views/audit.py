"""Pages of the audit log: who did what, who read what, and why."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from upstream_web.audit.changes import record_reading
from upstream_web.audit.models import AuditEvent
from upstream_web.audit.queries import heads, search
from upstream_web.design.forms import posted
from upstream_web.design.sending import file_to_save
from upstream_web.people import access, purpose
from upstream_web.people.access import only, recently_signed_in
from upstream_web.people.forms.audit import AuditFilterForm, PurposeForm
from upstream_web.people.permissions import Permission
from upstream_web.people.presenters import happenings
from upstream_web.people.purpose import purpose_stated

ON_A_PAGE = 50


@only(Permission.AUDIT_READ)
@recently_signed_in
@purpose_stated
def audit(request: HttpRequest) -> HttpResponse:
    """The log, narrowed by person, object, action and days. Reading it is in the log too, with the reason."""
    form = AuditFilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = list(search(**chosen)[: ON_A_PAGE + 1])
    record_reading(
        by=request.user, action="audit.read", of=AuditEvent(), purpose=purpose.stated(request), details=form.in_words()
    )
    older = request.GET.copy()
    if len(rows) > ON_A_PAGE:
        older["before"] = rows[ON_A_PAGE - 1].pk
    context = {
        "title": "Audit log",
        "form": form,
        "rows": happenings(rows[:ON_A_PAGE]),
        "older": f"?{older.urlencode()}" if len(rows) > ON_A_PAGE else "",
        "purpose": purpose.stated(request),
    }
    return render(request, "people/audit.jinja", context)


@only(Permission.AUDIT_READ)
def seals(request: HttpRequest) -> HttpResponse:
    """The chain of seals: its newest heads, to be compared with what was exported."""
    return render(request, "people/audit_seals.jinja", {"title": "Seals of the audit log", "rows": heads()[:ON_A_PAGE]})


@only(Permission.AUDIT_READ)
def head(request: HttpRequest) -> HttpResponse:
    """The newest head as a text file, to be kept where the database cannot rewrite it."""
    newest = heads().first()
    line = f"{newest.sealed_at.isoformat()} {newest.number} {newest.digest}\n" if newest else ""
    return file_to_save(line, "audit-head.txt")


def state_purpose(request: HttpRequest) -> HttpResponse:
    """Why somebody is about to read what is sensitive."""
    if not access.standing(request.user).memberships:
        raise PermissionDenied
    form = PurposeForm(posted(request))
    where = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(where, allowed_hosts=None):
        where = reverse("people:me")
    if request.method == "POST" and form.is_valid():
        purpose.state(request, **form.cleaned_data)
        return HttpResponseRedirect(where)
    lead = "What comes next is sensitive. Your reason is kept with what you read, and auditors see it."
    context = {"form": form, "title": "Why do you need to read this?", "lead": lead, "button": "Continue"}
    return render(request, "design/form_page.jinja", context)
