"""Contracts and code lists agree with each other."""

from __future__ import annotations

import pytest

from upstream.records.contract import Contract, code_list, code_list_names, contract, contracts, table_names


def test_every_table_of_the_report_has_a_contract() -> None:
    assert {
        "crimes",
        "outcomes",
        "people_in_crimes",
        "arrests",
        "stop_searches",
        "incidents",
        "unresourced",
        "contacts",
        "survey_responses",
        "open_investigations",
        "problem_plans",
        "iom_cohort",
        "returns",
    } <= set(table_names())


@pytest.mark.parametrize("held", contracts(), ids=lambda held: held.table)
def test_contract_is_consistent(held: Contract) -> None:
    names = held.names
    assert len(set(names)) == len(names)
    assert held.event_date in names
    assert held.column(held.event_date).type == "date"
    assert set(held.key) <= set(names)
    # names that the query which checks a row uses for itself
    assert not set(names) & {"reason", "warning", "raw"}
    assert (held.written_by == "upsert") == bool(held.key)
    if held.written_by == "upsert":
        assert held.column("as_at").required
    for column in held.columns:
        if column.code_list is not None:
            assert column.code_list in code_list_names()
            assert column.type == "category"
            assert not column.allowed
        if column.name in held.key:
            assert column.required or column.derived
        if column.default is not None and column.allowed:
            assert column.default in column.allowed
    for check in held.checks:
        assert set(check.columns) <= set(names)
        assert check.sentence
        assert (check.value is not None) == (check.rule in ("requires", "never"))


def test_every_code_list_is_used() -> None:
    used = {column.code_list for held in contracts() for column in held.columns}
    assert set(code_list_names()) <= used


def test_people_are_marked_personal() -> None:
    for held in contracts():
        for column in held.columns:
            if column.type == "pseudonym":
                assert column.personal, f"{held.table}.{column.name}"


def test_outcome_codes_hold_the_alternate_charge() -> None:
    codes = code_list("outcome_codes")
    assert codes is not None
    assert list(codes.codes)[:2] == ["1", "1A"]
    assert "0" not in codes.codes


def test_checks_are_read() -> None:
    (check,) = contract("incidents").checks
    assert check.rule == "in_order"
    assert check.severity == "quarantine"
