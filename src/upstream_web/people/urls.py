"""Addresses of people and their access."""

from django.urls import path

from upstream_web.people import views

app_name = "people"
urlpatterns = [path("me/", views.me, name="me")]
