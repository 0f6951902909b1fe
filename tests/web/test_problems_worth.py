"""What the worth of a plan assumes: said in a form, shown on the page, the paper and the portfolio; never a saving
without a comparison."""

from __future__ import annotations

import copy
import html
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factories.assessed import assessed, found
from factories.people import TeamFactory, person
from factories.problems import NamedAssessmentFactory, PlanFactory, ResponseFactory
from upstream.harm.assumptions import optimism_grades
from upstream.harm.prices import price_level
from upstream.reports.assessment_bundle import rerun
from upstream_web.design.environment import day
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.worth import assume_worth
from upstream_web.problems.models import Assessed, Plan, WorthAssumed
from upstream_web.problems.portfolio import NOT_COMPARED, came_of
from upstream_web.problems.queries import not_known
from upstream_web.problems.worth import plan_worth, said_of

pytestmark = pytest.mark.django_db
EMPTY = {"optimism": "nothing", "prices": "", "unit_prices": ""}


@pytest.fixture
def plan() -> Plan:
    team = TeamFactory()
    owner = person(Permission.PLAN_START, team=team)
    made = PlanFactory(team=team, owner=owner, status=Plan.Status.ACTIVE, title="Robbery at the station")
    NamedAssessmentFactory(plan=made, locked_at=timezone.now(), measure="Robberies", crime_types=["Robbery"])
    ResponseFactory(plan=made, cost=2000)
    return made


def client_of(plan: Plan) -> Client:
    client = Client()
    client.force_login(plan.owner)
    return client


def page_of(plan: Plan, name: str = "assessment") -> str:
    return html.unescape(client_of(plan).get(reverse(f"problems:{name}", args=[plan.pk])).content.decode())


def send(plan: Plan, **given: object):
    return client_of(plan).post(reverse("problems:worth", args=[plan.pk]), {**EMPTY, **given}, follow=True)


def test_what_is_said_stands_on_page_and_paper_and_changes_the_pounds(plan: Plan) -> None:
    row = assessed(plan)
    before = plan_worth(plan, row).valued
    given = {
        "optimism": "4", "spent": "1234.50", "spent_on": "Two officers, six weeks", "prices": "2024/25",
        "cash_0": "20", "cash_reason": "One post ended in 2022", "beside": ["youth_justice"],
    }  # fmt: skip
    shown = send(plan, **given).content.decode()
    after = plan_worth(plan, row).valued
    assert before is not None
    assert after is not None
    factor = price_level("2022/23", "2024/25").factor
    assert after.main.benefit.estimate == pytest.approx(0.85 * factor * before.main.benefit.estimate)
    assert after.main.avoided == before.main.avoided
    for text in (shown, page_of(plan, "assessed")):
        for words in (
            "in prices of 2024/25",
            "15% was taken off for optimism: grade 4 of 6",
            "Two officers, six weeks",
            "20% of what is not split was said to be cash: One post ended in 2022",
            "of which cash to budgets",
            "Break-even: it pays",
            f"What it assumes was said on {day(timezone.now())}",
            "Who bears it is not known, or not of all of it, for Robbery",
            "What others have quoted",
            "Audit Commission (2009)",
            "why it is not comparable",
        ):
            assert words in text
        assert "Alcohol treatment" not in text  # not chosen
        assert "£1,234.50" in text  # what is known is not rounded
    assert f"What it assumes was said by {plan.owner.name}" in shown
    assert "said otherwise" not in shown
    assert "said otherwise once before" in send(plan).content.decode()
    history = page_of(plan, "history")
    for words in (
        "What the worth assumes was said",
        "Taken off for optimism, per cent",
        "Cash, per cent",
        "not split 20",
        "Which budget was cut",
        "One post ended in 2022",
        "1234.50",
    ):
        assert words in history


def test_the_bundle_is_valued_again_to_the_same_figures(plan: Plan, tmp_path: Path) -> None:
    assessed(plan)
    send(plan, optimism="3", cash_0="20", cash_reason="One post", prices="2024/25", beside=["alcohol_treatment"])
    file = tmp_path / "bundle.zip"
    file.write_bytes(client_of(plan).get(reverse("problems:assessed_bundle", args=[plan.pk])).content)
    made = rerun(file)
    assert (made.differs, made.damaged) == ((), ())
    with zipfile.ZipFile(file) as opened:
        assumed = json.loads(opened.read("worth.json"))
    assert (assumed["optimism"], assumed["cash_reason"], assumed["beside"]) == (0.1, "One post", ["alcohol_treatment"])
    assert (assumed["cost"], assumed["prices"]) == (2000, "2024/25")


