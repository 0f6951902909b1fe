"""What readers of an assessment who may not see small numbers are told: never a count, whatever method says it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import upstream.assess
from upstream.assess.finding import CountFree
from upstream.assess.kept import as_data, from_data
from upstream.assess.ladder import Answer, NotUsed, answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import Marker, Panel, panel_of
from upstream.reports.assessment import LEFT_OUT, ShownAnswer, answer_blocks
from upstream.reports.assessment_paper import assessment_paper, of_file
from upstream.reports.document import Block, runs_of, text_of, walk
from upstream.reports.html import render_html

MONTHS = [f"{2020 + at // 12}-{at % 12 + 1:02d}" for at in range(30)]
COUNTED = {"outcome", "unit", "counts", "series", "observed", "counterfactual", "expected", "own", "other", "others"}
"""What holds events or names them: no sentence that is declared free of counts is made of these."""
NO_COUNTS = re.compile(
    r"\d{4}-\d\d|\d+(\.\d+)?%|(Level )?\d of 5|\bp (is )?(below )?\d\.\d+|not 0\.\d+|[\d.]+ \([\d.]+ to [\d.]+\)"
    r"|\d+( times)? in 100|100 times|Below 0|(?<=\) )[1-5](?= )|\d+ (months|comparison places|years)"
    r"|\d+ are (held|given)|matched in \d+"
)
"""Numbers that count no events: months, per cents, levels, p, ratios with their interval, and what data there are."""


@pytest.fixture(scope="module", params=[False, True], ids=["together", "in steps"])
def panel(request: pytest.FixtureRequest) -> Panel:
    """Small places: three, two or one a month in the comparisons and near by, and long stretches of nothing."""
    rng = np.random.default_rng(3)
    more = 0 if request.param else 95  # enough donors for every method that asks for many
    treated = {"Marsh Green": MONTHS[20], "Quay": MONTHS[24 if request.param else 20]}
    means = {"Marsh Green": 31, "Quay": 4, "Hill": 3, "Dale": 2, "Moor": 1, "Fen": 3, "Wold": 2, "Beck": 1, "Near": 1}
    means |= {f"Ward {at:03d}": 1 + at % 4 + 40 * (at % 8 == 0) for at in range(more)}
    rows = [
        (unit, month, float(rng.poisson(mean * (0.5 if month >= treated.get(unit, "9") else 1))))
        for unit, mean in means.items()
        for month in MONTHS
    ]
    return panel_of(
        rows, outcome="burglaries", treated=treated, buffer=["Near"], markers=[Marker(MONTHS[10], "a new rule")]
    )


@pytest.fixture(scope="module")
def found(panel: Panel) -> Answer:
    """Every method that the panel carries; those that their record refuses as well, where all began together."""
    return answer(panel, METHODS, None if panel.staggered else ())


def said(blocks: Iterator[Block] | tuple[Block, ...]) -> str:
    return " ".join(text_of(runs) for block in blocks for runs in runs_of(block))


def public_words(found: Answer, panel: Panel) -> dict[str, str]:
    """Page, paper and the file of the paper; of an answer as it was kept."""
    kept = from_data(json.loads(json.dumps(as_data(found))))
    paper = assessment_paper(replace(of_file(kept, panel, "c.csv", b""), public=True))
    return {
        "page": said(answer_blocks(ShownAnswer(kept, "Marsh Green", (), public=True))),
        "paper": said(tuple(block for one in walk(paper.sections) for block in one.blocks)),
        "file": render_html(paper).decode(),
    }


def totals(panel: Panel) -> set[str]:
    """What was counted in each role, and in each place, before and after."""
    parts = (slice(0, panel.start), slice(panel.counted, None))
    held = [panel.series(role)[part].sum() for role in ("treated", "comparison", "buffer") for part in parts]
    held += [row[part].sum() for row in panel.counts for part in parts]
    return {f"{one:,.0f}" for one in held}


def test_no_count_stands_in_what_anybody_may_read_of_any_method(panel: Panel, found: Answer) -> None:
    telling = [one for made in (found.main, *found.checks) for one in made.caveats if not isinstance(one, CountFree)]
    assert telling  # there is something to hide
    if not panel.staggered:
        assert {one.key for one in found.not_used} <= {"staggered"}
    words = public_words(found, panel)
    assert LEFT_OUT in words["paper"]
    assert all("a new rule" in text for text in words.values())
    for one in (found.main, *found.checks):
        for sentence in one.caveats:
            if isinstance(sentence, CountFree):
                assert not set(re.findall(r"[\d,.]*\d", NO_COUNTS.sub("", sentence))), sentence
            else:
                assert not any(sentence in text for text in words.values()), sentence
        for sentence in (*one.assumes, *one.overturned_by, one.estimand, one.question, one.maryland.reason):
            assert not set(re.findall(r"\d+", sentence)) & (totals(panel) | set("1234")), sentence
    for one in found.not_used:
        if not isinstance(one.why, CountFree):
            assert not any(one.why in text for text in words.values()), one
    bare = NO_COUNTS.sub("", words["page"])
    assert not set(re.findall(r"[\d,.]*\d", bare)) & (totals(panel) | set("1234")), bare


def test_a_sentence_is_for_readers_of_counts_until_it_is_declared_free_of_them(panel: Panel, found: Answer) -> None:
    caveats = ("Three burgled homes lay in the comparison.", "It had 3, all told.", CountFree("The season is short."))
    why = (NotUsed("a", "Method A", "there were too few: 3"), NotUsed("b", "Method B", CountFree("no places near by")))
    telling = replace(found, main=replace(found.main, caveats=caveats), not_used=why)
    words = public_words(telling, panel)
    for text in words.values():
        assert "Three burgled" not in text
        assert "It had 3" not in text
        assert "too few: 3" not in text
        assert "The season is short." in text
        assert "no places near by" in text
    ours = said(answer_blocks(ShownAnswer(telling, "Marsh Green", ())))
    assert all(one in ours for one in (*caveats, "Method A: there were too few: 3"))


def test_an_answer_kept_before_sentences_were_declared_opens_and_tells_everybody_less(found: Answer) -> None:
    older = json.loads(json.dumps(as_data(found)))
    for one in (older["main"], *older["checks"], *older["not_used"]):
        del one["count_free"]
    again = from_data(older)
    assert (again.main.caveats, again.not_used) == (found.main.caveats, found.not_used)
    for_all = said(answer_blocks(ShownAnswer(again, "Marsh Green", (), public=True)))
    assert not any(one in for_all for one in again.main.caveats)


def test_what_is_declared_free_of_counts_is_not_made_of_what_was_counted() -> None:
    made = 0
    for file in sorted(Path(upstream.assess.__file__).parent.glob("*.py")):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "CountFree":
                parts = list(ast.walk(call))
                names = {one.attr for one in parts if isinstance(one, ast.Attribute)}
                names |= {one.id for one in parts if isinstance(one, ast.Name)}
                assert not names & COUNTED, f"{file.name}:{call.lineno}"
                made += 1
    assert made > 15
