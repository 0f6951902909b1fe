"""What reaches a terminal: words of files and of other people are shown there, and never obeyed."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPED_WIDTH = 160
"""Columns of a table that is read by a file or another program, which has no width of its own."""


def visible(text: str) -> str:
    """The text with every character that a terminal would obey, or not show, written as its code."""
    return "".join(
        mark
        if mark.isprintable()
        else " "
        if unicodedata.category(mark) == "Zs"
        else mark.encode("unicode_escape").decode()
        for mark in text
    )


def say(text: str, *, err: bool = False) -> None:
    """One line on standard output, or on standard error."""
    click.echo(visible(text), err=err)


def say_json(value: object) -> None:
    """JSON on standard output for a program; every sign beyond ASCII is escaped, so a terminal obeys none of it."""
    click.echo(json.dumps(value, indent=1, default=str))


def number(count: int, thing: str) -> str:
    """How many of something, in words that fit one as well."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def cells(*texts: str) -> list[str]:
    """The cells of a row, each on one line."""
    return [visible(" ".join(text.split())) for text in texts]


def console() -> Console:
    """Where tables are printed: no markup is read in the words of people."""
    from rich.console import Console

    found = Console(markup=False, emoji=False, highlight=False)
    return found if found.is_terminal else Console(markup=False, emoji=False, highlight=False, width=PIPED_WIDTH)


def show(table: Table) -> None:
    """Print a table whose rows were made of :func:`cells`."""
    console().print(table)
