"""Addresses of exploring."""

from django.urls import path

from upstream_web.needs import views
from upstream_web.needs.views import partners

app_name = "needs"
urlpatterns = [
    path("", views.index, name="index"),
    path("table.csv", views.index_table, name="table"),
    path("count/", views.count, name="count"),
    path("types/", views.types, name="types"),
    path("types/table.csv", views.types_table, name="types_table"),
    path("similar/", views.similar, name="similar"),
    path("posts/", views.posts, name="posts"),
    path("partners/", partners.overlay, name="overlay"),
    path("partners/<str:part>/<str:ending>/", partners.overlay_part, name="overlay_file"),
]
