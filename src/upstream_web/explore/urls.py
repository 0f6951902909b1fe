"""Addresses of patterns in the records."""

from django.urls import path

from upstream_web.explore import views
from upstream_web.explore.models import Analysis
from upstream_web.explore.views import chains, files, places, profiles

app_name = "explore"
urlpatterns = [
    path("", views.index, name="index"),
    path("near-repeats/", views.analysis, {"kind": Analysis.Kind.NEAR_REPEATS.value}, name="near_repeats"),
    path("near-repeats/chain/<int:chain>/", chains.chain, name="near_repeat_chain"),
    path("clusters/", views.analysis, {"kind": Analysis.Kind.CLUSTERS.value}, name="clusters"),
    path("when/", views.analysis, {"kind": Analysis.Kind.WHEN.value}, name="when"),
    path("hot-spots/", places.places, {"kind": Analysis.Kind.HOT_SPOTS.value}, name="hot_spots"),
    path("concentration/", places.places, {"kind": Analysis.Kind.CONCENTRATION.value}, name="concentration"),
    path("facilities/", places.places, {"kind": Analysis.Kind.FACILITIES.value}, name="facilities"),
    path(
        "near-repeats/file/<str:ending>/",
        files.kept,
        {"kind": Analysis.Kind.NEAR_REPEATS.value},
        name="near_repeats_file",
    ),
    path("clusters/file/<str:ending>/", files.kept, {"kind": Analysis.Kind.CLUSTERS.value}, name="clusters_file"),
    path("hot-spots/file/<str:ending>/", files.kept, {"kind": Analysis.Kind.HOT_SPOTS.value}, name="hot_spots_file"),
    path(
        "concentration/file/<str:ending>/",
        files.kept,
        {"kind": Analysis.Kind.CONCENTRATION.value},
        name="concentration_file",
    ),
    path("facilities/file/<str:ending>/", files.kept, {"kind": Analysis.Kind.FACILITIES.value}, name="facilities_file"),
    path("when/file/<str:ending>/", files.kept, {"kind": Analysis.Kind.WHEN.value}, name="when_file"),
    path("profile/", profiles.profile, name="profile"),
    path("profile/paper.pdf", profiles.profile_pdf, name="profile_pdf"),
    path("map/", places.explorer, name="map"),
    path("map/file/<str:ending>/", files.look, name="map_file"),
]
