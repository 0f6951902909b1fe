"""Addresses of long work."""

from django.urls import path

from upstream_web.runs import views

app_name = "runs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.run, name="run"),
    path("<int:pk>/file/", views.file, name="file"),
    path("<int:pk>/again/", views.again, name="again"),
]
