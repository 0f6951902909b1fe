"""The document as one accessible HTML page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from upstream.reports.document import (
    Block,
    Chart,
    Document,
    Flag,
    Link,
    Run,
    Runs,
)
from upstream.reports.figures import Figure
from upstream.reports.font_coverage import CONTROLS

_DIGITS: Final = re.compile(r"[0-9,]+(\.[0-9]+)?")
TEMPLATES: Final = Path(__file__).parent / "templates"

# a flag is a shape and a word, never a colour alone
FLAG_WORDS: Final[dict[Flag, tuple[str, str]]] = {
    "above": ("▲", "above its upper limit"),
    "below": ("▼", "below its lower limit"),
    "missing": ("✕", "not held"),
    "suppressed": ("*", "suppressed, small number"),
    "": ("", ""),
}


def _run(run: Run) -> Markup:
    if isinstance(run, Figure):
        exact = run.value is not None and run.value == _read_back(run.text)
        if run.value is None or exact:
            return escape(run.text)  # the printed number is the value: an element for a program would say it twice
        return Markup('<data value="{}">{}</data>').format(f"{run.value:.15g}", run.text)
    if isinstance(run, Link):
        return Markup('<a href="{}">{}</a>').format(run.target, run.text)
    if run.quoted:
        return Markup("<q>{}</q>").format(run.text)
    return Markup("<strong>{}</strong>").format(run.text) if run.bold else escape(run.text)


def _read_back(text: str) -> float | None:
    """The number that a text of digits alone stands for."""
    return float(text.replace(",", "")) if _DIGITS.fullmatch(text) else None


def _runs(runs: Runs) -> Markup:
    return Markup("").join(_run(run) for run in runs)


def _kind(block: Block) -> str:
    return type(block).__name__.lower()


def _picture(chart: Chart, *, narrow: bool = False) -> Markup:
    """The SVG as it stands: we drew it, and every word in it was escaped when it was drawn."""
    return Markup(chart.narrow if narrow else chart.svg)  # noqa: S704


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"runs": _runs, "kind": _kind, "picture": _picture}
    environment.globals["flag_words"] = FLAG_WORDS
    environment.globals["style"] = Markup((TEMPLATES / "report.css").read_text("utf-8"))  # noqa: S704 - our own file
    return environment.get_template("report.html.j2")


def render_html(document: Document) -> bytes:
    """The page in UTF-8; the same document gives the same bytes."""
    return _template().render(document=document).translate(CONTROLS).encode()
