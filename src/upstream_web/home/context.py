"""The menu of areas of work, by what a person's roles open."""

from django.http import HttpRequest
from django.urls import reverse

from upstream_web.people.access import standing
from upstream_web.people.permissions import Permission


def navigation(request: HttpRequest) -> dict[str, object]:
    """Items of the menu, the one of this page marked."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"navigation": []}
    home = reverse("home:index")
    items = [
        ("Home", home),
        ("Plans", reverse("problems:plans")),
        ("How plans stand", reverse("problems:dashboard")),
        ("Evidence", reverse("evidence:cards")),
    ]
    if standing(request.user).allows(Permission.SIGNAL_READ):
        items[1:1] = [("Signals", reverse("signals:inbox")), ("Need", reverse("needs:index"))]
    if standing(request.user).allows(Permission.MEASURE_READ):
        items += [("Performance", reverse("measures:index")), ("Explore", reverse("explore:index"))]
    if any(standing(request.user).allows(one) for one in (Permission.PLAN_HUB, Permission.PLAN_RESULTS)):
        items.append(("What worked", reverse("problems:portfolio")))
    items += [("Reports", reverse("reports:index")), ("People", reverse("people:people"))]
    if standing(request.user).allows(Permission.AUDIT_READ):
        items.append(("Audit log", reverse("audit:log")))
    here = request.path
    # every address begins with that of Home, so Home is marked on its own page alone
    above = (href for _, href in items if here == href or (href != home and here.startswith(href)))
    best = max(above, key=len, default="")
    return {"navigation": [{"text": text, "href": href, "active": href == best} for text, href in items]}
