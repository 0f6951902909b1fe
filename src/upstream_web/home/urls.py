"""The home page."""

from django.urls import path

from upstream_web.home import views

app_name = "home"
urlpatterns = [
    path("", views.index, name="index"),
    path("search/", views.search_page, name="search"),
    path("words/", views.words, name="words"),
]
