"""Addresses of the evidence shelf."""

from django.urls import path

from upstream_web.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.cards, name="cards"),
    path("results/funnel/", views.funnel, name="funnel"),
    path("<slug:key>/", views.card, name="card"),
    path("<slug:key>/change/", views.edit, name="edit"),
    path("<slug:key>/retire/", views.retire, name="retire"),
    path("<slug:key>/published/add/", views.add_result, name="add_published"),
    path("<slug:key>/published/<int:pk>/withdraw/", views.withdraw_result, name="withdraw_published"),
]
