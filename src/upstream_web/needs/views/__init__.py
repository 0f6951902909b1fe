"""Which small areas need most, of what type they are, and where posts could go."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from upstream.reports.rows_out import rows_as
from upstream_web.design.sending import file_to_save
from upstream_web.needs import changes, engine
from upstream_web.needs.access import COUNT, READ, may_count, may_profile
from upstream_web.needs.forms import PostsForm, SimilarForm, WeightsForm
from upstream_web.needs.presenters import percent, posts_page, shown_index, types_page
from upstream_web.people.access import only, require

USUAL_TOP = 10
MOST_SIMILAR = 7
MOST_DIGITS = 5


@only(READ)
def index(request: HttpRequest) -> HttpResponse:
    """Small areas by need, with weights that the reader may change."""
    counted, form = engine.held(engine.INDEX), weights_form(request)
    context = {"title": "Where need is", "form": form, "counted": counted is not None,
               "may_count": may_count(request.user), "query": request.GET.urlencode()}  # fmt: skip
    if counted is not None and form.is_valid():
        try:
            found = engine.index_of(counted, form.weights(), form.cleaned_data["top"] or USUAL_TOP)
            context |= shown_index(found)
        except engine.CannotExplore as error:
            form.add_error(None, str(error))
    return render(request, "needs/index.jinja", context)


@only(READ)
def index_table(request: HttpRequest) -> HttpResponse:
    """Every small area as a CSV, without the counts."""
    counted, form = engine.held(engine.INDEX), weights_form(request)
    if counted is None or not form.is_valid():
        raise Http404
    try:
        rows = engine.rows_of(engine.index_of(counted, form.weights(), form.cleaned_data["top"] or USUAL_TOP))
    except engine.CannotExplore as error:
        raise Http404 from error
    names = [name for name in rows[0] if not name.startswith("value_")]
    return _as_csv("needs.csv", [{name: row[name] for name in names} for row in rows])


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Have needs counted from the records as they are now."""
    require(request.user, COUNT)
    return redirect("runs:run", changes.ask_to_count(by=request.user).pk)


@only(READ)
def types(request: HttpRequest) -> HttpResponse:
    """Small areas sorted into types."""
    counted = engine.held(engine.TYPES)
    context = {"title": "Types of small areas", "may_count": may_count(request.user), "counted": counted is not None}
    if counted is not None:
        try:
            context |= types_page(engine.types_of(counted, _classes(request)))
        except engine.CannotExplore as error:
            context["error"] = str(error)
    return render(request, "needs/types.jinja", context)


@only(READ)
def types_table(request: HttpRequest) -> HttpResponse:
    """The class of every small area as a CSV."""
    counted = engine.held(engine.TYPES)
    if counted is None:
        raise Http404
    try:
        rows = engine.rows_of_types(engine.types_of(counted, _classes(request)))
    except engine.CannotExplore as error:
        raise Http404 from error
    return _as_csv("types.csv", rows)


def _classes(request: HttpRequest) -> int | None:
    """How many are asked for; `None`: as many as the silhouette says."""
    asked = request.GET.get("classes", "")
    return int(asked) if asked.isdecimal() and len(asked) < MOST_DIGITS else None


def _as_csv(name: str, rows: list[dict[str, object]]) -> HttpResponse:
    return file_to_save(rows_as(".csv", rows), name)


@only(READ)
def similar(request: HttpRequest) -> HttpResponse:
    """The small areas most like one."""
    counted, form = (
        engine.held(engine.TYPES),
        SimilarForm({"count": MOST_SIMILAR} | request.GET.dict() if request.GET else None),
    )
    context = {"title": "Most similar small areas", "form": form, "counted": counted is not None, "percent": percent,
               "may_count": may_count(request.user), "may_profile": may_profile(request.user)}  # fmt: skip
    if counted is not None and form.is_valid():
        try:
            context["made"] = engine.similar_to(
                counted, form.cleaned_data["area"], form.cleaned_data["count"] or MOST_SIMILAR
            )
        except engine.CannotExplore as error:
            form.add_error("area", str(error))
    return render(request, "needs/similar.jinja", context)


@only(READ)
def posts(request: HttpRequest) -> HttpResponse:
    """Posts put several ways, side by side."""
    counted, form = engine.held(engine.INDEX), _posts_form(request)
    context = {"title": "Where posts could go", "form": form, "counted": counted is not None,
               "may_count": may_count(request.user), "query": request.GET.urlencode()}  # fmt: skip
    if counted is not None and form.is_valid():
        try:
            context |= posts_page(_ways(counted, form))
        except engine.CannotExplore as error:
            form.add_error(None, str(error))
    return render(request, "needs/posts.jinja", context)


@only(READ)
def posts_table(request: HttpRequest) -> HttpResponse:
    """The same as a CSV."""
    counted, form = engine.held(engine.INDEX), _posts_form(request)
    if counted is None or not form.is_valid():
        raise Http404
    try:
        rows = engine.rows_of_ways(_ways(counted, form))
    except engine.CannotExplore as error:
        raise Http404 from error
    return _as_csv("posts.csv", rows)


def _posts_form(request: HttpRequest) -> PostsForm:
    return PostsForm(request.GET or {name: field.initial for name, field in PostsForm.base_fields.items()})


def _ways(counted: engine.Needs, form: PostsForm) -> engine.Ways:
    given = form.cleaned_data
    index = engine.index_of(counted, {}, USUAL_TOP)
    return engine.ways_of(index, counted, given["by"], form.rules(), travel=bool(given["travel"]))


def weights_form(request: HttpRequest) -> WeightsForm:
    """The weights in the address, those that are not there as reviewed."""
    indicators = [(one.key, one.title, one.weight) for one in engine.definition(engine.INDEX).indicators]
    as_reviewed = {"top": USUAL_TOP} | {f"w_{key}": f"{weight:g}" for key, _, weight in indicators}
    return WeightsForm(as_reviewed | request.GET.dict(), indicators=indicators)
