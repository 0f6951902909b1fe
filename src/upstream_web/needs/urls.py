"""Addresses of exploring."""

from django.urls import path

from upstream_web.needs import views
from upstream_web.needs.views import partners, patrols, versions

app_name = "needs"
urlpatterns = [
    path("", views.index, name="index"),
    path("table.csv", views.index_table, name="table"),
    path("posts/table.csv", views.posts_table, name="posts_table"),
    path("versions/", versions.versions, name="versions"),
    path("versions/moves.csv", versions.moves_table, name="moves_table"),
    path("versions/keep/", versions.keep, name="keep_version"),
    path("count/", views.count, name="count"),
    path("types/", views.types, name="types"),
    path("types/table.csv", views.types_table, name="types_table"),
    path("similar/", views.similar, name="similar"),
    path("posts/", views.posts, name="posts"),
    path("patrols/", patrols.patrols, name="patrols"),
    path("patrols/new/", patrols.plan_patrol, name="plan_patrol"),
    path("patrols/<int:pk>/", patrols.patrol, name="patrol"),
    path("patrols/<int:pk>/stops.csv", patrols.delivered, name="patrol_file"),
    path("patrols/<int:pk>/done/", patrols.add_visits, name="add_visits"),
    path("patrols/<int:pk>/done/<int:visit>/withdraw/", patrols.withdraw_visit, name="withdraw_visit"),
    path("patrols/<int:pk>/sheet/<str:day>/", patrols.sheet, name="patrol_sheet"),
    path("patrols/<int:pk>/sheet/<str:day>/pdf/", patrols.sheet_pdf, name="patrol_sheet_pdf"),
    path("partners/", partners.overlay, name="overlay"),
    path("partners/<str:part>/<str:ending>/", partners.overlay_part, name="overlay_file"),
]
