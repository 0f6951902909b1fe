"""Addresses of the performance pages."""

from django.urls import path

from upstream_web.measures import views

app_name = "measures"
urlpatterns = [
    path("", views.index, name="index"),
    path("calculate/", views.calculate, name="calculate"),
    path("<str:month>/", views.scorecard, name="scorecard"),
    path("<str:month>/measure/<str:key>/", views.measure, name="measure"),
    path("<str:month>/measure/<str:key>/areas/", views.compare, name="compare"),
    path("<str:month>/measure/<str:key>/download/<str:kind>/", views.download, name="download"),
    path("<str:month>/area/<str:code>/", views.area, name="area"),
]
