"""Signals on the site: taken in by key, let in by the week, decided on, and turned into plans."""

import csv
import datetime
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import PlanFactory
from factories.signals import TO, LookFactory, SignalFactory, found, plain
from factories.signing_in import sign_in
from upstream.scan.calibration import simulated
from upstream.scan.signals import KIND_WORDS
from upstream_web.audit.changes import System
from upstream_web.audit.models import AuditEvent
from upstream_web.notices.models import Notice
from upstream_web.people.models import Team, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.models import Plan
from upstream_web.programs.changes import make_token
from upstream_web.programs.models import Scope
from upstream_web.runs.models import Run
from upstream_web.runs.progress import Progress
from upstream_web.signals import changes, queries
from upstream_web.signals.engine import Found
from upstream_web.signals.models import Look, Signal, SignalKey, SignalStep, State
from upstream_web.signals.presenters import figures, how_often_false
from upstream_web.signals.tasks import every_look, look_for_signals

pytestmark = pytest.mark.django_db
NIGHT = System("signals_propose")
HUB = (Permission.PLAN_START, Permission.PLAN_HUB, Permission.SIGNAL_READ, Permission.SIGNAL_DECIDE)


@pytest.fixture
def force() -> Area:
    return AreaFactory(code="FORCE", kind=Area.Kind.FORCE)


@pytest.fixture
def north(force: Area) -> Area:
    return AreaFactory(code="A", name="Hollinmarch", parent=force)


@pytest.fixture
def hub(force: Area, north: Area) -> User:
    return person(*HUB, team=TeamFactory(kind=Team.Kind.HUB, area=force))


def client_of(user: User) -> Client:
    return sign_in(Client(), user)


def test_kinds_are_called_on_the_site_as_the_engine_calls_them() -> None:
    assert dict(Signal.Kind.choices) == KIND_WORDS


def many(n: int, **values: object) -> list[list[dict]]:
    return [[plain(small_areas=[f"S{at:03}"], harm_days=float(100 - at), **values)] for at in range(n)]


# --- taking in -----------------------------------


def test_a_look_is_taken_in_once_however_often_it_is_run(hub: User) -> None:
    group = [plain(), plain(small_areas=["S01000002"], harm_days=20.0)]
    changes.take_in(found=found(group), by=NIGHT)
    signal = Signal.objects.get()
    before = (signal.changed_at, SignalStep.objects.count(), SignalKey.objects.count(), Notice.objects.count())
    assert before[2] == 2
    look = changes.take_in(found=found(group), by=NIGHT)
    signal.refresh_from_db()
    assert (signal.changed_at, SignalStep.objects.count(), SignalKey.objects.count(), Notice.objects.count()) == before
    assert (look.found, look.added) == (1, 0)
    # led by its neighbour the next night, it is the same signal still
    changes.take_in(found=found([{**group[1], "harm_days": 95.0}, group[0]]), by=NIGHT)
    signal.refresh_from_db()
    assert (Signal.objects.count(), signal.harm_days) == (1, 95.0)


def test_what_fails_half_way_leaves_the_last_good_state(hub: User) -> None:
    changes.take_in(found=found([plain()]), by=NIGHT)
    broken = plain(small_areas=["S9"], harm_days=-1.0)  # the database refuses it
    with pytest.raises(IntegrityError), transaction.atomic():
        changes.take_in(found=found([plain(small_areas=["S8"])], [broken]), by=NIGHT)
    assert Signal.objects.count() == Look.objects.count() == 1


def test_newer_figures_replace_older_ones_and_an_older_look_changes_nothing(hub: User) -> None:
    changes.take_in(found=found([plain()]), by=NIGHT)
    changes.take_in(found=found([plain(count=44)], to=TO + datetime.timedelta(days=3)), by=NIGHT)
    assert Signal.objects.get().lead["count"] == 44
    changes.take_in(found=found([plain(count=12)]), by=NIGHT)
    assert Signal.objects.get().lead["count"] == 44


