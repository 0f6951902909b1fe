"""Addresses of notices."""

from django.urls import path

from upstream_web.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.index, name="index"),
    path("settings/", views.settings, name="settings"),
    path("read-all/", views.read_all, name="read_all"),
    path("<int:pk>/", views.follow, name="follow"),
]
