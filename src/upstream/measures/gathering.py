"""From definitions to the integer facts they rest on: which questions are asked, over which months, laid out how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from upstream.measures.asked import Asked, EngineName
from upstream.measures.definition import Definition
from upstream.measures.engines import Answer, ask
from upstream.measures.facts import Facts, Frame, labels_of, lay_out_daily
from upstream.measures.filters import Filter
from upstream.measures.questions import (
    Question,
    QuestionKey,
    Scope,
    Sum,
    daily_question,
    names_small_areas,
    other_question,
    other_question_keys,
    sums_of,
)
from upstream.measures.result import FORCE, NOT_KNOWN
from upstream.measures.source_tables import source_table
from upstream.periods import Month, months
from upstream.records.quality import PartMonth, month_facts
from upstream.store import Snapshot, Store

HISTORY: Final = 60
"""Months read: four financial years of limits and the year before them."""


PartMonths = Mapping[str, Mapping[Month, tuple[PartMonth, ...]]]


@contextmanager
def gathering(
    definitions: Sequence[Definition],
    tables: Mapping[str, Snapshot],
    asked: Asked,
    engine: EngineName = "duckdb",
    *,
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
) -> Iterator[Facts]:
    """The integer facts of the definitions: one query a table for all that can be added up, one each for the rest.

    What is added up is there at once; the rest may still be counted while the first measures are worked out.
    """
    scope = _scope(definitions, tables, asked)
    sums: dict[str, list[Sum]] = {}
    for definition in definitions:
        for name in definition.tables:
            sums.setdefault(name, [])
        for name, one in sums_of(definition):
            sums[name].append(one)
    questions: dict[object, Question] = {
        name: daily_question(source_table(name), some, scope) for name, some in sums.items()
    }
    keys: dict[QuestionKey, list[Filter | None]] = {}
    for definition in definitions:
        for key in other_question_keys(definition):
            keys.setdefault(key, []).append(definition.numerator.filter if definition.numerator else None)
    questions |= {key: other_question(key, scope, filters) for key, filters in keys.items()}
    with ask(list(questions.values()), tables, engine, spark=spark, memory=memory, threads=threads) as answers:
        yield _laid_out(dict(zip(questions, answers, strict=True)), scope, asked)


def _carried(answer: Answer, asked: Asked) -> Answer:
    """An answer by small area with the areas of a look-up as labels; codes that it does not have are not known."""
    if asked.area_of is None or not names_small_areas(source_table(answer.question.tables[0])):
        return answer
    rows = answer.rows
    codes = pc.dictionary_encode(rows.column("label").combine_chunks())
    names = pa.array([asked.area_of.get(code, NOT_KNOWN) for code in codes.dictionary.to_pylist()], pa.string())
    rows = rows.set_column(rows.column_names.index("label"), "label", names.take(codes.indices))
    relabelled: Future[pa.Table] = Future()
    relabelled.set_result(rows)
    return Answer(answer.question, relabelled, answer.sql)


def part_months(store: Store, tables: Sequence[str], asked: Asked) -> PartMonths:
    """For each table, its months that look only partly uploaded, with what is too low in them."""
    facts = {name: month_facts(store, name, asked.force, area_of=asked.area_of) for name in tables}
    found = {name: {fact.month: fact.low for fact in months if fact.low} for name, months in facts.items()}
    return {name: months for name, months in found.items() if months}


def gather(
    definitions: Sequence[Definition],
    tables: Mapping[str, Snapshot],
    asked: Asked,
    engine: EngineName = "duckdb",
    *,
    spark: Any = None,
) -> Facts:
    """As :func:`gathering`, when everything is counted."""
    with gathering(definitions, tables, asked, engine, spark=spark) as facts:
        return facts


def _scope(definitions: Sequence[Definition], tables: Mapping[str, Snapshot], asked: Asked) -> Scope:
    baselines = [t.baseline_from for d in definitions for t in d.targets if t.baseline_from is not None]
    first = min([asked.to - (HISTORY - 1), *baselines])
    by_lsoa = frozenset(name for name in tables if names_small_areas(source_table(name)))
    return Scope(
        first,
        asked.to,
        tuple(asked.areas),
        asked.force,
        visible_areas(tables.values()),
        by_lsoa=by_lsoa if asked.area_of is not None else frozenset(),
    )


def visible_areas(tables: Iterable[Snapshot]) -> tuple[str, ...] | None:
    """Areas whose rows the reader may use in every table; ``None``: every row."""
    limited = [set(snapshot.areas) for snapshot in tables if snapshot.areas is not None]
    return tuple(sorted(set.intersection(*limited))) if limited else None


def _laid_out(answers: dict[object, Answer], scope: Scope, asked: Asked) -> Facts:
    force_codes = tuple(dict.fromkeys(code for code in (FORCE, asked.force) if code))
    daily = {name: _carried(answer, asked) for name, answer in answers.items() if answer.question.shape == "daily"}
    labels = labels_of(list(daily.values()), tuple(asked.areas), force_codes)
    facts = Facts(Frame(labels, tuple(months(scope.first, scope.last)), force_codes))
    facts.sql = {key: answer.sql for key, answer in answers.items()}
    facts.daily = {str(name): lay_out_daily(answer, facts.frame) for name, answer in daily.items()}
    facts.other = {key: answer for key, answer in answers.items() if isinstance(key, tuple)}
    return facts