def test_next_months_of_the_same_is_the_same_signal_unless_it_was_dismissed(hub: User) -> None:
    changes.take_in(found=found([plain()]), by=NIGHT)
    signal = Signal.objects.get()
    july = plain(key="july", first="2022-07-01", last="2022-07-31", evidence="Again in July.")
    changes.take_in(found=found([july], to=datetime.date(2022, 7, 31)), by=NIGHT)
    signal.refresh_from_db()
    assert (Signal.objects.count(), signal.evidence) == (1, "Again in July.")
    changes.dismiss(signal=signal, by=hub, reason="known", words="The fair")
    august = plain(key="august", first="2022-08-01", last="2022-08-31")
    changes.take_in(found=found([august], to=datetime.date(2022, 8, 31)), by=NIGHT)
    assert Signal.objects.count() == 2
    changes.take_in(found=found([july], to=datetime.date(2022, 8, 31)), by=NIGHT)
    assert Signal.objects.count() == 2, "what was dismissed is known by its key"


def test_no_more_become_new_in_a_week_than_are_allowed_and_the_rest_wait(hub: User, settings: object) -> None:
    settings.SIGNALS_A_WEEK = 3
    changes.take_in(found=found(*many(5)), by=NIGHT)
    assert list(Signal.objects.filter(state=State.NEW).values_list("harm_days", flat=True)) == [100.0, 99.0, 98.0]
    assert Signal.objects.filter(state=State.WAITING).count() == 2
    changes.take_in(found=found(*many(5)), by=NIGHT)
    assert Signal.objects.filter(state=State.NEW).count() == 3, "the week is full"
    page = client_of(hub).get(reverse("signals:inbox")).content.decode()
    assert "At most 3 signals of a hub become new in a week" in page
    # a week later there is room again
    SignalStep.objects.filter(to_state=State.NEW).update(at=datetime.datetime(2022, 1, 3, tzinfo=datetime.UTC))
    changes.let_in(by=NIGHT, look=Look.objects.first())
    assert Signal.objects.filter(state=State.NEW).count() == 5


def test_a_signal_goes_to_the_hub_of_the_smallest_area_that_covers_it(force: Area, north: Area) -> None:
    whole = TeamFactory(kind=Team.Kind.HUB, area=force)
    own = TeamFactory(kind=Team.Kind.HUB, area=north)
    TeamFactory(kind=Team.Kind.NEIGHBOURHOOD, area=north)
    assert queries.hub_of(north) == own
    assert queries.hub_of(force) == whole
    assert queries.area_of("A", {}) == north
    assert queries.area_of("X9", {"X9": "Hollinmarch"}) == north, "the records may call it by another code"
    assert queries.area_of("X9", {}) == force, "an unknown area is nobody's but the force's"


def test_who_decides_is_told_once_a_look_and_nobody_else_is(hub: User, north: Area) -> None:
    reader = person(Permission.SIGNAL_READ, area=north)
    elsewhere = person(*HUB, area=AreaFactory())
    changes.take_in(found=found(*many(3)), by=NIGHT)
    assert list(Notice.objects.values_list("user", "kind")) == [(hub.pk, "signals_new")]
    assert not reader.notices.exists()
    assert not elsewhere.notices.exists()
    page = client_of(hub).get(reverse("notices:index")).content.decode()
    assert "New signals from the look to 30 June 2022" in page


# --- the inbox -----------------------------------


def test_the_inbox_shows_what_lies_in_ones_areas_most_harm_first(hub: User, north: Area) -> None:
    SignalFactory(area=north, harm_days=5.0, evidence="The lesser.")
    SignalFactory(area=north, harm_days=50.0, evidence="The greater.")
    SignalFactory(area=AreaFactory(), evidence="Not theirs.")
    page = client_of(hub).get(reverse("signals:inbox")).content.decode()
    assert page.index("The greater.") < page.index("The lesser.")
    assert "Not theirs." not in page
    assert "2 signals" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"new", "watched"}),
        ("?state=all", {"new", "watched", "dismissed"}),
        ("?state=dismissed", {"dismissed"}),
        ("?kind=cluster", {"watched"}),
        ("?type=Robbery", {"watched"}),
        ("?area=A", {"new", "watched"}),
        ("?state=nonsense&kind=nonsense&type=nonsense&area=nonsense", {"new", "watched"}),
    ],
)
def test_the_inbox_is_narrowed(hub: User, north: Area, query: str, shown: set[str]) -> None:
    SignalFactory(area=north, evidence="It is new.")
    SignalFactory(area=north, state=State.WATCHED, kind="cluster", types=["Robbery"], evidence="It is watched.")
    SignalFactory(area=north, dismissed=True, evidence="It is dismissed.")
    page = client_of(hub).get(reverse("signals:inbox") + query).content.decode()
    assert {one for one in ("new", "watched", "dismissed") if f"It is {one}." in page} == shown


