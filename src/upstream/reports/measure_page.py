"""A measure's page: what good looks like, key points, charts, areas, commentary, how it is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from upstream.measures.definition import Definition
from upstream.measures.result import FORCE, Series
from upstream.periods import Month
from upstream.reports.area_tables import area_table
from upstream.reports.binding import Binding, primary
from upstream.reports.commentary import Commentary, Override, bind_commentary
from upstream.reports.document import (
    Block,
    Bullets,
    Callout,
    Facts,
    Paragraph,
    Prose,
    Runs,
    Section,
    Text,
    figures_of,
)
from upstream.reports.likelihood_words import good_words, likelihood_runs, sentence
from upstream.reports.markdown_blocks import reviewed_blocks
from upstream.reports.measure_charts import areas_chart, force_chart, gaps_of
from upstream.reports.narrative import key_points

NO_COMMENTARY = "No commentary has been written for this page."
UNEXPLAINED = "The latest figure is outside its control limits and is not explained here."


@dataclass(frozen=True, slots=True)
class Reading:
    """What every page is made from: the month, every measure's binding, and what people wrote."""

    to: Month
    bindings: Mapping[str, Binding]
    commentary: Mapping[str, Commentary]


def anchor(key: str) -> str:
    """The section id of a measure."""
    return "measure-" + key.replace("@", "-")


def measure_section(reading: Reading, key: str) -> Section:
    """One measure as a section."""
    binding = reading.bindings[key]
    definition = binding.definition
    blocks = _page_of_prose(definition) if definition.kind == "page" else _measured(reading, binding)
    section = Section(anchor(key), definition.title, tuple(blocks), label=first_ref(definition), kind="measure")
    written = reading.commentary.get(key)
    if written is None:
        return section
    proses = bind_commentary(written, reading.bindings, figures_of(section))
    by = Paragraph((Text(f"Written by {written.author}; last reviewed {_day(written.reviewed)}."),))
    return dataclasses.replace(section, blocks=(*blocks, *proses, by))


def unwritten(section: Section, *, page: bool, outside: bool) -> Section:
    """The section, saying at its head what is wanting: words for the whole page, an explanation of a figure outside."""
    said = [words for words, wanting in ((NO_COMMENTARY, page), (UNEXPLAINED, outside)) if wanting]
    if not said:
        return section
    runs, head = (Text(" ".join(said)),), section.blocks[:1]
    if head and isinstance(head[0], Facts):
        facts = Facts((*head[0].items, ("Commentary", runs)))
        return dataclasses.replace(section, blocks=(facts, *section.blocks[1:]))
    return dataclasses.replace(section, blocks=(Paragraph(runs), *section.blocks))


def first_ref(definition: Definition) -> str:
    """The reference that the force's catalogue prints for it, if it has one."""
    return next((ref for ref in definition.kpi_refs if ref[:1].isdigit()), "")


def _day(day: object) -> str:
    return f"{day:%-d %B %Y}"


def _page_of_prose(definition: Definition) -> list[Block]:
    return [Prose(part.heading, reviewed_blocks(part.text)) for part in definition.sections]


def _measured(reading: Reading, binding: Binding) -> list[Block]:
    result = binding.result
    force = result.series.get(FORCE)
    if result.not_held is not None or force is None:
        why = result.not_held or "no figures are held for the force"
        good = Facts((("What good looks like", good_words(binding.definition)),))
        return [good, Callout("not_held", "Not held", (Text(sentence(why)),))]
    override = (
        reading.commentary[binding.definition.key].override if binding.definition.key in reading.commentary else None
    )
    blocks: list[Block] = [
        Facts(
            (*_aims(binding, force, override), *_how_counted(binding.definition), *_notes(binding.definition, force))
        ),
        Bullets(key_points(binding, force), "Key points"),
    ]
    blocks += _warnings(reading, binding, force)
    # supporting measures have their areas as a table alone
    areas = areas_chart(binding, reading.to) if binding.definition.in_scorecard else None
    blocks += [made for made in (force_chart(binding, reading.to), areas, area_table(binding)) if made is not None]
    return blocks


def _aims(binding: Binding, series: Series, override: Override | None) -> list[tuple[str, Runs]]:
    good = good_words(binding.definition)
    if not binding.definition.targets and override is None:
        return [("What good looks like", (*good, Text(" So no likelihood is given.")))]
    return [("What good looks like", good), ("Likelihood of reaching it", likelihood_runs(binding, series, override))]


def _warnings(reading: Reading, binding: Binding, series: Series) -> list[Block]:
    out: list[Block] = []
    missing, part = gaps_of(binding, reading.to)
    if missing:
        words = f"The records of {missing} are not held. They are gaps, not zeros, and no comparison uses them."
        out.append(Callout("warning", "Months not held", (Text(words),)))
    if part:
        out.append(Callout("warning", "Months held in part", (Text(f"Only part of {part} is held."),)))
    limits = primary(series)
    if limits is not None and limits.refused:
        why = limits.refused.removeprefix("No limits: ")
        out.append(Callout("note", "No control limits", (Text(sentence(why)),)))
    return out


def _notes(definition: Definition, series: Series) -> list[tuple[str, Runs]]:
    """What a reader of limits and projection should know."""
    limits, projection = primary(series), series.projection
    out: list[tuple[str, Runs]] = []
    if limits is not None and limits.notes and not limits.refused:
        out.append(("Control limits", (Text(" ".join(sentence(n) for n in limits.notes)),)))
    said = {item.reason for item in series.likelihoods}
    refused = projection.refused if projection is not None and definition.frequency == "month" else None
    if refused and refused not in said:
        out.append(("Projection", (Text(f"None. {sentence(refused)}"),)))
    return out


def _how_counted(definition: Definition) -> list[tuple[str, Runs]]:
    """What is counted; caveats and the reading chosen are in an appendix."""
    return [("How it is counted", (Text(sentence(definition.about)),))] if definition.about else []
