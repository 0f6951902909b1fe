"""The rules, each a function from evidence to findings; none knows any report, force or area."""

from __future__ import annotations

from collections.abc import Callable

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding
from upstream.reports.check.rules.changes import changes_against_tables
from upstream.reports.check.rules.copies import rows_copied
from upstream.reports.check.rules.counted_targets import targets_counted
from upstream.reports.check.rules.facts import fact_quoted_differently
from upstream.reports.check.rules.headlines import headlines_against_tables
from upstream.reports.check.rules.impossible import impossible_value
from upstream.reports.check.rules.limits import limits_and_lists
from upstream.reports.check.rules.percents import percent_does_not_follow
from upstream.reports.check.rules.periods import wrong_period_label
from upstream.reports.check.rules.quotes import sentences_against_tables
from upstream.reports.check.rules.ratios import ratio_wrong_way
from upstream.reports.check.rules.scorecards import scorecard_against_pages
from upstream.reports.check.rules.sentences import sentence_cannot_hold
from upstream.reports.check.rules.shares import shares_said
from upstream.reports.check.rules.sisters import facts_apart, rows_crossed
from upstream.reports.check.rules.statements import fact_said_twice
from upstream.reports.check.rules.sums import parts_do_not_sum
from upstream.reports.check.rules.sums_said import sums_said
from upstream.reports.check.rules.swaps import rows_swapped
from upstream.reports.check.rules.target_cells import targets_in_cells
from upstream.reports.check.rules.target_claims import targets_said
from upstream.reports.check.rules.target_rows import rows_said_to_reach
from upstream.reports.check.rules.target_tables import targets_in_tables
from upstream.reports.check.rules.targets_twice import target_said_twice

ALL: tuple[Callable[[Evidence], list[Finding]], ...] = (
    parts_do_not_sum,
    sums_said,
    percent_does_not_follow,
    rows_copied,
    rows_swapped,
    rows_crossed,
    limits_and_lists,
    sentence_cannot_hold,
    shares_said,
    ratio_wrong_way,
    fact_quoted_differently,
    facts_apart,
    headlines_against_tables,
    scorecard_against_pages,
    fact_said_twice,
    sentences_against_tables,
    changes_against_tables,
    targets_said,
    targets_in_tables,
    targets_in_cells,
    targets_counted,
    rows_said_to_reach,
    target_said_twice,
    impossible_value,
    wrong_period_label,
)
