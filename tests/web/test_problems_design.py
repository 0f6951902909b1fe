"""Before it starts: a design counted from records, locked into the plan, and what a later change leaves behind."""

from __future__ import annotations

import datetime
import html
import io
import re
import zipfile
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import NamedAssessmentFactory, PlanFactory, ResponseFactory
from upstream.assess.kept import finding_from_data
from upstream.assess.panel_data import panel_from_data
from upstream.reports.assessment_bundle import rerun
from upstream_web.demo.plans import WHOLE
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.assessment_paper import assessed_bundle
from upstream_web.problems.changes.assessing import assess_again
from upstream_web.problems.changes.assessment import name_assessment
from upstream_web.problems.changes.designing import design_again, lock_design
from upstream_web.problems.engine import CannotCount
from upstream_web.problems.models import Design, NamedAssessment, Plan
from upstream_web.problems.queries import changed_after_start
from upstream_web.runs.models import Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figures")]
BUSY = "S01000462"
ASKED = {
    "place": "", "small_areas": [BUSY], "crime_types": [], "begins": "2021-10", "metres": 500, "effect": 20.0,
    "chosen_by": 3,
}  # fmt: skip
LOCKED = {"measure": "Crimes a month", "months": 6, "smallest_effect": 15.0}


@pytest.fixture
def plan() -> Plan:
    """A plan whose two wards are in the tree with twenty small areas each."""
    team = TeamFactory()
    for ward in range(2):
        above = AreaFactory(code=f"W{ward}", name=f"Ward {ward}", kind="ward", parent=team.area)
        for number in range(20):
            AreaFactory(code=f"S01{440 + 20 * ward + number:06d}", parent=above, kind="small_area")
    return PlanFactory(team=team, owner=person(Permission.PLAN_START, team=team), small_areas=[BUSY])


def page_of(plan: Plan, name: str = "design", data: dict | None = None) -> str:
    client = Client()
    client.force_login(plan.owner)
    address = reverse(f"problems:{name}", args=[plan.pk])
    return (client.get(address) if data is None else client.post(address, data, follow=True)).content.decode()


def fit(row: Design) -> list[str]:
    return [one["unit"] for one in row.result["planned"]["candidates"] if one["fit"] is not None]


def test_a_design_is_worked_out_and_shown_with_what_to_compare_with(plan: Plan) -> None:
    assert "What is to be judged" in page_of(plan)
    row = design_again(plan=plan, by=plan.owner, asked=ASKED)
    assert BUSY not in {one["unit"] for one in row.result["planned"]["candidates"]}
    assert (row.asked["from"], row.asked["to"]) == ("2018-10", "2021-09")  # three years, all before it begins
    text = page_of(plan)
    for words in (
        "likely (80 times in 100) to be seen",
        "Too little: a fall of",
        "The smallest fall that is likely to be seen",
        "Apart a month",
        "Lock this design",
        "comes by itself",
    ):
        assert words in text
    assert "<svg" not in text  # no fall is large enough: an empty picture tells nothing
    assert text.count(" checked>") >= len(row.result["proposed"]) > 0


def test_a_place_is_all_of_its_small_areas_and_is_compared_with_places_of_its_kind(plan: Plan) -> None:
    row = design_again(plan=plan, by=plan.owner, asked={**ASKED, "place": "W1", "small_areas": []})
    assert row.asked["treated"] == [f"S01{460 + number:06d}" for number in range(20)]
    assert [one["unit"] for one in row.result["planned"]["candidates"]] == ["W0"]
    named = lock_design(plan=plan, by=plan.owner, row=row, compared=["W0"], **LOCKED)
    assert {role: [area.code for area in areas] for role, areas in named.places_by_role().items()} == {
        "treated": ["W1"], "compared": ["W0"], "buffer": [],
    }  # fmt: skip
    found = assess_again(plan=plan, by=plan.owner)
    assert (len(found.asked["treated"]), len(found.asked["comparison"])) == (20, 20)


def test_what_is_locked_is_the_named_assessment_from_then_on(plan: Plan) -> None:
    row = design_again(plan=plan, by=plan.owner, asked=ASKED)
    chosen = fit(row)[:2]
    assert "The assessment is locked" not in page_of(plan, "lock_design", {**LOCKED, "compared": chosen})
    named = plan.named_assessments.get()
    assert (named.design, named.made_by, named.locked_at is not None) == (row, plan.owner, True)
    assert (named.before_to, named.after_from) == (datetime.date(2021, 9, 30), datetime.date(2021, 10, 1))
    assert named.after_to == datetime.date(2022, 3, 31)
    assert sorted(area.code for area in named.places_by_role()["compared"]) == sorted(chosen)
    assert plan.versions.first().why == "Assessment locked"
    text = page_of(plan, "lock_design", {**LOCKED, "compared": chosen[:1]})
    assert "Reason for the change" in text
    assert plan.named_assessments.count() == 1
    with pytest.raises(ValidationError, match="say why"):
        lock_design(plan=plan, by=plan.owner, row=row, compared=chosen[:1], **LOCKED)
    page_of(plan, "lock_design", {**LOCKED, "compared": chosen[:1], "reason": "One of them began it too."})
    assert plan.named_assessments.count() == 2
    text = page_of(plan, "assessment")
    for words in ("As it was named on", "One of them began it too.", "after it had begun"):
        assert words in text
    assert "after it had begun: One of them began it too." in page_of(plan, "paper")


