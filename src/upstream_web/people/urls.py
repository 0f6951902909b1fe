"""Addresses of people, bodies and their access."""

from django.urls import path, re_path

from upstream_web.people.views import account, audit, bodies, links, people

app_name = "people"
urlpatterns = [
    path("", people.people, name="people"),
    path("add/", people.add, name="add"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/edit/", people.edit, name="edit"),
    path("<int:pk>/join/", people.join, name="join"),
    path("<int:pk>/hand-over/", people.hand_over, name="hand_over"),
    re_path(r"^(?P<pk>\d+)/account/(?P<what>close|open|invite|second-step-off)/$", people.account, name="account"),
    path("memberships/<int:pk>/end/", people.leave, name="leave"),
    path("roles/", people.roles, name="roles"),
    path("roles/<slug:key>/", people.role, name="role"),
    path("roles/<slug:key>/edit/", people.edit_role, name="edit_role"),
    path("retention/", people.retention, name="retention"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/add/", bodies.add_body, name="add_body"),
    path("bodies/<int:pk>/", bodies.body, name="body"),
    path("bodies/<int:pk>/edit/", bodies.edit_body, name="edit_body"),
    path("bodies/<int:pk>/form/", bodies.set_form, name="set_form"),
    path("bodies/<int:pk>/successor/", bodies.succeed, name="succeed"),
    path("bodies/<int:pk>/end/", bodies.end_body, name="end_body"),
    path("bodies/<int:pk>/teams/add/", bodies.add_team, name="add_team"),
    path("teams/<int:pk>/", bodies.team, name="team"),
    path("teams/<int:pk>/edit/", bodies.edit_team, name="edit_team"),
    path("teams/<int:pk>/end/", bodies.end_team, name="end_team"),
    path("areas/", bodies.areas, name="areas"),
    path("areas/<str:code>/", bodies.area, name="area"),
    path("areas/<str:code>/add/", bodies.add_area, name="add_area"),
    path("areas/<str:code>/rename/", bodies.rename_area, name="rename_area"),
    path("areas/<str:code>/end/", bodies.end_area, name="end_area"),
    path("link/<slug:purpose>/<str:token>/", links.link, name="link"),
    path("purpose/", audit.state_purpose, name="state_purpose"),
    path("me/", account.me, name="me"),
    path("me/second-step/", account.second_step, name="second_step"),
    path("me/kept/", account.kept_form, name="kept"),
    path("me/kept/throw-away/", account.throw_kept_form_away, name="throw_kept_away"),
]
