"""Numbers and words that an option takes: as people type them, and never what is none."""

from __future__ import annotations

import math
import re
from typing import Any

import click

_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)


class Amount(click.FloatRange):
    """A finite number in a range; thousands may stand between commas."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and _GROUPED.fullmatch(value.strip()):
            value = value.replace(",", "")
        found = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return found


class Whole(click.IntRange):
    """A whole number in a range; thousands may stand between commas."""

    name = "whole number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and _GROUPED.fullmatch(value.strip()):
            value = value.replace(",", "")
        return super().convert(value, param, ctx)


class Words(click.ParamType[str]):
    """Words that must be there, on one line."""

    name = "words"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        said = " ".join(str(value).split())
        return said or self.fail("there is nothing in it.", param, ctx)


WORDS = Words()