def test_places_that_are_no_small_areas_are_named_and_not_called_so(plan: Plan) -> None:
    row = design_again(plan=plan, by=plan.owner, asked=ASKED)
    lock_design(plan=plan, by=plan.owner, row=row, compared=fit(row)[:2], **LOCKED)
    named = plan.named_assessments.get()
    named.places.filter(role="compared").delete()
    for letter in "WXYZ":
        area = AreaFactory(name=f"{letter}ton", kind=Area.Kind.POLICING_AREA)
        named.places.create(area=area, role="compared")
    text = page_of(plan, "assessment")
    assert "Wton, Xton, Yton, Zton" in text
    assert "4 small areas" not in text


def test_other_days_leave_the_places_of_a_design_alone(plan: Plan) -> None:
    row = design_again(plan=plan, by=plan.owner, asked=ASKED)
    Plan.objects.filter(pk=plan.pk).update(crime_types=["Drugs"])
    named = lock_design(plan=plan, by=plan.owner, row=row, compared=fit(row)[:3], **LOCKED)
    fields = ("measure", "area", "comparison", "before_from", "before_to", "after_from", "smallest_effect", "review_on")
    values = {name: getattr(named, name) for name in fields}
    other = name_assessment(plan=plan, by=plan.owner, reason="A year", after_to=datetime.date(2022, 9, 30), **values)
    assert other.places_by_role() == named.places_by_role()
    assert other.crime_types == []  # every crime, as it was designed


def test_a_change_before_it_begins_is_not_called_late(plan: Plan) -> None:
    day = timezone.localdate() + datetime.timedelta(days=30)
    days = {"before_to": timezone.localdate(), "after_from": day, "after_to": day, "locked_at": timezone.now()}
    for _ in range(2):
        NamedAssessmentFactory(plan=plan, **days)
    assert changed_after_start(plan) is None
    NamedAssessment.objects.filter(plan=plan).update(after_from=timezone.localdate(), **LONG_AGO)
    assert changed_after_start(plan) == plan.named_assessments.first()


LONG_AGO = dict.fromkeys(("before_from", "before_to"), datetime.date(2020, 1, 1))


def test_what_cannot_be_designed_says_why(plan: Plan) -> None:
    with pytest.raises(CannotCount, match="nothing lies before"):
        design_again(plan=plan, by=plan.owner, asked={**ASKED, "begins": "2018-01"})
    with pytest.raises(CannotCount, match="Choose some"):
        design_again(plan=plan, by=plan.owner, asked={**ASKED, "small_areas": []})
    text = page_of(plan, data={"begins": "soon", "metres": "500", "effect": "20", "chosen_by": "3"})
    assert "Give a month as year and month" in text
    assert "Choose a place, or tick small areas" in text
    assert not Run.objects.exists()


def test_a_whole_question_is_asked_for_as_long_work(plan: Plan) -> None:
    told = {
        "counted": "Shoplifting",
        "place": "W1",
        "begins": "2021-10",
        "metres": "0",
        "effect": "25",
        "chosen_by": "2",
    }
    page_of(plan, data=told)
    assert Run.objects.get().parameters["asked"] == {
        "crime_types": ["Shoplifting"], "small_areas": [], "place": "W1", "begins": "2021-10", "metres": 0,
        "effect": 25.0, "chosen_by": 2, "phase_in": 0, "later": [], "also_began": [], "rule_changes": [],
    }  # fmt: skip