def test_pages_ask_the_database_as_often_however_many_signals_there_are(
    hub: User, north: Area, django_assert_max_num_queries: object
) -> None:
    client = client_of(hub)
    for _ in range(2):
        SignalFactory(area=north)
    PlanFactory(area=north, crime_types=["Vehicle crime"])
    asked = []
    for _ in range(2):
        with django_assert_max_num_queries(20) as few:
            client.get(reverse("signals:inbox"))
        with django_assert_max_num_queries(20) as one:
            client.get(reverse("signals:signal", args=[Signal.objects.first().pk]))
        with django_assert_max_num_queries(20):
            client.get(reverse("signals:how_often"))
        asked.append((len(few), len(one)))
        for _ in range(20):
            SignalFactory(area=north)
            PlanFactory(area=north, crime_types=["Vehicle crime"])
    assert asked[0] == asked[1]


def test_the_desk_shows_new_signals_to_whoever_decides(hub: User, north: Area) -> None:
    SignalFactory(area=north, evidence="Look here.")
    SignalFactory(area=north, state=State.WAITING, evidence="Not yet.")
    page = client_of(hub).get("/").content.decode()
    assert "Look here." in page
    assert "Not yet." not in page
    reader = person(Permission.SIGNAL_READ, Permission.PLAN_START, area=north)
    assert "Look here." not in client_of(reader).get("/").content.decode()


# --- one signal ----------------------------------


def test_a_signal_says_how_sure_it_is_and_how_often_such_a_one_is_false() -> None:
    said = dict(figures(SignalFactory.build()))
    assert said["Records"] == "40"
    assert said["Chance of something as far out"] == "1 in 100,000"
    assert said["By chance alone"] == "Looking every night, about once in 11 years"
    assert said["How often such a signal is false"] == "At most 5% of such signals"
    assert said["Rests on"] == "crimes version 0"
    seldom = SignalFactory.build(lead=plain(recurrence_days=1e9))
    assert dict(figures(seldom))["By chance alone"] == "Looking every night, less than once in a thousand years"
    carried = plain(recurrence_days=None, figures={"carries_over": True})
    said = dict(figures(SignalFactory.build(lead=carried, false_share=None)))
    assert said["By chance alone"] == "Not known: its months carry over into one another"
    assert said["How often such a signal is false"] == "Not known as a share of them"


def test_the_chart_of_a_signal_has_the_same_figures_as_a_table(hub: User, north: Area, figures: Path) -> None:
    signal = SignalFactory(area=north, lead=plain())
    page = client_of(hub).get(reverse("signals:signal", args=[signal.pk])).content.decode()
    assert page.count("<svg") >= 1
    for words in ("April 2022", "June 2022", "not held"):
        assert words in page


def test_open_plans_of_the_place_and_type_are_shown_only_to_who_may_read_them(hub: User, north: Area) -> None:
    signal = SignalFactory(area=north)
    PlanFactory(title="Cars by the quay", area=north, crime_types=["Vehicle crime"])
    PlanFactory(title="Shops", area=north, crime_types=["Shoplifting"])
    PlanFactory(title="Secret cars", area=north, crime_types=["Vehicle crime"], marking="sensitive")
    PlanFactory(title="Ended cars", area=north, crime_types=["Vehicle crime"], status="closed", closed_on=TO)
    PlanFactory(title="Cars far away", area=AreaFactory(), crime_types=["Vehicle crime"])
    PlanFactory(title="Other streets", area=north, crime_types=["Vehicle crime"], small_areas=["S09999999"])
    page = client_of(hub).get(reverse("signals:signal", args=[signal.pk])).content.decode()
    assert "Cars by the quay" in page
    for other in ("Shops", "Secret cars", "Ended cars", "Cars far away", "Other streets"):
        assert other not in page
    reader = person(Permission.SIGNAL_READ, area=north)
    assert "Cars by the quay" not in client_of(reader).get(reverse("signals:signal", args=[signal.pk])).content.decode()


