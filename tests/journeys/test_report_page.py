"""What a reader must be able to do with the page of the quarterly report, whatever they read it with.

Each test is one acceptance criterion: given a report and a reader, when something is done, then it works.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

Opener = Callable[..., Page]
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_KIND = (
    *("p", "dl.facts", ".points li", "h4 + p", "h4 + ul", "q", "strong", "a[href]", "figure", "details table"),
    *(
        ".callout.note",
        ".callout.warning",
        ".callout.not_held",
        "table.stack",
        "tr.group",
        "td.number",
        ".flag",
        ".note",
    ),
    *("#at-a-glance", "#scorecard", "#exceptional-volumes", "#data-quality", "#methods", "#definitions", "#provenance"),
)


@pytest.fixture
def opened(browser: Browser, report_folder: Path) -> Iterator[Opener]:
    """Opens the report in a context of its own; a request for anything but the page itself fails the test."""
    contexts, asked = [], []
    address = (report_folder / "report.html").as_uri()

    def only_the_page(route: Route) -> None:
        if route.request.url.partition("#")[0] == address:
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    def opener(**context: Any) -> Page:
        made = browser.new_context(**context)
        contexts.append(made)
        made.route("**/*", only_the_page)
        page = made.new_page()
        page.goto(address)
        return page

    yield opener
    for made in contexts:
        made.close()
    assert asked == []


def broken_rules(page: Page) -> list[str]:
    """Every rule of WCAG 2.2 AA that axe finds broken, with the first place.

    What is out of sight is not drawn (``content-visibility``) and axe cannot judge its colours, so all is drawn first.
    """
    page.add_style_tag(content="section { content-visibility: visible !important }")
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": WCAG_22_AA})
    return [
        f"{v['id']}: {len(v['nodes'])} x, first {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]
    ]


@pytest.mark.parametrize(
    "settings",
    [{}, {"color_scheme": "dark"}, {"viewport": {"width": 375, "height": 700}}],
    ids=["wide", "dark", "telephone"],
)
def test_axe_finds_no_broken_rule(opened: Opener, settings: dict[str, Any]) -> None:
    """Given any screen, when the rules of WCAG 2.2 AA are tried with every detail open, then none is broken."""
    page = opened(**settings)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert broken_rules(page) == []


def test_the_report_tried_has_every_kind_of_block(opened: Opener) -> None:
    """Given the report of these tests, when it is searched, then nothing that a report can hold is left out of it."""
    page = opened()
    assert [kind for kind in EVERY_KIND if page.locator(kind).count() == 0] == []


def test_only_what_is_seen_is_drawn(opened: Opener) -> None:
    """Given a telephone, when the page opens, then measures out of sight cost no layout, and a link still arrives."""
    page = opened(viewport={"width": 375, "height": 700})
    drawn = "document.querySelector('#measure-asb h4, #measure-asb dl').checkVisibility({contentVisibilityAuto: true})"
    assert not page.evaluate(drawn)
    page.evaluate("location.hash = '#measure-asb'")
    page.wait_for_function(drawn)
    assert abs(page.evaluate("document.querySelector('#measure-asb').getBoundingClientRect().top")) < 100


def test_axe_is_not_blind(opened: Opener) -> None:
    """Given a page that is broken on purpose, when the same rules are tried, then they are found broken."""
    page = opened()
    page.evaluate("document.documentElement.removeAttribute('lang'); document.querySelector('a').textContent = ''")
    assert {line.partition(":")[0] for line in broken_rules(page)} >= {"html-has-lang", "link-name"}


@pytest.mark.parametrize("width", [375, 320])
@pytest.mark.parametrize("zoom", [100, 200], ids=["text 100%", "text 200%"])
def test_no_sideways_scroll(opened: Opener, width: int, zoom: int) -> None:
    """Given a narrow screen, when text is also twice its size, then the page is never wider than the screen."""
    page = opened(viewport={"width": width, "height": 700})
    page.evaluate("size => { document.documentElement.style.fontSize = size + '%' }", zoom)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_first_key_skips_to_the_report(opened: Opener) -> None:
    """Given a keyboard, when Tab and Enter are pressed, then the report itself is in view and reading starts there."""
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    assert abs(page.evaluate("document.querySelector('#main').getBoundingClientRect().top")) < 100
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")


def test_tab_reaches_everything_and_shows_where_it_is(opened: Opener) -> None:
    """Given a keyboard, when Tab is pressed again and again, then every link and region is reached, in order, seen."""
    page = opened()
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], summary, [tabindex]')]
                 .filter(e => e.checkVisibility()).map((e, i) => { e.dataset.stop = i; return i })"""
    )
    reached = []
    for _ in wanted:
        page.keyboard.press("Tab")
        stop, outline = page.evaluate(
            """() => { const e = document.activeElement;
                       return [+e.dataset.stop, parseFloat(getComputedStyle(e).outlineWidth)] }"""
        )
        reached.append(stop)
        assert outline >= 2
    assert reached == wanted