def of_row(plan: Plan) -> list[str]:
    """The heading and the words of each fact on the assessment's page."""
    facts = re.findall(r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", page_of(plan, "assessment"))
    return [f"{label}: {words}" for label, words in facts]


def test_months_of_coming_in_count_neither_as_before_nor_as_after(plan: Plan, tmp_path: Path) -> None:
    row = design_again(plan=plan, by=plan.owner, asked={**ASKED, "phase_in": 2})
    text = page_of(plan)
    assert "from October 2021 on, fully running after 2 months" in text
    assert "by months after it is fully running" in text
    named = lock_design(plan=plan, by=plan.owner, row=row, compared=fit(row)[:5], **LOCKED)
    assert (named.phase_in, named.begins) == (2, datetime.date(2021, 10, 1))
    assert (named.after_from, named.after_to) == (datetime.date(2021, 12, 1), datetime.date(2022, 5, 31))
    found = assess_again(plan=plan, by=plan.owner)
    assert (found.asked["start"], found.asked["phase_in"]) == ("2021-10", 2)
    panel = panel_from_data(found.counts.data)
    own = panel.series("treated")
    at = panel.periods.index("2021-12")
    assert finding_from_data(found.result["main"]).observed == own[at:].sum() != own[at - 2 :].sum()
    assert "Coming in: The first 2 months, neither before nor after" in of_row(plan)
    text = page_of(plan, "assessment")
    for words in ("Since December 2021", "While it was coming in", ">coming in</text>"):
        assert words in text
    assert "nan" not in re.sub(r"<[^>]*>", "", text).lower().split()
    for name in ("assessed", "paper"):
        assert "The first 2 months, neither before nor after" in page_of(plan, name)
    bundle = assessed_bundle(plan, WHOLE, for_anybody=False)
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        assert "--phase-in 2" in opened.read("README.md").decode()
    (tmp_path / "bundle.zip").write_bytes(bundle)
    assert rerun(tmp_path / "bundle.zip").differs == ()


def test_without_months_of_coming_in_those_between_count_as_after(plan: Plan) -> None:
    row = design_again(plan=plan, by=plan.owner, asked=ASKED)
    named = lock_design(plan=plan, by=plan.owner, row=row, compared=fit(row)[:5], **LOCKED)
    NamedAssessment.objects.filter(pk=named.pk).update(after_from=datetime.date(2021, 12, 1))
    found = assess_again(plan=plan, by=plan.owner)
    panel = panel_from_data(found.counts.data)
    at = panel.periods.index("2021-10")
    assert finding_from_data(found.result["main"]).observed == panel.series("treated")[at:].sum()


def test_small_areas_that_begin_later_are_counted_from_their_own_month(plan: Plan) -> None:
    second = "S01000463"
    asked = {**ASKED, "small_areas": [BUSY, second], "later": [["2021-12", second]]}
    row = design_again(plan=plan, by=plan.owner, asked=asked)
    named = lock_design(plan=plan, by=plan.owner, row=row, compared=fit(row)[:5], **LOCKED)
    assert named.after_to == datetime.date(2022, 5, 31)  # six months from the last start
    assert {place.area.code: place.began for place in named.places.filter(role="treated")} == {
        BUSY: None, second: datetime.date(2021, 12, 1),
    }  # fmt: skip
    found = assess_again(plan=plan, by=plan.owner)
    data = found.counts.data
    assert data["starts"] == {BUSY: "2021-10", second: "2021-12"}
    assert found.asked["later"] == {second: "2021-12"}
    assert f"Begins later: {named.places.get(area__code=second).area.name} in December 2021" in of_row(plan)
    fields = ("measure", "area", "comparison", "before_from", "before_to", "after_from", "smallest_effect", "review_on")
    values = {name: getattr(named, name) for name in fields}
    other = name_assessment(plan=plan, by=plan.owner, reason="Longer", after_to=datetime.date(2022, 6, 30), **values)
    assert other.later_starts() == named.later_starts()
    with zipfile.ZipFile(io.BytesIO(assessed_bundle(plan, WHOLE, for_anybody=False))) as opened:
        assert "Places began at different times, which that command" in opened.read("README.md").decode()


def test_what_else_changed_there_is_known_to_every_method(plan: Plan) -> None:
    asked = {
        **ASKED,
        "also_began": [["2021-01", "New street lights"], ["2009-01", "Long before"]],
        "rule_changes": [["2019-02", "New recording system"]],
    }
    row = design_again(plan=plan, by=plan.owner, asked=asked)
    lock_design(plan=plan, by=plan.owner, row=row, compared=fit(row)[:5], **LOCKED)
    found = assess_again(plan=plan, by=plan.owner)
    data = found.counts.data
    assert (data["also_began"], data["rebased"]) == (["2021-01"], ["2019-02", "New recording system"])
    assert data["periods"][0] == "2019-02"
    said = of_row(plan)
    assert "Recording changed: New recording system (February 2019)" in said
    assert "Something else began there: New street lights (January 2021); Long before (January 2009)" in said
    assert "Something else began there in 2021-01" in page_of(plan, "assessment")


TOLD = {"counted": "", "begins": "2021-10", "metres": "0", "effect": "25", "chosen_by": "2"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"phase_in": "13"}, "“Months until it was fully running” must be 12 or less."),
        ({"also_began": "soon lights"}, "“soon lights” does not begin with a month such as 2026-07."),
        ({"also_began": "2021-01"}, "Say what began or changed in 2021-01."),
        ({"also_began": "2021-10 Lights"}, "It began with the response, in October 2021"),
        ({"later": "2021-12 Elsewhere"}, "“Elsewhere”: give small areas that are ticked above"),
        ({"later": f"2021-09 {BUSY}"}, f"“{BUSY}”: give small areas that are ticked above"),
        ({"later": f"2021-12 {BUSY}"}, "One of them begins in the first month"),
    ],
)
def test_what_cannot_be_known_is_said(plan: Plan, changed: dict, said: str) -> None:
    assert said in html.unescape(page_of(plan, data={**TOLD, "small_areas": [BUSY], **changed}))
    assert not Run.objects.exists()