def test_a_signal_is_dismissed_with_a_reason_in_words(hub: User, north: Area) -> None:
    signal, client = SignalFactory(area=north), client_of(hub)
    address = reverse("signals:dismiss", args=[signal.pk])
    page = client.post(address, {"reason": "", "words": ""}).content.decode()
    assert "There is a problem" in page
    client.post(address, {"reason": "recording", "words": "Counted twice since May"})
    signal.refresh_from_db()
    assert (signal.state, signal.reason) == ("dismissed", "recording")
    page = client.get(reverse("signals:signal", args=[signal.pk])).content.decode()
    assert "Counted twice since May" in page
    assert "Accept: start a plan" not in page
    client.post(reverse("signals:watch", args=[signal.pk]), {"words": "It came back"})
    signal.refresh_from_db()
    assert (signal.state, signal.reason) == ("watched", "")


def test_the_database_itself_refuses_a_dismissal_without_a_reason(north: Area) -> None:
    signal = SignalFactory(area=north)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signal.objects.filter(pk=signal.pk).update(state="dismissed")


def test_how_often_signals_are_right_counts_only_what_was_judged_real_or_false(hub: User, north: Area) -> None:
    for state, reason, n in (("accepted", "", 3), ("dismissed", "false", 1), ("dismissed", "known", 5), ("new", "", 2)):
        for _ in range(n):
            SignalFactory(area=north, state=state, reason=reason)
    (row,) = queries.tallies(Signal.objects.all())
    assert (row.accepted, row.false, row.otherwise, row.undecided, row.judged) == (3, 1, 5, 2, 4)
    page = client_of(hub).get(reverse("signals:how_often")).content.decode()
    assert "75% (30% to 95%)" in page


# --- accepting -----------------------------------


def test_accepting_starts_a_plan_with_what_the_records_say(hub: User, north: Area) -> None:
    signal = SignalFactory(area=north)
    client = client_of(hub)
    page = client.get(reverse("signals:signal", args=[signal.pk])).content.decode()
    assert reverse("problems:accept_signal", args=[signal.pk]) in page
    team = hub.memberships.get().team
    sent = {"title": "Cars of Alderbeck", "area": north.pk, "team": team.pk, "size": "standard"}
    client.post(reverse("problems:accept_signal", args=[signal.pk]), sent)
    plan = Plan.objects.get()
    assert (plan.title, plan.area, plan.crime_types, plan.small_areas) == (
        "Cars of Alderbeck", north, ["Vehicle crime"], ["S01000001"],
    )  # fmt: skip
    assert (plan.period_from, plan.period_to) == (datetime.date(2020, 6, 1), TO)
    said = {answer.question: answer for answer in plan.answers.all()}
    assert {"events", "recurring", "similarity", "harmful", "raised_by"} == set(said)
    assert said["recurring"].text == signal.evidence
    assert f"Signal S{signal.pk}; crimes version 0" in said["events"].evidence
    assert not [one for one in said.values() if one.yes is not None], "yes and no only people say"
    assert Run.objects.get(kind="problems.count").parameters["plan"] == plan.pk
    signal.refresh_from_db()
    assert signal.state == "accepted"
    page = client.get(reverse("signals:signal", args=[signal.pk])).content.decode()
    assert plan.ref in page
    assert "Started from this signal" in page
    page = client.get(reverse("problems:overview", args=[plan.pk])).content.decode()
    assert reverse("signals:signal", args=[signal.pk]) in page


def test_a_plan_links_to_its_signal_only_for_who_may_read_it(hub: User, north: Area) -> None:
    signal = SignalFactory(area=north)
    plan = PlanFactory(area=north, started_from="signal", started_from_ref=str(signal.pk))
    reader = person(Permission.PLAN_SEE_AREA, area=north)
    page = client_of(reader).get(reverse("problems:overview", args=[plan.pk])).content.decode()
    assert "Started from a signal" not in page


def test_who_starts_no_plans_is_not_offered_to_accept(north: Area) -> None:
    analyst = person(Permission.SIGNAL_READ, Permission.SIGNAL_DECIDE, area=north)
    signal = SignalFactory(area=north)
    page = client_of(analyst).get(reverse("signals:signal", args=[signal.pk])).content.decode()
    assert "Accept: start a plan" not in page
    assert "Dismiss" in page


# --- looking -------------------------------------


