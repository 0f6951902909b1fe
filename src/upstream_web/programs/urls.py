"""Addresses of the pages about the API; the API itself is put together in `config.api`."""

from django.urls import path

from upstream_web.programs import views

app_name = "programs"
urlpatterns = [
    path("", views.reference, name="reference"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/make/", views.make, name="make_token"),
    path("tokens/<int:pk>/end/", views.end, name="end_token"),
]