def test_the_time_after_begins_when_it_is_fully_running(plan: Plan) -> None:
    days = {"before_from": "2019-10-1", "before_to": "2021-9-30", "after_from": "2021-11-1", "after_to": "2022-3-31",
            "review_on": "2022-5-1"}  # fmt: skip
    given = {"measure": "Crimes", "comparison": "None", "smallest_effect": "20", "also_began": "2021-01 Lights"}
    for name, day in days.items():
        given |= dict(zip((f"{name}-year", f"{name}-month", f"{name}-day"), day.split("-"), strict=True))
    text = page_of(plan, "name_assessment", {**given, "phase_in": "2"})
    assert "It is fully running from December 2021: after begins no earlier." in text
    page_of(plan, "name_assessment", {**given, "phase_in": "1"})
    named = plan.named_assessments.get()
    assert (named.phase_in, named.also_began) == (1, [["2021-01", "Lights"]])
    assert "2021-01 Lights</textarea>" in page_of(plan, "name_assessment")


def test_names_of_small_areas_become_their_codes(plan: Plan) -> None:
    second = Area.objects.get(code="S01000463")
    given = {"small_areas": [BUSY, second.code], "later": f"2022-01 {second.name.upper()}", "phase_in": "1"}
    page_of(plan, data={**TOLD, **given, "rule_changes": "2020-04 New system\n2019-04 Older"})
    asked = Run.objects.get().parameters["asked"]
    assert (asked["phase_in"], asked["later"]) == (1, [["2022-01", second.code]])
    assert asked["rule_changes"] == [["2019-04", "Older"], ["2020-04", "New system"]]


def test_records_that_do_not_reach_the_last_start_are_waited_for(plan: Plan) -> None:
    row = design_again(plan=plan, by=plan.owner, asked={**ASKED, "begins": "2022-05", "phase_in": 3})
    named = lock_design(plan=plan, by=plan.owner, row=row, compared=fit(row)[:5], **LOCKED)
    NamedAssessment.objects.filter(pk=named.pk).update(after_from=datetime.date(2022, 5, 1))
    with pytest.raises(CannotCount, match="fully running everywhere from August 2022"):
        assess_again(plan=plan, by=plan.owner)


def work_through_the_queue() -> None:
    """The worker as the operator starts it, until nothing waits."""
    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)


def test_from_the_button_through_the_worker_to_the_page(committed: None, plan: Plan, settings: LazySettings) -> None:
    """Designed, locked and assessed as an officer does it: each button puts work in the queue, a worker takes it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    told = {"counted": "", "small_areas": [BUSY], "begins": "2021-10", "metres": "0", "effect": "25", "chosen_by": "2"}
    assert "Waiting" in page_of(plan, data=told)
    assert not plan.designs.exists()
    assert "A design was asked for" in page_of(plan)
    work_through_the_queue()
    text = page_of(plan)
    assert "Lock this design" in text
    assert "A design was asked for" not in text
    ticked = re.findall(r'name="compared" value="(\w+)" checked', text)
    page_of(plan, "lock_design", {**LOCKED, "compared": ticked})
    assert plan.named_assessments.get().locked_at
    page_of(plan, "assess", {})
    assert not plan.assessed.exists()
    work_through_the_queue()
    assert plan.assessed.get().named == plan.named_assessments.get()
    text = page_of(plan, "assessment")
    for words in ("Assess again", "Did it work?", "The paper of this assessment"):
        assert words in text
    assert {run.state for run in Run.objects.all()} == {Run.State.DONE}
    assert all(run.inputs and run.output_address for run in Run.objects.all())


def test_it_is_asked_first_as_the_plan_says(plan: Plan) -> None:
    ResponseFactory(plan=plan, starts_on=datetime.date(2022, 2, 14))
    text = page_of(plan)
    assert 'value="2022-02"' in text
    assert f'value="{BUSY}" checked' in text
