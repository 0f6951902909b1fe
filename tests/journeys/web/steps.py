"""What every journey does: try a page with axe, type a day, walk with the keyboard."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_TABS = 150
SIZES = ({"width": 1280, "height": 800}, {"width": 375, "height": 700})


def broken_rules(page: Page) -> list[str]:
    """What axe finds wrong with a page, every detail of it open."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": WCAG_22_AA})
    return [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]]


def seen_at_every_size(page: Page) -> None:
    """No rule of axe is broken, and nothing is wider than the screen, on a desk and on a telephone."""
    for size in SIZES:
        page.set_viewport_size(size)
        assert broken_rules(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def fill_day(page: Page, legend: str, day: str) -> None:
    """Type a day as 27 3 2026 into its three boxes."""
    group = page.get_by_role("group", name=legend)
    for label, text in zip(("Day", "Month", "Year"), day.split(), strict=True):
        group.get_by_label(label, exact=True).fill(text)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus, which must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => {
                const e = document.activeElement, s = getComputedStyle(e), l = e.labels && e.labels[0]
                const seen = s.outlineStyle !== 'none' || s.boxShadow !== 'none'
                return { name: ((l || e).textContent || '').trim(), seen }
            }"""
        )
        if focus["name"].startswith(name):
            assert focus["seen"], f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"{MOST_TABS} presses of Tab did not come to {name}")