def test_the_nightly_command_looks_and_says_what_it_found(
    figures: Path, north: Area, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("signals_propose", to="2022-06-30")
    assert "Looked to 30 June 2022" in capsys.readouterr().out
    look = Look.objects.get()
    assert look.looked_at["volumes"] > 100
    assert {"crimes", "incidents"} <= set(look.tables)
    call_command("signals_propose", if_changed=True)
    assert "Nothing was added since the last look" in capsys.readouterr().out
    assert Look.objects.count() == 1


def test_what_was_added_is_looked_at_once_however_often_that_is_asked(hub: User) -> None:
    added = {"crimes": 7, "incidents": 3}
    run = changes.ask_to_look_at(tables=added, by=NIGHT)
    assert (run.kind, run.parameters, run.asked_by) == ("signals.look", {"tables": added}, None)
    assert changes.ask_to_look_at(tables=added, by=NIGHT) is None, "asked for already"
    Run.objects.update(state=Run.State.FAILED, reason="The worker stopped", ended_at=timezone.now())
    assert changes.ask_to_look_at(tables=added, by=NIGHT) is None, "what was wrong is wrong still"
    assert changes.ask_to_look_at(tables={**added, "crimes": 8}, by=NIGHT) is not None
    LookFactory(tables={"crimes": 9, "incidents": 3, "places_lsoa": 0})
    assert changes.ask_to_look_at(tables={**added, "crimes": 9}, by=NIGHT) is None, "looked at already"
    assert changes.ask_to_look_at(tables={}, by=NIGHT) is None, "nothing is held"


def test_a_look_that_somebody_else_had_meanwhile_is_not_had_again(hub: User) -> None:
    LookFactory(tables={"crimes": 7})
    outcome = look_for_signals(Progress(Run()), NIGHT, tables={"crimes": 7})
    assert outcome.words == "the signals to 30 June 2022, looked for already"
    assert Look.objects.count() == 1


@pytest.fixture
def had(monkeypatch: pytest.MonkeyPatch) -> list[datetime.date]:
    """The days of the looks that are had, on records up to June 2022; each finds six signals, more harm the newer."""
    days: list[datetime.date] = []

    def look(to: datetime.date, _who: str, _say: object) -> Found:
        days.append(to)
        harm = 100.0 * to.month
        groups = [[plain(kind="near_repeat", small_areas=[f"{to}-{at}"], harm_days=harm - at)] for at in range(6)]
        return replace(found(*groups, to=to), tables={"crimes": 7})

    monkeypatch.setattr("upstream_web.signals.engine.look", look)
    monkeypatch.setattr("upstream_web.signals.engine.force", lambda: None)
    monkeypatch.setattr("upstream_web.signals.engine.newest_day", lambda _of: TO)
    return days


def test_every_month_that_came_since_the_last_look_is_looked_at(
    north: Area, had: list[datetime.date], settings: object
) -> None:
    settings.SIGNALS_A_WEEK = 4
    look_for_signals(Progress(Run()), NIGHT)
    assert had == [TO], "the first look is at the newest month alone"
    Signal.objects.all().delete()
    Look.objects.update(to=datetime.date(2022, 3, 31))
    outcome = look_for_signals(Progress(Run()), NIGHT)
    assert had[1:] == [datetime.date(2022, 4, 30), datetime.date(2022, 5, 31), TO]
    assert outcome.words == "the signals to 30 June 2022"
    assert list(Look.objects.values_list("more_to_come", flat=True)) == [False, True, True, False]
    new = Signal.objects.filter(state=State.NEW)
    assert [one.found_to.month for one in new] == [6] * 4, "those with most harm of all the months, once all are there"
    look_for_signals(Progress(Run()), NIGHT)
    assert had[4:] == [TO], "a month is looked at again when its records changed"


def test_no_more_than_a_year_is_looked_at_in_one_go(north: Area, had: list[datetime.date]) -> None:
    LookFactory(to=datetime.date(2018, 7, 31))
    look_for_signals(Progress(Run()), NIGHT)
    assert (len(had), had[0], had[-1]) == (12, datetime.date(2021, 7, 31), TO)


def test_looks_that_were_cut_short_are_gone_on_with(
    north: Area, had: list[datetime.date], monkeypatch: pytest.MonkeyPatch
) -> None:
    LookFactory(to=datetime.date(2022, 3, 31))
    next(every_look(NIGHT, lambda _words: None))
    assert not queries.was_looked_at({"crimes": 7}), "two months are still to come"
    look_for_signals(Progress(Run()), NIGHT, tables={"crimes": 7})
    assert [day.month for day in had] == [4, 5, 6]
    assert queries.was_looked_at({"crimes": 7})


def test_watching_asks_the_worker_as_soon_as_records_were_added(
    figures: Path, north: Area, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter([None, None, KeyboardInterrupt])

    def sleep(_seconds: int) -> None:
        if (now := next(ticks)) is not None:
            raise now

    monkeypatch.setattr("time.sleep", sleep)
    # the connection is in a transaction of the test's: closed, it would take the test with it
    monkeypatch.setattr("upstream_web.signals.management.commands.signals_propose.close_old_connections", lambda: None)
    with pytest.raises(KeyboardInterrupt):
        call_command("signals_propose", watch=60)
    run = Run.objects.get()
    assert set(run.parameters["tables"]) >= {"crimes", "incidents"}


def test_a_signal_says_how_often_such_a_one_is_shown_where_nothing_happens(north: Area) -> None:
    tried = dict(figures(SignalFactory(area=north, lead=plain(kind="repeat_location"))))
    kept = simulated("repeat_location")
    assert kept is not None
    assert tried["Where nothing is happening"].startswith(
        f"{kept.false_looks:.1%} of simulated looks at the whole force"
    )
    assert how_often_false(SignalFactory(area=north)) == "at most 5% of such signals"
    unknown = SignalFactory(area=north, kind="cluster", lead=plain(kind="cluster"), false_share=None)
    words = how_often_false(unknown)
    assert re.fullmatch(r"shown by at most [1-9]\d?% of looks where nothing happens", words), (
        "none of few looks is not never"
    )


# --- for other programs --------------------------


def test_the_inbox_as_a_file_holds_what_its_reader_may_see_and_no_more(hub: User, north: Area) -> None:
    own = SignalFactory(area=north, lead=plain(easting=400_000.0, northing=300_000.0, radius_metres=100.0))
    SignalFactory(area=AreaFactory(code="ELSEWHERE"), place="Not for them")
    settled = SignalFactory(area=north, dismissed=True)
    client = client_of(hub)
    rows = list(csv.DictReader(client.get("/signals/signals.csv").content.decode().splitlines()))
    taken = AuditEvent.objects.get(action="signals.file_taken")
    assert (taken.by_name, taken.object_name, taken.details) == (
        hub.name, "List of signals", {"as": "csv", "signals": 1}
    )  # fmt: skip
    assert [(row["number"], row["state"], row["count"]) for row in rows] == [(str(own.pk), "new", "40")]
    assert rows[0]["tables"] == "crimes version 0"
    drawn = client.get("/signals/signals.geojson?state=all")
    assert drawn["Content-Type"] == "application/geo+json"
    features = json.loads(drawn.content)["features"]
    assert {one["properties"]["number"] for one in features} == {own.pk, settled.pk}
    shape = next(one["geometry"] for one in features if one["properties"]["number"] == own.pk)
    west, south = shape["coordinates"][0][0]
    assert (west, south) == (pytest.approx(-2, abs=0.01), pytest.approx(52.6, abs=0.05)), "degrees"
    assert client.get("/signals/signals.exe").status_code == 404


def test_a_program_reads_the_signals_that_its_person_may(hub: User, north: Area) -> None:
    own = SignalFactory(area=north)
    other = SignalFactory(area=AreaFactory(code="ELSEWHERE"))
    secret = make_token(by=hub, name="Map", scopes=[Scope.SIGNALS_READ], days=30).secret
    client = Client(headers={"authorization": f"Bearer {secret}"})
    listed = client.get("/api/v1/signals").json()
    assert [(row["id"], row["kind"], row["area"]) for row in listed["rows"]] == [(own.pk, "high_volume", "A")]
    assert client.get("/api/v1/signals", {"kind": "cluster"}).json()["count"] == 0
    assert client.get("/api/v1/signals", {"area": "ELSEWHERE"}).status_code == 404
    whole = client.get(f"/api/v1/signals/{own.pk}").json()
    assert (whole["count"], whole["expected"], whole["tables"]) == (40, 12.0, {"crimes": 0})
    assert client.get(f"/api/v1/signals/{other.pk}").status_code == 404
    officer = person(team=TeamFactory(area=north))
    nobody = make_token(by=officer, name="Map", scopes=[Scope.SIGNALS_READ], days=30).secret
    assert Client(headers={"authorization": f"Bearer {nobody}"}).get("/api/v1/signals").status_code == 403


def test_looking_now_is_long_work_that_anybody_who_decides_may_ask_for(hub: User) -> None:
    answer = client_of(hub).post(reverse("signals:look"))
    run = Run.objects.get()
    assert answer.url == reverse("runs:run", args=[run.pk])
    assert run.kind == "signals.look"
