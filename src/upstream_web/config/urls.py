"""The site's addresses, one line an area of work."""

from django.urls import include, path

from upstream_web.config.api import service

urlpatterns = [
    path("account/", include("upstream_web.people.account_urls")),
    path("people/", include("upstream_web.people.urls")),
    path("audit/", include("upstream_web.people.audit_urls")),
    path("api/", include("upstream_web.programs.urls")),
    path("api/v1/", service.urls),
    path("notices/", include("upstream_web.notices.urls")),
    path("evidence/", include("upstream_web.evidence.urls")),
    path("plans/", include("upstream_web.problems.urls")),
    path("signals/", include("upstream_web.signals.urls")),
    path("needs/", include("upstream_web.needs.urls")),
    path("measures/", include("upstream_web.measures.urls")),
    path("explore/", include("upstream_web.explore.urls")),
    path("work/", include("upstream_web.runs.urls")),
    path("", include("upstream_web.reports.urls")),
    path("", include("upstream_web.home.urls")),
]
handler403 = "upstream_web.design.errors.forbidden"
handler404 = "upstream_web.design.errors.not_found"
handler429 = "upstream_web.design.errors.too_many"
handler500 = "upstream_web.design.errors.broken"
