"""What came of all plans: whose are counted, what is withheld, what is overdue, and by when it was due."""

from __future__ import annotations

import csv
import datetime
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import NamedAssessmentFactory, PlanFactory, ResponseFactory, ResultFactory
from upstream.disclosure.published import LEAST_DENOMINATOR
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import portfolio_open_to
from upstream_web.problems.models import Assessed, Marking, Plan
from upstream_web.problems.queries import TO_ASSESS, newest_assessed, not_known, overdue_assessments

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 26)
LONG_AGO = {"before_from": datetime.date(2024, 1, 1), "before_to": datetime.date(2024, 12, 31)}


@pytest.fixture
def north():
    return AreaFactory(name="North", kind="policing_area")


def assessed(area, word: str = "worked", *, fewest: int = 200, made: int = 1, **plan: object) -> Assessed:
    made_plan = PlanFactory(team=TeamFactory(area=area), status=Plan.Status.CLOSED, closed_on=TODAY, **plan)
    named = NamedAssessmentFactory(plan=made_plan, crime_types=["Burglary"])
    at = timezone.now() - datetime.timedelta(days=made)
    return Assessed.objects.create(
        plan=made_plan, named=named, made_at=at, asked={"to": "2026-07"}, data_versions={}, engine_version="1",
        result={},
        word=word, change=-30.0, lower=-40.0, upper=-18.0, level=4, likelihood="almost certain", fewest=fewest,
        until=datetime.date(2026, 7, 31),
    )  # fmt: skip


def get(user: User, name: str = "portfolio", **query: str):
    client = Client()
    client.force_login(user)
    return client.get(reverse(f"problems:{name}"), query)


def of_area(permission: Permission, area) -> User:
    return person(permission, team=TeamFactory(area=area))


def test_the_newest_answer_of_each_plan_is_shown_and_counted(north) -> None:
    row = assessed(north, title="Sheds of Mill Lane")
    Assessed.objects.filter(pk=row.pk).update(word="not_shown", made_at=timezone.now())
    older = Assessed.objects.get(pk=row.pk)
    older.pk, older.word, older.made_at = None, "worse", timezone.now() - datetime.timedelta(days=40)
    older.save()
    assessed(north, "worked", title="Vans of the quay")
    assert [one.word for one in newest_assessed(Plan.objects.all())] == ["not_shown", "worked"]
    text = get(of_area(Permission.PLAN_HUB, north)).content.decode()
    for words in ("Sheds of Mill Lane", "Vans of the quay", "No effect shown", "−30% (−40% to −18%)", "4 of 5"):
        assert words in text
    assert "Made it worse</strong>" not in text


def test_who_reads_results_alone_sees_no_words_of_a_plan_and_no_small_numbers(north) -> None:
    assessed(north, title="Sheds of Mill Lane")
    assessed(north, "worse", title="Vans of the quay", fewest=LEAST_DENOMINATOR - 1)
    assessed(north, title="A marked one", marking=Marking.SENSITIVE)
    commissioner = of_area(Permission.PLAN_RESULTS, north)
    text = get(commissioner).content.decode()
    assert "Sheds of Mill Lane" not in text
    assert "Vans of the quay" not in text
    assert "Burglary in North" in text
    assert text.count("−30% (−40% to −18%)") == 1
    assert "Too little was counted to show" in text
    assert "Made it worse</strong>" not in text
    rows = list(csv.DictReader(io.StringIO(get(commissioner, "portfolio_csv").getvalue().decode())))
    assert len(rows) == 2  # nothing marked
    assert sorted(row["Change, per cent"] for row in rows) == ["", "-30"]
    assert {row["Problem"] for row in rows} == {"Burglary in North"}


def test_the_file_is_sent_line_by_line_with_a_few_questions_however_many_plans(
    north,
) -> None:
    """The answers of all plans are never held at once: one row is worked out when its line is wanted."""
    hub = of_area(Permission.PLAN_HUB, north)
    for _ in range(3):
        assessed(north)
    answer = get(hub, "portfolio_csv")
    assert answer.streaming
    lines = iter(answer.streaming_content)
    with CaptureQueriesContext(connection) as asked:
        head, first = next(lines), next(lines)
    assert (head.startswith(b"Plan,Problem,"), first.count(b"\n")) == (True, 1)
    with CaptureQueriesContext(connection) as more:
        assert len(list(lines)) == 2
    assert len(asked) <= 3
    assert len(more) == 0
    with CaptureQueriesContext(connection) as of_few:
        get(hub, "portfolio_csv").getvalue()
    for _ in range(9):
        assessed(north)
    with CaptureQueriesContext(connection) as of_many:
        assert len(get(hub, "portfolio_csv").getvalue().splitlines()) == 13
    assert len(of_few) == len(of_many)


