"""Filters of definition files: a small language about one row, parsed here, never SQL and never evaluated as code.

Two-valued: a comparison with an empty value is false, and a negation is its exact opposite, so that every row is
either in or out.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Literal, cast

from upstream.errors import BadInput
from upstream.measures.source_tables import Column, SourceTable

Comparison = Literal["=", "!=", "<", "<=", ">", ">="]
Value = str | int | float | bool | dt.date

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign><=|>=|!=|=|<|>|\(|\)|,))"
)
_WORDS: Final = frozenset({"and", "or", "not", "in", "is", "missing", "true", "false"})
_SIGNS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_LONGEST: Final = 4_000
_DEEPEST: Final = 40
DURATIONS: Final = {"seconds_between": ("timestamp",), "days_between": ("date",)}
"""Functions of two columns and the types their columns must have."""


@dataclass(frozen=True, slots=True)
class Field:
    """The value of a column."""

    column: str


@dataclass(frozen=True, slots=True)
class Between:
    """Whole seconds (``seconds_between``) or days (``days_between``) from one column to another."""

    function: str
    start: str
    end: str


Operand = Field | Between


@dataclass(frozen=True, slots=True)
class Compare:
    operand: Operand
    sign: Comparison
    value: Value


@dataclass(frozen=True, slots=True)
class IsIn:
    column: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class IsMissing:
    column: str


@dataclass(frozen=True, slots=True)
class IsTrue:
    column: str


@dataclass(frozen=True, slots=True)
class Not:
    term: Condition


@dataclass(frozen=True, slots=True)
class All:
    terms: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    terms: tuple[Condition, ...]


Condition = Compare | IsIn | IsMissing | IsTrue | Not | All | Any


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter: ``text`` as written and ``condition``, its tree."""

    text: str
    condition: Condition

    def __and__(self, other: Filter | None) -> Filter:
        """Rows that meet both."""
        if other is None:
            return self
        return Filter(f"({self.text}) and ({other.text})", All((self.condition, other.condition)))


def admits(condition: Condition | None, column: str, value: str) -> bool | None:
    """Whether a row with this value in one column can meet a condition: ``None`` when it depends on the others."""
    match condition:
        case None:
            return True
        case Compare(Field(name), "=", wanted) if name == column:
            return value == wanted
        case IsIn(name, values) if name == column:
            return value in values
        case IsMissing(name) if name == column:
            return False
        case Not(term):
            met = admits(term, column, value)
            return None if met is None else not met
        case All(terms):
            answers = [admits(term, column, value) for term in terms]
            return False if False in answers else None if None in answers else True
        case Any(terms):
            answers = [admits(term, column, value) for term in terms]
            return True if True in answers else None if None in answers else False
        case _:
            return None


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    if len(text) > _LONGEST:
        raise BadInput(f"The filter has {len(text)} characters.", allowed=f"at most {_LONGEST}")
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise BadInput(
                f"The filter cannot be read from {text[at:].strip()[:20]!r} on.", allowed="see the reference"
            )
        found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found


