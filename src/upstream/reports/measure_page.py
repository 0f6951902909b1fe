"""A measure's page: what good looks like, key points, charts, areas, commentary, how it is counted."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

from upstream.measures.definition import Definition
from upstream.measures.result import FORCE, Likelihood, Series
from upstream.periods import Month
from upstream.reports.area_tables import area_table
from upstream.reports.binding import Binding, primary
from upstream.reports.commentary import Commentary, Override, bind_commentary
from upstream.reports.document import (
    Block,
    Bullets,
    Callout,
    Facts,
    Link,
    Paragraph,
    Prose,
    Run,
    Runs,
    Section,
    Text,
    figures_of,
)
from upstream.reports.markdown_blocks import reviewed_blocks
from upstream.reports.measure_charts import areas_chart, force_chart, gaps_of
from upstream.reports.narrative import key_points
from upstream.stats.yardstick import likelihood as on_yardstick
from upstream.stats.yardstick import printed_percent

NO_COMMENTARY = "No commentary has been written for this page."


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


def unwritten(section: Section) -> Section:
    """The section, saying at its head that nobody has written about its page."""
    head = section.blocks[:1]
    said = ("Commentary", (Text(NO_COMMENTARY),))
    if head and isinstance(head[0], Facts):
        return dataclasses.replace(section, blocks=(Facts((*head[0].items, said)), *section.blocks[1:]))
    return dataclasses.replace(section, blocks=(Paragraph((Text(NO_COMMENTARY),)), *section.blocks))


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
        return [good, Callout("not_held", "Not held", (Text(_sentence(why)),))]
    override = (
        reading.commentary[binding.definition.key].override if binding.definition.key in reading.commentary else None
    )
    blocks: list[Block] = [
        Facts(
            (
                ("What good looks like", good_words(binding.definition)),
                ("Likelihood of reaching it", likelihood_runs(binding, force, override)),
                _how_counted(binding.definition),
                *_notes(force),
            )
        ),
        Bullets(key_points(binding, force), "Key points"),
    ]
    blocks += _warnings(reading, binding, force)
    # supporting measures have their areas as a table alone
    areas = areas_chart(binding, reading.to) if binding.definition.in_scorecard else None
    blocks += [made for made in (force_chart(binding, reading.to), areas, area_table(binding)) if made is not None]
    return blocks


def _sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


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
        out.append(Callout("note", "No control limits", (Text(_sentence(limits.refused)),)))
    return out


def _notes(series: Series) -> list[tuple[str, Runs]]:
    """What a reader of limits and projection should know."""
    limits, projection = primary(series), series.projection
    out: list[tuple[str, Runs]] = []
    if limits is not None and limits.notes and not limits.refused:
        out.append(("Control limits", (Text(" ".join(_sentence(n) for n in limits.notes)),)))
    if projection is not None and projection.refused:
        out.append(("Projection", (Text(f"None. {_sentence(projection.refused)}"),)))
    return out


def good_words(definition: Definition) -> Runs:
    """The targets as the source words them."""
    if not definition.targets:
        return (Text("No level has been set."),)
    return (Text("; ".join(target.text for target in definition.targets), quoted=True),)


def likelihood_runs(binding: Binding, series: Series, override: Override | None = None) -> Runs:
    """The number and its words from the yardstick; why there is none; whose judgement replaced the model's."""
    if override is not None:
        judged = on_yardstick(override.probability)
        model = next((x for x in series.likelihoods if math.isfinite(x.probability)), None)
        runs: list[Run] = [_probability(binding, series, override.probability, "likelihood_override")]
        runs.append(Text(f" ({judged.band.term.lower()}), judged by {override.by}: {override.reason}"))
        if model is not None:
            runs += [
                Text(" The model gives "),
                _probability(binding, series, model.probability, "likelihood"),
                Text("."),
            ]
        return tuple(runs)
    given = [item for item in series.likelihoods if math.isfinite(item.probability)]
    if not given:
        reason = next((item.reason for item in series.likelihoods if item.reason), None)
        reason = reason or binding.definition.likelihood_reason or "no level and date have been set"
        return (Text(f"None given. {_sentence(reason)}"),)
    out: list[Run] = []
    for item in given:
        if out:
            out.append(Text("; "))
        out += _one_likelihood(binding, series, item, named=len(series.likelihoods) > 1)
    return tuple(out)


def _one_likelihood(binding: Binding, series: Series, item: Likelihood, *, named: bool) -> list[Run]:
    runs: list[Run] = [Text(f"{item.target}: ")] if named else []
    if item.already:
        return [*runs, Text("reached" if item.probability >= 0.5 else "not reached", bold=True), *_by(item)]
    runs.append(_probability(binding, series, item.probability, "likelihood"))
    runs.append(Text(f" ({(item.band or '').lower()})"))
    if item.overridden_by:
        runs.append(Text(f", judged by {item.overridden_by}: {item.override_reason}"))
    return [*runs, *_by(item)]


def _by(item: Likelihood) -> list[Run]:
    return [Text(f" by {item.by.label}")] if item.by is not None else []


def _probability(binding: Binding, series: Series, probability: float, quantity: str) -> Run:
    shown = binding.number(
        100 * probability,
        series.area,
        str(series.latest_month),
        quantity,
        unit="probability",
        decimals=0,
    )
    return dataclasses.replace(shown, text=printed_percent(probability))


def _how_counted(definition: Definition) -> tuple[str, Runs]:
    """What is counted; caveats and the reading chosen are in the methods."""
    about = f"{_sentence(definition.about)} " if definition.about else ""
    return "How it is counted", (Text(about), Link("More", "#definitions"), Text("."))
