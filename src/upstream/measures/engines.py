"""The two engines that answer questions: DuckDB inside this process, or a Spark session.

Both read the Parquet files of one Delta version of each table and give back the same whole numbers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import ibis
import pyarrow as pa

from upstream.errors import BadInput
from upstream.measures.asked import EngineName
from upstream.measures.questions import Question
from upstream.store import Snapshot
from upstream.store.duckdb_session import DEFAULT_MEMORY, duckdb_session, named, parquet_files

HELD_ROWS: Final = 50_000
"""Tables of at most this many rows are held in memory: hundreds of sums over many small files cost more than that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gives, once its ``pending`` rows are there, and the ``sql`` that is run."""

    question: Question
    pending: Future[pa.Table]
    sql: str

    @property
    def rows(self) -> pa.Table:
        """Rows as :class:`Question` describes them; waits for them."""
        return self.pending.result()


def ask(
    questions: Sequence[Question],
    tables: Mapping[str, Snapshot],
    engine: EngineName = "duckdb",
    *,
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
) -> AbstractContextManager[list[Answer]]:
    """Answers from an engine; a Spark session is started when none is given."""
    if engine == "spark":
        return ask_spark(questions, tables, spark or spark_session())
    return ask_duckdb(questions, tables, memory=memory, threads=threads)


def sql_of(question: Question, engine: EngineName) -> str:
    """The SQL of a question, in the engine's dialect, over views named as the tables."""
    if engine == "duckdb":
        return str(ibis.to_sql(question.expression, dialect="duckdb"))
    _ = ibis.pyspark  # the compiler reads options that only this import sets
    return str(ibis.to_sql(question.expression, dialect="pyspark"))


@contextmanager
def ask_duckdb(
    questions: Sequence[Question],
    tables: Mapping[str, Snapshot],
    *,
    memory: str | None = None,
    threads: int | None = None,
) -> Iterator[list[Answer]]:
    """Answers from DuckDB, bounded in memory and confined to the folders of the tables; all are there at the end.

    Questions run side by side, each on one thread, in their order: a single one seldom keeps several busy, and what is
    answered first can be worked on while the rest is counted.
    """
    used = dict.fromkeys(name for question in questions for name in question.tables)
    folders = sorted({file.parent for name in used for file in tables[name].files})
    with (
        duckdb_session(folders, memory=memory or DEFAULT_MEMORY, threads=1, keep_order=False) as connection,
        ThreadPoolExecutor(threads or os.cpu_count() or 1) as workers,
    ):
        for name in used:
            connection.execute(_relation(name, tables[name]))
        answers = []
        for question in questions:
            sql = sql_of(question, "duckdb")
            answers.append(Answer(question, workers.submit(_run, connection.cursor(), sql), sql))
        yield answers
        for answer in answers:
            answer.pending.result()


def _run(cursor: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    with cursor:
        return cursor.sql(sql).to_arrow_table()


def _relation(name: str, snapshot: Snapshot) -> str:
    """A view of the version's files, timestamps as UTC without a zone; a small table is read once and held."""
    zoned = [f.name for f in snapshot.schema if pa.types.is_timestamp(f.type)]
    plain = ", ".join(f"make_timestamp(epoch_us({named(column)})) AS {named(column)}" for column in zoned)
    replaced = f" REPLACE ({plain})" if zoned else ""
    kind = "TABLE" if snapshot.rows <= HELD_ROWS else "VIEW"
    return f"CREATE {kind} {named(name)} AS SELECT *{replaced} FROM {parquet_files(snapshot.files)}"


@contextmanager
def ask_spark(questions: Sequence[Question], tables: Mapping[str, Snapshot], spark: Any) -> Iterator[list[Answer]]:
    """Answers from a Spark session, whose time zone is set to UTC for the purpose."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    for name in dict.fromkeys(name for question in questions for name in question.tables):
        spark.read.parquet(*(str(file) for file in tables[name].files)).createOrReplaceTempView(name)
    answers = []
    for question in questions:
        sql = sql_of(question, "spark")
        rows: Future[pa.Table] = Future()
        rows.set_result(spark.sql(sql).toArrow())
        answers.append(Answer(question, rows, sql))
    yield answers


def spark_session(threads: int = 2) -> Any:
    """A Spark session on this machine only: loopback, no web interface."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise BadInput(
            "The Spark engine is not installed.",
            remedy="Install upstream-prevention[spark] and Java 17, or use duckdb.",
        ) from error
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(threads),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.legacy.parquet.nanosAsLong": "false",
    }
    builder = SparkSession.builder.master(f"local[{threads}]").appName("upstream")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
