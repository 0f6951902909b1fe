"""Addresses of plans."""

from django.urls import path

from upstream_web.problems.models import Plan
from upstream_web.problems.views import lists, plan, start

app_name = "problems"
urlpatterns = [
    path("", lists.plans, name="plans"),
    path("start/", start.start, name="start"),
    path("<int:pk>/", plan.overview, name="overview"),
    path("<int:pk>/details/", plan.edit_details, name="edit_details"),
    path("<int:pk>/step/<slug:step>/", plan.step, name="step"),
    path("<int:pk>/note/", plan.add_note, name="add_note"),
    path("<int:pk>/sharing/", plan.people_and_sharing, name="sharing"),
    path("<int:pk>/sharing/invite/", plan.invite, name="invite"),
    path("<int:pk>/sharing/<int:invitation>/end/", plan.end_invitation, name="end_invitation"),
    path("<int:pk>/history/", plan.history, name="history"),
    path("<int:pk>/history/compare/", plan.compare, name="compare"),
    *(path(f"<int:pk>/{stage}/", plan.stage, {"stage": stage}, name=stage) for stage in Plan.Stage.values),
    path("<int:pk>/<slug:stage>/<slug:group>/edit/", plan.edit_answers, name="edit_answers"),
]
