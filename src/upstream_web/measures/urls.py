"""Addresses of the performance pages."""

from django.urls import path

from upstream_web.measures.views import commentary, pages, papers, records

app_name = "measures"
urlpatterns = [
    path("", pages.index, name="index"),
    path("calculate/", pages.calculate, name="calculate"),
    path("<str:month>/", pages.scorecard, name="scorecard"),
    path("<str:month>/measure/<str:key>/", pages.measure, name="measure"),
    path("<str:month>/measure/<str:key>/areas/", pages.compare, name="compare"),
    path("<str:month>/measure/<str:key>/download/<str:kind>/", pages.download, name="download"),
    path("<str:month>/measure/<str:key>/records/<str:area>/", records.records, name="records"),
    path("<str:month>/measure/<str:key>/commentary/", commentary.edit, name="commentary"),
    path("<str:month>/measure/<str:key>/commentary/preview/", commentary.preview, name="preview"),
    path("<str:month>/measure/<str:key>/commentary/versions/", commentary.versions, name="versions"),
    path("<str:month>/paper/", papers.paper, name="paper"),
    path("<str:month>/area/<str:code>/", pages.area, name="area"),
]