def test_nobody_sees_what_came_of_plans_elsewhere(north) -> None:
    assessed(AreaFactory(kind="policing_area"), title="Elsewhere")
    for permission in (Permission.PLAN_RESULTS, Permission.PLAN_HUB, Permission.PLAN_START):
        opened = portfolio_open_to(of_area(permission, north))
        assert not opened.plans.exists()
    assert get(of_area(Permission.MEASURE_READ, north)).status_code == 403


def due_plan(area, after_to: datetime.date, ends: datetime.date | None = None, **plan: object) -> Plan:
    made = PlanFactory(team=TeamFactory(area=area), **{"status": Plan.Status.ACTIVE, **plan})
    NamedAssessmentFactory(plan=made, after_from=datetime.date(2025, 1, 1), after_to=after_to, **LONG_AGO)
    if ends:
        ResponseFactory(plan=made, starts_on=datetime.date(2025, 1, 1), ends_on=ends)
    return made


def test_an_assessment_is_overdue_six_weeks_after_the_response_and_the_time_judged_ended(north) -> None:
    last = TODAY - TO_ASSESS
    day = datetime.timedelta(days=1)
    late = due_plan(north, last - day)
    due_plan(north, last)  # due today
    due_plan(north, last - 30 * day, ends=last)  # the response went on
    due_plan(north, last - 9 * day, status=Plan.Status.WITHDRAWN, closed_on=TODAY)
    written = due_plan(north, last - 9 * day)
    ResultFactory(plan=written)
    half, done = due_plan(north, last - 5 * day), due_plan(north, last - 5 * day)
    for plan, until in ((half, last - 40 * day), (done, last - 5 * day)):
        row = assessed(north)
        Assessed.objects.filter(pk=row.pk).update(plan=plan, named=plan.named_assessments.get(), until=until)
    found = overdue_assessments(Plan.objects.all(), TODAY)
    assert [(one.plan, one.days) for one in found] == [(half, 5), (late, 1)]
    assert found[1].due == TODAY - day


def test_what_is_not_known_is_counted_by_why(north) -> None:
    assessed(north)
    due_plan(north, TODAY)
    PlanFactory(status=Plan.Status.ACTIVE)
    ResultFactory(plan=PlanFactory(status=Plan.Status.CLOSED, closed_on=TODAY))
    PlanFactory(status=Plan.Status.DRAFT)
    found = not_known(Plan.objects.all(), 0)
    assert (found.under_way, found.by_hand, found.not_named) == (1, 1, 1)


def test_an_area_narrows_it_and_the_file_of_overdue_ones_has_its_days(north) -> None:
    due_plan(north, datetime.date(2025, 2, 1), title="Late one")
    south = AreaFactory(name="South", kind="policing_area")
    due_plan(south, datetime.date(2025, 2, 1), title="Late in the south")
    both = person(Permission.PLAN_HUB, team=TeamFactory(area=None))
    assert "Late in the south" in get(both).content.decode()
    text = get(both, area=north.code).content.decode()
    assert "Late one" in text
    assert "Late in the south" not in text
    rows = list(csv.DictReader(io.StringIO(get(both, "overdue_csv").getvalue().decode())))
    assert {(row["Judged to"], row["Due by"]) for row in rows} == {("2025-02-01", "2025-03-15")}


def test_questions_do_not_grow_with_plans(north, django_assert_max_num_queries) -> None:
    client = Client()
    client.force_login(of_area(Permission.PLAN_HUB, north))
    for _ in range(6):
        ResponseFactory(plan=assessed(north).plan)
        due_plan(north, datetime.date(2025, 2, 1))
    with django_assert_max_num_queries(19):
        assert client.get(reverse("problems:portfolio")).status_code == 200


def test_the_answer_stands_first_and_a_picture_shows_no_more_than_is_printed(north) -> None:
    assessed(north, title="Sheds of Mill Lane")
    assessed(north, "not_shown", title="Vans of the quay")
    assessed(north, "worse", title="Too few to say", fewest=LEAST_DENOMINATOR - 1)
    text = get(of_area(Permission.PLAN_HUB, north)).content.decode()
    said = (
        "Of 3 plans assessed from records 1 worked, 1 showed no effect and 1 made it worse. No assessment is overdue."
    )
    assert said in text
    assert ">Cannot be told</th>" not in text  # no column of noughts
    assert text.count('class="c-interval"') == 6  # three plans, wide and narrow
    seen = get(of_area(Permission.PLAN_RESULTS, north)).content.decode()
    assert "1 worked, 1 showed no effect and 1 cannot be told" in seen
    assert seen.count('class="c-interval"') == 4
    assert "Sheds of Mill Lane" not in seen
    Assessed.objects.update(change=-30.4, lower=-40.4, upper=-17.6)
    again = get(of_area(Permission.PLAN_RESULTS, north)).content.decode()
    assert again.split("<svg")[1].split("</svg>")[0] == seen.split("<svg")[1].split("</svg>")[0]
