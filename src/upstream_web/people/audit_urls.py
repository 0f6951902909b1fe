"""Addresses of the audit log."""

from django.urls import path

from upstream_web.people.views import audit

app_name = "audit"
urlpatterns = [
    path("", audit.audit, name="log"),
    path("seals/", audit.seals, name="seals"),
    path("head.txt", audit.head, name="head"),
]
