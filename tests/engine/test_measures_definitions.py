"""Definition files: what they may say, and every refusal with its line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstream.errors import BadInput
from upstream.measures import filters as f
from upstream.measures.definition import Definition, Tally
from upstream.measures.filters import parse
from upstream.measures.loading import BadDefinition, load_file, load_pack, load_packs
from upstream.measures.source_tables import source_table
from upstream.periods import Month

GOOD = """key = "m"
title = "T"
question = "Q?"
objective = "o"
key_question = "k"
kind = "count"
table = "crimes"
filter = "domestic_abuse"
good = "lower"
owner = "Head of Performance"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
"""


def read(folder: Path, text: str, name: str = "m") -> tuple[Definition, ...]:
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return load_file(path)


def problems(folder: Path, text: str, name: str = "m") -> list[tuple[int, str]]:
    with pytest.raises(BadDefinition) as refused:
        read(folder, text, name)
    return [(problem.line, problem.reason) for problem in refused.value.problems]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    (one,) = read(tmp_path, GOOD)
    assert one.numerator == Tally("crimes", parse("domestic_abuse", source_table("crimes")))
    assert (one.unit, one.decimals, one.limits, one.window) == ("count", 0, "two_sd", "month")


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('kind = "count"', 'kind = "counts"', 6, "Allowed: count, level"),
        ('"domestic_abuse"', '"domestic_abuses"', 8, "does not have"),
        ('"domestic_abuse"', "\"category = 'rapes'\"", 8, "'rapes' is not a value"),
        ('"domestic_abuse"', '"domestic_abuse and"', 8, "nothing more"),
        ('"domestic_abuse"', "\"category < 'rape'\"", 8, "orders"),
        ('"domestic_abuse"', '"crime_ref"', 8, "names 'crime_ref' alone"),
        ('"domestic_abuse"', "\"recorded_on >= '2022-13-01'\"", 8, "is not a date"),
        ('"domestic_abuse"', '"recorded_at = 5"', 8, "in single quotes"),
        ('"domestic_abuse"', '"domestic_abuse; drop table crimes"', 8, "cannot be read"),
        ('table = "crimes"', 'table = "crime"', 7, "There is no table 'crime'"),
        ("2023-04-01", "2021-04-01", 12, "is not after"),
        ('"Q?"', '"Q"', 3, "question mark"),
        ('good = "lower"', 'goods = "lower"', 9, "'goods' is not a field"),
        ('owner = "Head of Performance"', 'owner = ""', 10, "owner is empty"),
        ('key = "m"', 'key = "n"', 1, "file name n.toml"),
        ("2022-04-01", '"2022-04-01"', 11, "without quotes"),
    ],
)
def test_a_bad_field_is_refused_with_its_line(tmp_path: Path, old: str, new: str, line: int, reason: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new))
    assert any(at == line and reason in why for at, why in found), found


def test_every_problem_is_said_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('"Q?"', '"Q"').replace('"domestic_abuse"', '"x"').replace('good = "lower"\n', "")
    assert len(problems(tmp_path, text)) == 3


@pytest.mark.parametrize(
    ("extra", "line", "reason"),
    [
        ('[[targets]]\ntext = "90%"\ncomparator = "at_least"', 14, "needs a value"),
        ('[[targets]]\ntext = "90%"\nvalue = 4', 14, "without a comparator"),
        ('[[targets]]\ncomparator = "between"\nlow = 5\nhigh = 4\ntext = "t"', 16, "low not above high"),
        ('[[targets]]\ntext = "t"\nby = "2022-9"', 16, "is not a month"),
        ('[[breaks]]\nfrom = "2022-02"', 14, "what is lacking"),
        ('[[breaks]]\nwhat = "w"', 14, "from is lacking"),
    ],
)
def test_bad_targets_and_breaks(tmp_path: Path, extra: str, line: int, reason: str) -> None:
    found = problems(tmp_path, GOOD + extra)
    assert any(reason in why for at, why in found if at == line), found


def test_a_file_that_is_not_toml_names_the_line(tmp_path: Path) -> None:
    ((line, reason),) = problems(tmp_path, GOOD + "what is this\n")
    assert line == 14
    assert reason.startswith("not TOML")


def test_one_file_makes_many_measures(tmp_path: Path) -> None:
    text = (
        GOOD.replace('"m"', '"m_{code}"')
        .replace('"T"', '"{name}"')
        .replace('"domestic_abuse"', "\"category = '{code}'\"")
    )
    text += 'for_each = "crime_categories"\nexcept = ["homicide"]\n[overrides.rape]\nkpi_refs = ["9.9"]\n'
    found = {one.key: one for one in read(tmp_path, text)}
    assert len(found) == 18
    assert "m_homicide" not in found
    assert found["m_rape"].kpi_refs == ("9.9",)
    assert found["m_shoplifting"].title == "Shoplifting"
    assert found["m_shoplifting"].kpi_refs == ()


def test_an_override_of_no_row_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace('"m"', '"m_{code}"') + 'for_each = "crime_categories"\n[overrides.rapes]\nkpi_refs = []\n'
    assert problems(tmp_path, text)[0][0] == 15


def test_braces_without_a_value_are_refused(tmp_path: Path) -> None:
    text = GOOD.replace('"m"', '"m_{code}"').replace('"T"', '"{nme}"') + 'for_each = "crime_categories"\n'
    assert problems(tmp_path, text)[0] == (2, "{nme} has no value. Allowed: {code}, {name}.")


def test_both_readings_are_run_and_one_is_the_default(tmp_path: Path) -> None:
    text = (
        GOOD + 'reading = "narrow"\nreading_reason = "r"\n[[alternatives]]\nname = "wide"\ntitle = "W"\nreason = "s"\n'
    )
    default, other = read(tmp_path, text + 'filter = "hate"\n')
    assert (default.key, default.alternatives, default.reading) == ("m", ("m@wide",), "narrow")
    assert (other.key, other.alternative_of, other.in_scorecard) == ("m@wide", "m", False)
    assert other.numerator is not None
    assert other.numerator.filter is not None
    assert other.numerator.filter.text == "hate"


def test_a_fault_in_an_alternative_is_placed_there(tmp_path: Path) -> None:
    text = (
        GOOD
        + 'reading = "a"\nreading_reason = "r"\n'
        + '[[alternatives]]\nname = "b"\ntitle = "W"\nreason = "s"\nfilter = "hat"\n'
    )
    assert [line for line, _ in problems(tmp_path, text)] == [20]


def test_alternatives_need_a_named_default(tmp_path: Path) -> None:
    text = GOOD + '[[alternatives]]\nname = "b"\ntitle = "W"\nreason = "s"\nfilter = "hate"\n'
    assert "name the default" in problems(tmp_path, text)[0][1]


def test_a_numerator_in_the_denominators_table_is_part_of_it(tmp_path: Path) -> None:
    text = GOOD.replace('"count"', '"proportion"') + '[numerator]\nfilter = "hate"\n'
    (one,) = read(tmp_path, text)
    assert one.numerator is not None
    assert one.numerator.filter is not None
    assert one.numerator.filter.text == "(domestic_abuse) and (hate)"


def test_a_stock_is_never_rolled(tmp_path: Path) -> None:
    text = GOOD.replace('kind = "count"', 'kind = "level"\nwindow = "rolling_12"')
    assert problems(tmp_path, text)[0] == (7, "a level is a stock and is never added over months. Allowed: month.")


def test_the_hash_follows_what_is_said_not_where(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (one,), (same,) = read(tmp_path, GOOD), read(tmp_path / "b", GOOD + "# a comment\n")
    (other,) = read(tmp_path / "b", GOOD.replace('"domestic_abuse"', '"not domestic_abuse"'))
    assert one.hash == same.hash
    assert one.hash != other.hash


PACK = """key = "p"
title = "P"
report_title = "R"
source = "test"
[[objectives]]
key = "o"
number = "1"
title = "O"
[[key_questions]]
key = "k"
number = "1.1"
objective = "o"
text = "K?"
[[pages]]
key = "g"
title = "G"
key_question = "k"
measures = ["z", "m"]
"""


def test_a_pack_is_in_the_order_of_its_pages(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text(PACK, "utf-8")
    (tmp_path / "m.toml").write_text(GOOD, "utf-8")
    (tmp_path / "z.toml").write_text(GOOD.replace('"m"', '"z"'), "utf-8")
    assert [one.key for one in load_pack(tmp_path).definitions] == ["z", "m"]


def test_a_page_of_no_measure_and_an_objective_of_no_pack(tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text(PACK, "utf-8")
    (tmp_path / "m.toml").write_text(GOOD, "utf-8")
    with pytest.raises(BadDefinition, match=r"pack\.toml:18: no file defines measure 'z'"):
        load_pack(tmp_path)
    (tmp_path / "z.toml").write_text(GOOD.replace('"m"', '"z"').replace('"o"', '"oo"'), "utf-8")
    with pytest.raises(BadDefinition, match=r"z\.toml:4: objective 'oo' is not in pack\.toml"):
        load_pack(tmp_path)


def test_every_pack_that_comes_with_it_can_be_read() -> None:
    packs = load_packs()
    assert sum(len(pack.definitions) for pack in packs) >= 61


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(BadInput, match="no pack 'nowhere'"):
        load_packs(["nowhere"])


def test_not_binds_tightest_then_and_then_or() -> None:
    condition = parse("not hate and knife or cyber", source_table("crimes")).condition
    assert condition == f.Any((f.All((f.Not(f.IsTrue("hate")), f.IsTrue("knife"))), f.IsTrue("cyber")))


def test_a_nest_too_deep_is_refused_not_crashed() -> None:
    with pytest.raises(BadInput, match="nested more than"):
        parse("(" * 200 + "hate" + ")" * 200, source_table("crimes"))


def test_a_quote_in_a_text_stays_a_text() -> None:
    condition = parse("offence = 'it''s; drop'", source_table("crimes")).condition
    assert condition == f.Compare(f.Field("offence"), "=", "it's; drop")


def test_months_are_months(tmp_path: Path) -> None:
    (one,) = read(tmp_path, GOOD + 'starts = "2022-03"\n')
    assert one.starts == Month(2022, 3)
