"""Addresses of signals."""

from django.urls import path

from upstream_web.signals import views

app_name = "signals"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("signals.<slug:ending>", views.inbox_file, name="inbox_file"),
    path("look/", views.look, name="look"),
    path("how-often/", views.how_often, name="how_often"),
    path("<int:pk>/", views.signal, name="signal"),
    path("<int:pk>/watch/", views.watch, name="watch"),
    path("<int:pk>/dismiss/", views.dismiss, name="dismiss"),
]
