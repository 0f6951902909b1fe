"""Commentary: bound figures, backed numbers, refusal with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstream.errors import BadInput, Refused
from upstream.measures.definition import Pack
from upstream.measures.result import Results
from upstream.reports.binding import Binding
from upstream.reports.bound_figures import bound_figure
from upstream.reports.commentary import Commentary, bind_commentary, read_commentary
from upstream.reports.document import Document, Section, figures_of, text_of, walk
from upstream.reports.figures import Figure
from upstream.reports.measure_page import NO_COMMENTARY, Reading, measure_section
from upstream.reports.number_patterns import bare_numbers
from upstream.reports.quarterly import Request, quarterly_report

HEAD = "---\nauthor: Head of Crime\nreviewed: 2022-07-06\n---\n"
KEY = "crime_total"


def write(folder: Path, body: str, *, head: str = HEAD, key: str = KEY) -> Commentary:
    (folder / f"{key}.md").write_text(head + body, "utf-8")
    return read_commentary(folder)[key]


@pytest.fixture(scope="module")
def bindings(results: Results) -> dict[str, Binding]:
    return {key: Binding(results.measures[key]) for key in (KEY, "crime_rape", "calls_999")}


@pytest.fixture(scope="module")
def page(results: Results, bindings: dict[str, Binding]) -> Section:
    return measure_section(Reading(results.to, bindings, {}), KEY)


def bind(commentary: Commentary, bindings: dict[str, Binding], page: Section) -> str:
    blocks = bind_commentary(commentary, bindings, figures_of(page))
    return " | ".join(text_of(b.runs) for prose in blocks for b in prose.blocks if hasattr(b, "runs"))


def test_bound_figures_become_figures(tmp_path: Path, bindings: dict[str, Binding], page: Section) -> None:
    latest = bindings[KEY].result.series["force"].latest.value
    written = write(
        tmp_path, "## What does this mean?\nThere were {{this}}, and {{crime_rape.n.2022-05}} in the north.\n"
    )
    blocks = bind_commentary(written, bindings, figures_of(page))
    figures = [r for b in blocks[0].blocks for r in b.runs if isinstance(r, Figure)]
    assert figures[0].value == latest
    assert figures[1].source.area == "n"
    assert figures[1].source.period == "2022-05"


def test_a_number_that_nothing_backs_is_refused_with_file_and_line(
    tmp_path: Path, bindings: dict[str, Binding], page: Section
) -> None:
    body = (
        "## What does this mean?\nFine words.\n\nMore words\nand 987,654 things.\n\n## Next steps\n- Do 43.7% better\n"
    )
    with pytest.raises(Refused) as refused:
        bind(write(tmp_path, body), bindings, page)
    assert "crime_total.md:9: the number 987,654 is backed by no value" in refused.value.what
    assert "crime_total.md:12: the number 43.7% is backed by no value" in refused.value.what
    assert refused.value.exit_code == 4


def test_a_number_that_the_page_prints_is_bound_to_it(
    tmp_path: Path, bindings: dict[str, Binding], page: Section
) -> None:
    shown = next(f for f in figures_of(page) if f.value is not None and len(f.text) >= 3)
    written = write(tmp_path, f"## What does this mean?\nIt was {shown.text} then.\n")
    blocks = bind_commentary(written, bindings, figures_of(page))
    assert shown in [r for r in blocks[0].blocks[0].runs if isinstance(r, Figure)]


@pytest.mark.parametrize(
    "words",
    [
        "from 1 July 2022 to 2022/23, in Q1 and June 22",
        "Grade 1 and 2 incidents, Grade 3's, 999 and 101 calls, 24/7",
        "Outcome 16 and Outcomes 1 and 1A, OC14, section 60, Schedule 3",
        "measure 4.1.1 is 2nd of them, since 2019",
    ],
)
def test_dates_names_and_references_are_no_figures(words: str) -> None:
    assert list(bare_numbers(words)) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("it rose 8% (117)", ["8%", "117"]),
        ("£1,200 and -3.5 points", ["£1,200", "-3.5"]),
        ("999 calls rose by 101%", ["101%"]),
        ("2,022 crimes", ["2,022"]),
        ("May 22% of them", ["22%"]),
    ],
)
def test_everything_else_is(words: str, found: list[str]) -> None:
    assert [n.text for n in bare_numbers(words)] == found


@given(st.integers(20_000, 10**7))
def test_any_large_count_is_seen_wherever_it_stands(count: int) -> None:
    for words in (f"{count:,}", f"about {count}.", f"({count:,})", f"x {count:,}, y"):
        assert [n.text.replace(",", "") for n in bare_numbers(words)] == [str(count)]


def test_an_outside_source_may_be_quoted_by_name(tmp_path: Path, bindings: dict[str, Binding], page: Section) -> None:
    body = '## What does this mean?\nNationally [12.34%](source "ONS, year ending March 2022").\n'
    assert "12.34% (source: ONS, year ending March 2022)" in bind(write(tmp_path, body), bindings, page)
    body = "## What does this mean?\nSee [12.34%](javascript:alert).\n"
    with pytest.raises(Refused, match=r"crime_total\.md:6"):
        bind(write(tmp_path, body), bindings, page)


@pytest.mark.parametrize(
    "reference",
    [
        "nothing",
        "this.nowhere",
        "this.force.2022-13",
        "this.force.change.sideways",
        "this.force.now.what",
        "a b",
        "this.force.2031-01",
    ],
)
def test_a_reference_to_nothing_is_refused(bindings: dict[str, Binding], reference: str) -> None:
    with pytest.raises(BadInput):
        bound_figure(reference, KEY, bindings)


@pytest.mark.parametrize("form", ["value", "upper", "lower", "mean", "ytd"])
def test_every_form_of_a_figure(bindings: dict[str, Binding], form: str) -> None:
    assert bound_figure(f"this.force.now.{form}", KEY, bindings).value is not None


def test_changes_can_be_named(bindings: dict[str, Binding]) -> None:
    change = bindings[KEY].result.series["force"].changes[1]
    assert bound_figure("this.force.change.same_last_year", KEY, bindings).value == abs(change.difference)
    assert bound_figure("this.force.percent.same_last_year", KEY, bindings).value == abs(change.percent)


def test_users_words_are_never_a_template(tmp_path: Path, bindings: dict[str, Binding], page: Section) -> None:
    body = "## What does this mean?\n{% raw %} <script>x</script> #let x = [y]\n"
    assert bind(write(tmp_path, body), bindings, page) == "{% raw %} <script>x</script> #let x = [y]"


@pytest.mark.parametrize(
    ("head", "body", "said"),
    [
        ("", "## Next steps\nx\n", "crime_total.md:1"),
        ("---\nauthor: A\n---\n", "", "reviewed is missing"),
        ("---\nauthor: A\nmood: good\nreviewed: 2022-07-01\n---\n", "", "crime_total.md:3"),
        (HEAD, "words\n", "crime_total.md:5"),
        (HEAD, "## Poem\nwords\n", "crime_total.md:5"),
        ("---\nauthor: A\nreviewed: 2022-07-01\nlikelihood: 40\n---\n", "", "needs a name and a reason"),
        ("---\nauthor: A\nreviewed: tomorrow\n---\n", "", "YYYY-MM-DD"),
    ],
)
def test_a_file_written_otherwise_is_refused_with_its_line(tmp_path: Path, head: str, body: str, said: str) -> None:
    (tmp_path / f"{KEY}.md").write_text(head + body, "utf-8")
    with pytest.raises(BadInput) as refused:
        read_commentary(tmp_path)
    assert said in refused.value.sentence


def words_of(document: Document) -> str:
    said = []
    for section in walk(document.sections):
        for block in section.blocks:
            said += [text_of(runs) for runs in getattr(block, "items", ()) if not isinstance(runs[0], str)]
            said += [text_of(block.runs)] if hasattr(block, "runs") else []
            said += [
                f"{label}: {text_of(runs)}" for label, runs in (block.items if type(block).__name__ == "Facts" else ())
            ]
    return "\n".join(said)


def report(results: Results, pack: Pack, folder: Path) -> Document:
    import dataclasses

    kept = {key: results.measures[key] for key in (KEY, "crime_rape", "crime_residential_burglary")}
    definitions = tuple(d for d in pack.definitions if d.key in kept)
    small = dataclasses.replace(pack, definitions=definitions)
    return quarterly_report(
        Request(dataclasses.replace(results, measures=kept), (small,), "Force", commentary=read_commentary(folder))
    )


def test_no_commentary_is_said_and_not_filled(results: Results, force_pack: Pack, tmp_path: Path) -> None:
    assert words_of(report(results, force_pack, tmp_path)).count(NO_COMMENTARY) == 3


def test_an_override_is_printed_with_who_and_why_and_the_models_number(
    results: Results, force_pack: Pack, tmp_path: Path
) -> None:
    head = (
        "---\nauthor: Head of Crime\nreviewed: 2022-07-06\nlikelihood: 20\nlikelihood_by: Head of Crime\n"
        "likelihood_reason: Two more teams start in autumn.\n---\n"
    )
    write(tmp_path, "## Action required\nYes.\n", head=head, key="crime_residential_burglary")
    said = words_of(report(results, force_pack, tmp_path))
    assert "20% (highly unlikely), judged by Head of Crime: Two more teams start in autumn. The model gives " in said
    assert said.count(NO_COMMENTARY) == 2


def test_commentary_on_no_measure_is_refused(results: Results, force_pack: Pack, tmp_path: Path) -> None:
    write(tmp_path, "## Next steps\nNone.\n", key="crime_totall")
    with pytest.raises(Refused, match=r"crime_totall\.md:1"):
        report(results, force_pack, tmp_path)
