"""Addresses of people and their access."""

from django.urls import path

from upstream_web.people import views

app_name = "people"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/second-step/", views.second_step, name="second_step"),
    path("me/kept/", views.kept_form, name="kept"),
    path("me/kept/throw-away/", views.throw_kept_form_away, name="throw_kept_away"),
]
