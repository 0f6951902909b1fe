"""Addresses of reports."""

from django.urls import path

from upstream_web.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/", views.index, name="index"),
    path("reports/new/", views.new, name="new"),
    path("reports/<int:pk>/", views.report, name="report"),
    path("reports/<int:pk>/make/", views.make, name="make"),
    path("reports/<int:pk>/comment/", views.comment, name="comment"),
    path("reports/<int:pk>/answer/", views.answer, name="answer"),
    path("reports/<int:pk>/step/<str:action>/", views.step, name="step"),
    path("reports/<int:pk>/file/<str:kind>/", views.file, name="file"),
    path("published/", views.public_index, name="public_index"),
    path("published/<int:pk>/", views.public_report, name="public_report"),
    path("published/<int:pk>/<str:kind>/", views.public_file, name="public_file"),
]