def test_the_form_opens_as_it_was_said_last_and_shows_what_can_be_chosen(plan: Plan) -> None:
    assessed(plan)
    text = page_of(plan, "worth")
    for grade in optimism_grades():
        assert f"{grade.per_cent:g}% off: {grade.rests_on}" in text
    for words in (
        "As it is now: ",
        "£2,000",
        "(2022/23)",
        "Green Book",
        "recalled",
        "£207,000",
        "£47,000",
        "not split",
    ):
        assert words in text
    assert text.count("checked") >= 5  # nothing taken off; each figure that is quoted
    send(plan, optimism="own", own_share="12.5", own_source="Our nine plans", unit_likely="900", unit_prices="2020/21",
         unit_source="Our finance team", cash_0="5", cash_reason="A post")  # fmt: skip
    text = page_of(plan, "worth")
    for words in ('value="12.5"', 'value="Our nine plans"', 'value="900.0"', 'value="Our finance team"', 'value="5.0"'):
        assert words in text
    row = WorthAssumed.objects.get()
    assert (row.unit_least, row.unit_most, row.optimism_grade, row.beside) == (900, 900, None, [])
    assert "in prices of 2020/21: Our finance team" in page_of(plan)


def test_whose_budget_saves_is_said_where_the_source_says_it(plan: Plan) -> None:
    row = assessed(plan)
    given = {"unit_likely": "1000", "unit_prices": "2022/23", "unit_source": "Our finance team"}
    send(plan, **given, part_police="200", part_justice="150", part_victim="400")
    made = plan_worth(plan, row).valued
    assert made is not None
    shares = {one.bearer: pytest.approx(one.share) for one in made.main.bearers}
    assert shares == {"police": 0.2, "justice": 0.15, "victim": 0.4, "not split": 0.25}
    text = page_of(plan)
    for words in ("of which spared to police", "of which spared to victim", "of which not split by the source"):
        assert words in text
    text = page_of(plan, "worth")
    for words in ('value="150.0"', "Of what is spared to justice, per cent that is cash", 'govuk-details" open'):
        assert words in text
    text = send(plan, **given, part_police="700", part_health="400").content.decode()
    assert "Its parts come to £1,100.00" in text
    assert "Give the most likely figure too" in send(plan, part_police="700").content.decode()