class _Parser:
    """Recursive descent over the tokens; every column and value is checked against the contract as it is met."""

    def __init__(self, text: str, table: SourceTable) -> None:
        self._text = text
        self._table = table
        self._tokens = _tokens(text)
        self._next = 0
        self._depth = 0

    def parse(self) -> Condition:
        condition = self._any()
        if self._next < len(self._tokens):
            raise self._unexpected("the end, 'and' or 'or'")
        return condition

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, *texts: str) -> bool:
        token = self._peek()
        if token is not None and token.kind in ("word", "sign") and token.text in texts:
            self._next += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(f"{text!r}")

    def _unexpected(self, wanted: str) -> BadInput:
        token = self._peek()
        got = f"{token.text!r} at character {token.at + 1}" if token else "nothing more"
        return BadInput(f"The filter {self._text!r} has {got}.", allowed=f"{wanted} there")

    def _any(self) -> Condition:
        terms = [self._all()]
        while self._take("or"):
            terms.append(self._all())
        return terms[0] if len(terms) == 1 else Any(tuple(terms))

    def _all(self) -> Condition:
        terms = [self._not()]
        while self._take("and"):
            terms.append(self._not())
        return terms[0] if len(terms) == 1 else All(tuple(terms))

    def _not(self) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadInput(f"The filter is nested more than {_DEEPEST} deep.", remedy="Write it more simply.")
        try:
            if self._take("not"):
                return Not(self._not())
            if self._take("("):
                inner = self._any()
                self._expect(")")
                return inner
            return self._about_a_column()
        finally:
            self._depth -= 1

    def _word(self, wanted: str) -> str:
        token = self._peek()
        if token is None or token.kind != "word" or token.text in _WORDS:
            raise self._unexpected(wanted)
        self._next += 1
        return token.text

    def _about_a_column(self) -> Condition:
        name = self._word("a column")
        token = self._peek()
        if name in DURATIONS and token is not None and token.text == "(":
            return self._compare(self._between(name), None)
        column = self._column(name)
        if self._take("is"):
            negative = self._take("not")
            self._expect("missing")
            return Not(IsMissing(name)) if negative else IsMissing(name)
        if self._take("in"):
            return self._is_in(column)
        if self._take("not"):
            self._expect("in")
            return Not(self._is_in(column))
        token = self._peek()
        if token is not None and token.text in _SIGNS:
            return self._compare(Field(name), column)
        if column.type != "boolean":
            raise BadInput(
                f"The filter {self._text!r} names {name!r} alone, and it is a {column.type} column.",
                allowed="a comparison, or a boolean column alone",
            )
        return IsTrue(name)

    def _between(self, function: str) -> Between:
        self._expect("(")
        start = self._column(self._word("a column"))
        self._expect(",")
        end = self._column(self._word("a column"))
        self._expect(")")
        for column in (start, end):
            if column.type not in DURATIONS[function]:
                raise BadInput(
                    f"{function} was given {column.name!r}, a {column.type} column.",
                    allowed=f"{' or '.join(DURATIONS[function])} columns",
                )
        return Between(function, start.name, end.name)

    def _compare(self, operand: Operand, column: Column | None) -> Condition:
        token = self._peek()
        if token is None or token.text not in _SIGNS:
            raise self._unexpected("a comparison sign")
        self._next += 1
        value = self._value(column)
        ordered = column is None or column.type in ("integer", "number", "date")
        if token.text in ("<", "<=", ">", ">=") and not ordered:
            raise BadInput(
                f"The filter {self._text!r} orders {column.name if column else ''!r} with {token.text!r}.",
                allowed="order comparisons of numbers, dates and durations",
            )
        if token.text == "!=":
            return Not(Compare(operand, "=", value))
        return Compare(operand, cast("Comparison", token.text), value)

    def _is_in(self, column: Column) -> IsIn:
        self._expect("(")
        values = [self._value(column)]
        while self._take(","):
            values.append(self._value(column))
        self._expect(")")
        return IsIn(column.name, tuple(values))

    def _column(self, name: str) -> Column:
        column = self._table.columns.get(name)
        if column is None:
            raise BadInput(
                f"The filter {self._text!r} names {name!r}, which table {self._table.name!r} does not have.",
                allowed=", ".join(self._table.columns),
            )
        return column

    def _value(self, column: Column | None) -> Value:
        token = self._peek()
        if token is None:
            raise self._unexpected("a value")
        self._next += 1
        value: Value
        if token.kind == "text":
            value = token.text[1:-1].replace("''", "'")
        elif token.kind == "number":
            value = float(token.text) if "." in token.text else int(token.text)
        elif token.text in ("true", "false"):
            value = token.text == "true"
        else:
            self._next -= 1
            raise self._unexpected("a value: text in single quotes, a number, true or false")
        return _fitting(value, column)


def _fitting(value: Value, column: Column | None) -> Value:
    """The value as the column's type, or a refusal that says what the column takes."""
    if column is None or column.type in ("integer", "number"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadInput(f"{value!r} is compared with a number.", allowed="a number")
        return value
    if column.type == "boolean":
        if not isinstance(value, bool):
            raise BadInput(f"{value!r} is compared with {column.name!r}, a boolean column.", allowed="true or false")
        return value
    if not isinstance(value, str):
        raise BadInput(
            f"{value!r} is compared with {column.name!r}, a {column.type} column.", allowed="text in single quotes"
        )
    if column.type == "date":
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise BadInput(f"{value!r} is not a date.", allowed="'YYYY-MM-DD'") from None
    if column.type == "timestamp":
        raise BadInput(
            f"{column.name!r} is a timestamp and is compared with a text.",
            allowed="seconds_between(from, to), is missing, or a comparison of the table's date column",
        )
    if column.allowed is not None and value not in column.allowed:
        raise BadInput(f"{value!r} is not a value of column {column.name!r}.", allowed=", ".join(column.allowed))
    return value


def parse(text: str, table: SourceTable) -> Filter:
    """Read a filter and check every column and value against the table's contract.

    Raises
    ------
    BadInput
        It cannot be read, or names a column or value that the contract does not have.
    """
    if not text.strip():
        raise BadInput("The filter is empty.", remedy="Leave the field out to take every row.")
    return Filter(text, _Parser(text, table).parse())
