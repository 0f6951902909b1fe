"""Pages of needs, types and posts: counted once, ranked as often as asked, and safe to read."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from django.test import Client

from factories.access import areas
from factories.people import person
from fixtures_needs import NeedsForce, Quiet
from upstream.reports.need_maps import index_map, posts_map, types_map
from upstream.reports.place_maps import sheet_of
from upstream.respond.allocation import Rules
from upstream.store.scopes import readings
from upstream_web.needs import engine
from upstream_web.needs.engine.versions import moved
from upstream_web.needs.models import IndexVersion
from upstream_web.needs.presenters import rural_fairness
from upstream_web.needs.tasks import count_needs
from upstream_web.people.permissions import Permission
from upstream_web.runs.models import Run

pytestmark = pytest.mark.django_db
ALL = ("harm", "violence", "acquisitive", "repeats", "asb", "income", "health", "education")
DECIDER = (Permission.SIGNAL_READ, Permission.SIGNAL_DECIDE)


@pytest.fixture
def site(needs_force: NeedsForce, settings: Any) -> NeedsForce:
    settings.ENGINE_SETTINGS = needs_force.folder / "upstream.toml"
    return needs_force


@pytest.fixture
def reader(client: Client) -> Client:
    north, _ = areas()
    client.force_login(person(Permission.SIGNAL_READ, area=north))
    return client


@pytest.fixture
def counted(site: NeedsForce) -> NeedsForce:
    if engine.held(engine.INDEX) is None:
        count_needs(Quiet(), person(*DECIDER))
    return site


def test_before_a_count_pages_say_so_and_a_decider_may_ask(
    needs_force: NeedsForce, settings: Any, client: Client, tmp_path: Any
) -> None:
    (tmp_path / "upstream.toml").write_text("")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    north, _ = areas()
    client.force_login(person(Permission.SIGNAL_READ, area=north))
    for name in ("", "types/", "posts/"):
        page = client.get(f"/needs/{name}").content.decode()
        assert "are not counted from the records" in page
        assert "Count now" not in page
    assert client.get("/needs/table.csv").status_code == 404
    assert client.post("/needs/count/").status_code == 403
    client.force_login(person(*DECIDER, area=north))
    assert "Count now" in client.get("/needs/").content.decode()
    assert client.post("/needs/count/").status_code == 302
    assert Run.objects.get().kind == "needs.count"


def test_a_count_is_logged_by_who_asked_and_kept(site: NeedsForce) -> None:
    asker = person(*DECIDER)
    count_needs(Quiet(), asker)
    assert any(line["who"] == asker.email and line["table"] == "people_in_crimes" for line in readings(site.store.root))
    before = len(readings(site.store.root))
    kept = engine.held(engine.INDEX)
    assert kept is not None
    again = engine.count(engine.INDEX, "x")
    assert [area.code for area in kept.areas] == [area.code for area in again.areas]
    assert kept.lacking == again.lacking
    assert all((a.values == b.values).all() for a, b in zip(kept.indicators, again.indicators, strict=True))
    assert len(readings(site.store.root)) > before  # the second count read again; the kept one did not


def test_ranks_intervals_kinds_and_groups_are_on_the_page(counted: NeedsForce, reader: Client) -> None:
    page = reader.get("/needs/").content.decode()
    for words in ("Most need first", "95% of ranks", "Rural", "Urban", "Northing", "White", "Who lives there"):
        assert words in page
    assert re.search(r"\d+ to \d+", page)


def test_other_weights_are_another_ranking(counted: NeedsForce, reader: Client) -> None:
    plain = reader.get("/needs/table.csv").content.decode()
    zeroes = "&".join(f"w_{key}=0" for key in ALL if key not in ("income", "education"))
    # in these records education is half of income deprivation, so both rank alike
    other = reader.get(f"/needs/table.csv?{zeroes}").content.decode()
    rows = list(csv.DictReader(io.StringIO(other)))
    by_income = sorted(counted.codes[:-1], key=lambda code: -counted.income[code])
    assert [row["lsoa"] for row in rows][:5] == by_income[:5]
    assert [row["lsoa"] for row in csv.DictReader(io.StringIO(plain))] != [row["lsoa"] for row in rows]
    assert not any(name.startswith("value_") for name in rows[0])  # counts of small areas stay inside


@pytest.mark.parametrize(
    "query", ["w_harm=-1", "w_harm=abc", "top=0", "top=101", "top=90", "&".join(f"w_{key}=0" for key in ALL)]
)
def test_weights_that_cannot_be_are_said(counted: NeedsForce, reader: Client, query: str) -> None:
    assert reader.get(f"/needs/table.csv?{query}").status_code == 404
    answer = reader.get(f"/needs/?{query}")
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()


def test_types_and_posts(counted: NeedsForce, reader: Client) -> None:
    page = reader.get("/needs/types/?classes=3").content.decode()
    assert "Found again" in page
    assert page.count("What is in class") == 3
    assert "cannot be made" in reader.get("/needs/types/?classes=99").content.decode()
    page = reader.get("/needs/posts/").content.decode()
    for words in ("The first 10 of all", "The first 5 of each policing area", "proved to within 0.0%"):
        assert words in page
    asked = "by=index&least=0&most_a_place=2&further=50"
    assert "There is a problem" in reader.get(f"/needs/posts/?posts=400&{asked}").content.decode()
    assert "need a multiple of 2 posts" in reader.get(f"/needs/posts/?posts=3&{asked}").content.decode()


ASKED = "posts=10&by=index&least=0&most_a_place=2&further=50"


def test_rules_of_posts_hold_on_the_page_and_in_the_file(counted: NeedsForce, reader: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(reader.get(f"/needs/posts/table.csv?{ASKED}&most=6").content.decode())))
    for way in ("The same for every policing area", "By residents", "By need", "Most need met"):
        by_area = {area: sum(int(row[way]) for row in rows if row["area"] == area) for area in ("Northing", "Southing")}
        assert sum(by_area.values()) == 10
        assert max(by_area.values()) <= 6
    page = reader.get(f"/needs/posts/?{ASKED}&most=6").content.decode()
    assert "points of the index" in page
    assert "Need not met" in page
    harm = reader.get(f"/needs/posts/?{ASKED.replace('index', 'harm')}").content.decode()
    assert "days of harm a year" in harm


def test_the_first_places_by_harm_are_those_with_most_harm(counted: NeedsForce) -> None:
    needs = engine.held(engine.INDEX)
    assert needs is not None
    made = engine.ways_of(engine.index_of(needs, {}, 10), needs, "harm", Rules(10))
    chosen = {place.code for place, n in zip(made.places, made.ways[0].posts, strict=True) if n}
    order = np.argsort(-needs.harm, kind="stable")[:10]
    assert chosen == {needs.areas[at].code for at in order}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("&most=4", "posts cannot be put"),
        ("&furthest=10", "Choose where the way begins"),
        ("&most=0", "must be 1 or more"),
        ("&travel=moon", "not one of the available choices"),
    ],
)
def test_rules_that_cannot_be_kept_are_said(counted: NeedsForce, reader: Client, more: str, said: str) -> None:
    page = reader.get(f"/needs/posts/?{ASKED}{more}").content.decode()
    assert "There is a problem" in page
    assert said in page
    assert reader.get(f"/needs/posts/table.csv?{ASKED}{more}").status_code == 404


def test_without_outlines_the_way_is_not_counted_and_that_is_said(counted: NeedsForce, reader: Client) -> None:
    assert "the way is not counted" in reader.get(f"/needs/posts/?{ASKED}&travel=middle").content.decode()


def test_the_way_takes_a_part_of_each_post(counted: NeedsForce, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = engine.held(engine.INDEX)
    assert needs is not None
    index = engine.index_of(needs, {}, 10)
    middles = {row.area.code: (1_000.0 * at, 0.0) for at, row in enumerate(index.areas)}
    monkeypatch.setattr(engine, "_middles", lambda *_: middles)
    made = engine.ways_of(index, needs, "index", Rules(8, furthest=20.0), travel=True)
    assert made.travel
    for way in made.ways[-4:]:
        assert all(place.travel <= 20 for place, n in zip(made.places, way.posts, strict=True) if n)
    assert any(place.travel > 20 for place in made.places)


def test_more_posts_than_places_are_still_put(counted: NeedsForce) -> None:
    needs = engine.held(engine.INDEX)
    assert needs is not None
    made = engine.ways_of(engine.index_of(needs, {}, 10), needs, "index", Rules(60))
    assert not made.readings
    assert "60 posts" in made.why_not
    assert made.ways[-1].posts.sum() == 60


def test_most_similar_are_those_of_the_engine(counted: NeedsForce, reader: Client) -> None:
    page = reader.get("/needs/similar/?area=e01000004&count=5").content.decode()
    needs = engine.held(engine.TYPES)
    assert needs is not None
    made = engine.similar_to(needs, "E01000004", 5)
    assert len(made.found) == 5
    assert [page.index(f"area={one.code}&") for one in made.found] == sorted(
        page.index(f"area={one.code}&") for one in made.found
    )
    assert f"{made.found[0].distance:.2f}" in page
    assert "Problem profile of" not in page  # only for those who read measures
    assert "There is no small area E09" in reader.get("/needs/similar/?area=E09").content.decode()


def test_the_map_outlines_those_chosen_and_has_their_figures(counted: NeedsForce) -> None:
    needs = engine.held(engine.INDEX)
    assert needs is not None
    index = engine.index_of(needs, {}, 10)
    codes = [row.area.code for row in index.areas]
    squares = shapely.box(*np.array([(x, 0, x + 1, 1) for x in range(len(codes))]).T)
    chart = index_map(index, codes, sheet_of(squares), index.areas[:12])
    assert chart.svg.count('class="c-hot"') == 10
    assert [row.cells[0].text for row in chart.data.rows] == [row.area.name for row in index.areas[:12]]
    assert chart.data.rows[0].cells[2].text == str(round(100 * index.areas[0].in_top))
    made = engine.ways_of(index, needs, "index", Rules(10, 0, None, 2, further_post=0.5))
    posts = posts_map(made.ways[-1], made.places, codes, sheet_of(squares))
    assert sum(int(row.cells[2].text) for row in posts.data.rows) == 10


def test_the_map_of_types_has_every_class_and_how_surely_it_is_found_again(counted: NeedsForce) -> None:
    needs = engine.held(engine.TYPES)
    assert needs is not None
    made = engine.types_of(needs, 3)
    codes = [row.area.code for row in made.areas]
    squares = shapely.box(*np.array([(x, 0, x + 1, 1) for x in range(len(codes))]).T)
    chart = types_map(made, codes, sheet_of(squares))
    for one, row in zip(made.classes, chart.data.rows, strict=True):
        assert f'class="c-kind-{one.number} c-edge"' in chart.svg
        assert row.cells[1].text == str(round(100 * one.stability))
        assert sum(int(cell.text) for cell in row.cells[2:]) == one.small_areas
    assert chart.svg.count('class="c-between"') == sum(row.certainty < 0.75 for row in made.areas)


def test_the_class_of_every_small_area_is_a_file(counted: NeedsForce, reader: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(reader.get("/needs/types/table.csv?classes=3").content.decode())))
    needs = engine.held(engine.TYPES)
    assert needs is not None
    made = engine.types_of(needs, 3)
    assert [(row["lsoa"], row["class"]) for row in rows] == [(one.area.code, str(one.number)) for one in made.areas]
    for bad in ("99", "1", "9" * 6000):
        assert reader.get(f"/needs/types/?classes={bad}").status_code == 200
    assert reader.get("/needs/types/table.csv?classes=99").status_code == 404


def test_every_count_leaves_a_version_and_two_can_be_compared(counted: NeedsForce, client: Client) -> None:
    decider = person(*DECIDER)
    for _ in range(2):
        count_needs(Quiet(), decider)
    reviewed = IndexVersion.objects.get()  # the same of the same records is kept once
    assert reviewed.words == "Version 1 as reviewed, records to June 2022"
    client.force_login(decider)
    kept = client.post("/needs/versions/keep/?w_income=60", {"words": "More by income"})
    assert kept.status_code == 302
    after = IndexVersion.objects.get(words="More by income")
    page = client.get(f"/needs/versions/?before={reviewed.pk}&after={after.pk}").content.decode()
    assert "They differ in the weights." in page
    made = moved(reviewed.content, after.content)
    first = next(row for row in made.moves if row.before != row.after)
    assert first.name in page
    assert "mostly by the weights" in page
    asked = f"before={reviewed.pk}&after={after.pk}"
    rows = list(csv.DictReader(io.StringIO(client.get(f"/needs/versions/moves.csv?{asked}").content.decode())))
    assert [(row["lsoa"], row["rank_after"]) for row in rows] == [(one.code, str(one.after)) for one in made.moves]
    same = client.get(f"/needs/versions/?before={after.pk}&after={after.pk}").content.decode()
    assert "They do not differ" in same
    assert "No small area moved" in same


@pytest.mark.parametrize("query", ["before=1&after=999999", "before=x", "before=&after="])
def test_versions_that_are_not_there_are_said(counted: NeedsForce, reader: Client, query: str) -> None:
    answer = reader.get(f"/needs/versions/?{query}")
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert reader.get(f"/needs/versions/moves.csv?{query}").status_code == 404
    assert reader.post("/needs/versions/keep/", {"words": "x"}).status_code == 403


def test_rural_fairness_is_said_with_what_residents_and_harm_would_give(counted: NeedsForce, reader: Client) -> None:
    needs = engine.held(engine.INDEX)
    assert needs is not None
    index = engine.index_of(needs, {}, 10)
    assert sum(kind.expected_in_top for kind in index.kinds) == pytest.approx(
        sum(row.in_top for row in index.areas)
    )  # fmt: skip
    rural = next(kind for kind in index.kinds if kind.name == "Rural")
    said = rural_fairness(index)
    assert f"{rural.in_top} of the first 10, and {rural.expected_in_top:.1f} on average" in said
    assert f"{10 * rural.share_of_residents:.1f}" in said
    assert said in reader.get("/needs/").content.decode()
    few = replace(rural, expected_in_top=0.0, share_of_residents=0.4, share_of_harm=0.3)
    other = replace(index, kinds=(few, *(kind for kind in index.kinds if kind.name != "Rural")))
    assert "fewer than either" in rural_fairness(other)
    assert rural_fairness(replace(index, kinds=())) == ""


def test_few_queries(counted: NeedsForce, reader: Client, django_assert_max_num_queries: Any) -> None:
    reader.get("/needs/")
    with django_assert_max_num_queries(19):
        reader.get("/needs/?top=20")