def test_nothing_said_takes_nothing_off_and_shows_what_others_quote(plan: Plan) -> None:
    row = assessed(plan)
    made = plan_worth(plan, row).valued
    assert made is not None
    assert (made.main.optimism, made.main.cash.estimate, made.by.cost) == (0, 0, 2000)
    text = page_of(plan)
    for words in ("Nothing was taken off for optimism", "None of it is counted as cash", "£207,000 for a person"):
        assert words in text
    repriced = 207_000 * price_level("2009/10", "2022/23").factor
    assert f"£{round(repriced, -3):,.0f}" in text
    assert "Change what the worth assumes" in text


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"spent": "-5", "spent_on": "x"}, "Pounds cannot be below nought"),
        ({"spent": "lots", "spent_on": "x"}, "Give a number"),
        ({"spent": "1e30", "spent_on": "x"}, "check the figure"),
        ({"spent": "99999999999", "spent_on": "x"}, "More than"),
        ({"spent": "10.123", "spent_on": "x"}, "two places after the point"),
        ({"spent": "900"}, "Say what was paid"),
        ({"cash_0": "101", "cash_reason": "x"}, "cannot be above 100 per cent"),
        ({"cash_0": "-1", "cash_reason": "x"}, "cannot be below 0 per cent"),
        ({"cash_0": "5"}, "Say which budget was cut"),
        ({"optimism": "own"}, "Give the share"),
        ({"optimism": "own", "own_share": "15"}, "Say what your own share rests on"),
        ({"optimism": "own", "own_share": "100", "own_source": "x"}, "cannot be above 99 per cent"),
        ({"optimism": "9"}, "Select a valid choice"),
        ({"unit_likely": "900", "unit_source": "x"}, "Choose the year of these prices"),
        ({"unit_likely": "900", "unit_prices": "2020/21"}, "Say where these pounds are from"),
        ({"unit_likely": "nan", "unit_prices": "2020/21", "unit_source": "x"}, "Give a number"),
        ({"unit_likely": "1e12", "unit_prices": "2020/21", "unit_source": "x"}, "check the figure"),
        ({"unit_likely": "9", "unit_least": "10", "unit_prices": "2020/21", "unit_source": "x"}, "more than the most"),
        ({"unit_likely": "9", "unit_most": "8", "unit_prices": "2020/21", "unit_source": "x"}, "less than the most"),
        ({"unit_most": "8"}, "Give the most likely figure too"),
        ({"unit_prices": "1812/13"}, "Select a valid choice"),
        ({"beside": ["luck"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_assumed_is_told_and_not_kept(plan: Plan, given: dict[str, object], says: str) -> None:
    assessed(plan)
    text = send(plan, **given).content.decode()
    assert "There is a problem" in text
    assert says.lower() in text.lower()
    assert not WorthAssumed.objects.exists()


def without_comparison(plan: Plan) -> Assessed:
    """What was found, where nothing was compared: the change from before to after alone."""
    row = assessed(plan)
    result = copy.deepcopy(found()[0])
    for one in (result["main"], *result["checks"]):
        one["maryland"] |= {"level": 2, "compared": False}
    row.result = result
    row.save(update_fields=["result"])
    return row


def test_there_is_never_a_saving_without_a_comparison(plan: Plan) -> None:
    row = without_comparison(plan)
    send(plan, optimism="nothing", unit_likely="5000", unit_prices="2022/23", unit_source="Ours")
    assert WorthAssumed.objects.exists()
    for name in ("assessment", "assessed", "worth"):
        text = page_of(plan, name)
        assert "No method that answered compared with anything" in text
        for words in (
            "Worth to society",
            "Back for each pound spent",
            "Break-even: it pays",
            "worth £",
            "why it is not comparable",
        ):
            assert words not in text
    (came,) = came_of([row], frozenset({plan.pk}), [plan.pk])
    assert came.worth == NOT_COMPARED


def test_cash_of_somebody_of_whom_nothing_is_known_counts_nothing_and_is_said(plan: Plan) -> None:
    row = assessed(plan)
    assume_worth(plan=plan, by=plan.owner, cashable={"health": 50}, cash_reason="x")
    made = plan_worth(plan, row)
    assert made.valued is not None
    assert (made.not_counted, made.valued.main.cash.estimate) == (("health",), 0)
    assert "Cash was said of what health bears" in page_of(plan)


def test_the_portfolio_values_by_what_was_said_last(plan: Plan, django_assert_num_queries) -> None:
    row = assessed(plan)
    assert not_known(Plan.objects.all(), 0).no_cost == 0
    plan.responses.update(cost=None)
    assert not_known(Plan.objects.all(), 0).no_cost == 1
    assert next(came_of([row], frozenset({plan.pk}), [plan.pk])).worth == "No cost is named"
    for spent in (1, 4000):
        assume_worth(plan=plan, by=plan.owner, spent=Decimal(spent), optimism=10, optimism_source="Ours")
    assert said_of([plan.pk])[plan.pk].spent == 4000
    assert not_known(Plan.objects.all(), 0).no_cost == 0
    back = plan_worth(plan, row).per_pound
    assert back is not None
    with django_assert_num_queries(2):
        (came,) = came_of([row], frozenset({plan.pk}), [plan.pk])
    assert back.lower < 0
    interval = f"£{back.estimate:,.2f} (−£{-back.lower:,.2f} to £{back.upper:,.2f})"
    assert came.worth == f"{interval}, 10% off for optimism"


@pytest.mark.parametrize(
    "wrong",
    [
        {"optimism": 100, "optimism_source": "x"},
        {"optimism": 5},
        {"spent": -1},
        {"unit_least": 3, "unit_likely": 2, "unit_most": 4, "unit_prices": "2020/21", "unit_source": "x"},
        {"unit_least": 1, "unit_likely": 2, "unit_most": 4, "unit_source": "x"},
    ],
)
def test_the_database_refuses_what_the_form_would(plan: Plan, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        assume_worth(plan=plan, by=plan.owner, **wrong)