def test_what_scrolls_is_focusable_and_named(opened: Opener) -> None:
    """Given a narrow screen, when something scrolls by itself, then the keyboard reaches it and it has a name."""
    page = opened(viewport={"width": 375, "height": 700})
    regions = page.evaluate(
        """() => [...document.querySelectorAll('*')]
            .filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
            .map(e => [e.tabIndex, e.getAttribute('role'), e.getAttribute('aria-label')
                       || document.getElementById(e.getAttribute('aria-labelledby'))?.textContent || ''])"""
    )
    assert len(regions) > 10
    assert all(stop == 0 and role == "group" and name.strip() for stop, role, name in regions)


def test_everything_is_there_without_javascript(opened: Opener) -> None:
    """Given JavaScript is off, when the page opens, then it says the same, and holds no script at all."""
    with_it, without = opened(), opened(java_script_enabled=False)
    assert with_it.locator("script").count() == 0
    assert without.locator("body").inner_text() == with_it.locator("body").inner_text()
    assert len(without.locator("main").inner_text()) > 5_000


def test_print_cuts_nothing_off(opened: Opener) -> None:
    """Given paper, when the page is printed on A4, then nothing stands in a box that hides its overflow."""
    page = opened(viewport={"width": 672, "height": 990})  # A4 less its margins, at 96 dots an inch
    page.emulate_media(media="print")
    hidden = page.evaluate(
        """() => [...document.querySelectorAll('.scroll')]
            .filter(e => e.checkVisibility() && getComputedStyle(e).overflowX !== 'visible').length"""
    )
    too_wide = page.evaluate(
        """() => [...document.querySelectorAll('table, svg')]
            .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.id)"""
    )
    assert (hidden, too_wide) == (0, [])
    assert page.locator("figure svg").first.is_visible()


def test_high_contrast_keeps_edges(opened: Opener) -> None:
    """Given forced colours, when the page opens, then charts keep a light ground and words stay visible."""
    page = opened(forced_colors="active")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.picture svg')).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert broken_rules(page) == []


def test_every_chart_has_words_and_its_figures_as_a_table(opened: Opener) -> None:
    """Given no sight of a chart, when it is read out, then it has a name, a description, and its own table below."""
    page = opened()
    charts = page.evaluate(
        """() => [...document.querySelectorAll('figure')].map(f => { const s = f.querySelector('svg');
            const ids = (s.getAttribute('aria-labelledby') || '').split(' ');
            return { role: s.getAttribute('role'), words: ids.map(i => document.getElementById(i)?.textContent || ''),
                     rows: f.querySelectorAll('details table tbody tr').length,
                     drawn: s.querySelectorAll('.c-dot, .c-flag').length } })"""
    )
    assert charts
    for chart in charts:
        assert chart["role"] == "img"
        assert len(chart["words"]) == 2
        assert all(len(words) > 10 for words in chart["words"])
        assert chart["rows"] > 0


def test_headings_title_and_language(opened: Opener) -> None:
    """Given a screen reader, when headings are listed, then there is one first level and no level is left out."""
    page = opened()
    levels = [
        int(tag[1]) for tag in page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(e => e.tagName)")
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert page.title() == "Quarterly performance report - Marchwold"
    assert page.locator("html").get_attribute("lang") == "en-GB"


def test_links_lead_somewhere_and_the_same_words_to_the_same_place(opened: Opener) -> None:
    """Given a list of links, when two read alike, then they lead to one place; and each place exists."""
    page = opened()
    links = page.evaluate(
        "[...document.querySelectorAll('a')].map(a => [a.textContent.trim(), a.getAttribute('href')])"
    )
    targets = set(page.evaluate("[...document.querySelectorAll('[id]')].map(e => '#' + e.id)"))
    assert [href for _, href in links if href.startswith("#") and href not in targets] == []
    by_words = defaultdict(set)
    for words, href in links:
        by_words[words].add(href)
    assert {words: places for words, places in by_words.items() if len(places) > 1} == {}
    assert "" not in by_words
