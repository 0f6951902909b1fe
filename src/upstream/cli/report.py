"""``upstream report``: make the quarterly report; check anybody's report for contradictions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.force import packs_held, with_force
from upstream.cli.report_check import check
from upstream.cli.settings import Settings, load_settings, who
from upstream.cli.terminal import say, say_json

if TYPE_CHECKING:
    from upstream.measures.definition import Pack
    from upstream.measures.result import Results
    from upstream.periods import Month
    from upstream.reports.data_quality import Holding
    from upstream.reports.document import Document

PURPOSE = "Quarterly performance report"
FORMATS = ("html", "pdf", "xlsx", "json", "csv")


@click.group("report")
def group() -> None:
    """Make the quarterly report, or check anybody's report for contradictions.

    Example: upstream report quarterly --to 2022-06 --out report
    """


group.add_command(check)


@group.command("quarterly")
@click.option("--to", "to_text", required=True, metavar="YYYY-MM", help="Last month of the report.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for report.html, report.pdf ...")
@click.option(
    "--commentary",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of Markdown files, one a measure; by default the one in upstream.toml.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    help="Only these formats (may be given again); by default all.",
)
@click.option("--pack", "packs", multiple=True, metavar="PACK", help="Only this pack of measures.")
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON, for a program to read.")
@click.option("--no-cache", is_flag=True, help="Calculate everything again.")
@click.pass_obj
def quarterly(
    config: str,
    to_text: str,
    out: Path,
    commentary: Path | None,
    formats: tuple[str, ...],
    packs: tuple[str, ...],
    as_json: bool,
    no_cache: bool,
) -> None:
    """Make the quarterly report: HTML, PDF, XLSX, JSON and CSV of one document.

    Ends with 4, and writes nothing, when commentary holds a number that no value backs or the report contradicts
    itself: file and line are named.

    Example: upstream report quarterly --to 2022-06 --out report --commentary commentary
    """
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from upstream.periods import Month
    from upstream.reports.publishing import uncollected

    to = Month.parse(to_text)
    settings = _settings(config)
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    quiet = as_json or not console.is_terminal
    with uncollected(), Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        step = progress.add_task("Reading the definitions")
        from upstream.measures.loading import load_packs

        chosen = load_packs(packs or settings.packs)
        if not packs and not settings.packs:
            chosen = packs_held(settings, chosen)
        progress.update(step, description=f"Calculating measures to {to.label}")
        with ThreadPoolExecutor(1) as beside:
            holdings = beside.submit(_holdings, settings)
            results = _results(settings, chosen, to, use_cache=not no_cache)
        progress.update(step, description="Writing the words and drawing the charts")
        _refuse_month_not_held(to, holdings.result())
        document = _document(settings, chosen, results, holdings.result(), commentary or settings.commentary)
        progress.update(step, description="Setting the pages")
        written = _publish(document, out, formats)
        _keep_forecasts(settings, results)
    _say(document, written, as_json=as_json)


def _settings(config: str) -> Settings:
    from upstream.store import Store

    settings = load_settings(Path(config))
    return with_force(settings, Store(settings.store))


def _refuse_month_not_held(to: Month, holdings: tuple[Holding, ...]) -> None:
    """A report to a month outside everything that is held would be pages of nothing."""
    from upstream.errors import NotHeld

    first = min((h.first for h in holdings if h.first is not None), default=None)
    last = max((h.last for h in holdings if h.last is not None), default=None)
    if first is None or last is None or first <= to <= last:
        return
    raise NotHeld(
        f"No records are held for {to}.",
        allowed=f"{first} to {last}",
        remedy="Choose a month that is held, or add its records; see: upstream records status",
    )


def _results(settings: Settings, packs: tuple[Pack, ...], to: Month, *, use_cache: bool) -> Results:
    """Every measure of the packs; results of the same table versions and definitions are not worked out again."""
    from upstream.measures.cache import cache_folder
    from upstream.measures.calculate import calculate, reading_scope
    from upstream.store import Store

    definitions = [definition for pack in packs for definition in pack.definitions]
    return calculate(
        definitions,
        Store(settings.store),
        to=to,
        areas={area.code: area.name for area in settings.areas},
        force=settings.force_key,
        force_name=settings.force_name or settings.force_key or "Force",
        engine=settings.engine,
        scope=reading_scope(who(), PURPOSE, definitions),
        memory=settings.memory,
        threads=settings.threads,
        cache=cache_folder(settings.store) if use_cache else None,
        similar=settings.similar_forces,
    )


def _keep_forecasts(settings: Settings, results: Results) -> None:
    """What was published as likely is kept, to be scored when its date has passed."""
    import datetime as dt

    from upstream.measures.forecasts import keep_forecasts
    from upstream.store import Store

    keep_forecasts(Store(settings.store), results, made_on=dt.datetime.now(dt.UTC).date(), who=who())


def _holdings(settings: Settings) -> tuple[Holding, ...]:
    from upstream.reports.data_quality import kept_holdings
    from upstream.store import Store

    own = (settings.force_key,) if settings.force_key else ()
    areas = [*(area.code for area in settings.areas), *own]
    return kept_holdings(Store(settings.store), who=who(), purpose=PURPOSE, areas=areas)


def _document(
    settings: Settings,
    packs: tuple[Pack, ...],
    results: Results,
    holdings: tuple[Holding, ...],
    commentary: Path | None,
) -> Document:
    from upstream.reports.commentary import read_commentary
    from upstream.reports.quarterly import Request, quarterly_report

    return quarterly_report(
        Request(
            results=results,
            packs=packs,
            force=settings.force_name or settings.force_key or "Force",
            marking=settings.marking,
            public=settings.disclosure == "public",
            commentary=read_commentary(commentary) if commentary is not None else {},
            holdings=holdings,
        )
    )


def _publish(document: Document, out: Path, formats: tuple[str, ...]) -> tuple[Path, ...]:
    from upstream.reports.publishing import FORMATS as EVERY
    from upstream.reports.publishing import publish

    wanted = [name for name in EVERY if not formats or name in formats]
    return publish(document, out, wanted)


def _say(document: Document, written: tuple[Path, ...], *, as_json: bool) -> None:
    if as_json:
        facts = {
            "force": document.force,
            "period": document.period,
            "created": document.created.isoformat(),
            "tables": dict(document.tables),
            "files": [str(path) for path in written],
        }
        say_json(facts)
        return
    say(f"{document.title}, {document.force}, {document.subtitle}:")
    for path in written:
        say(f"  {path} ({_size(path)})")


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"
