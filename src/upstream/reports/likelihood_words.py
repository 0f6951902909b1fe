"""What good looks like and how likely it is to be reached, in words with every number bound."""

from __future__ import annotations

import dataclasses
import math

from upstream.measures.definition import Definition, Target
from upstream.measures.result import Likelihood, Series
from upstream.reports.binding import Binding
from upstream.reports.commentary import Override
from upstream.reports.document import Run, Runs, Text
from upstream.stats.yardstick import EVEN_CHANCE, printed_percent
from upstream.stats.yardstick import likelihood as on_yardstick

_REACHED = {"at_least": "at least", "at_most": "at most", "above": "more than", "below": "less than"}

_OVER = {"year_to_date": " in the financial year", "rolling_12": " in twelve months", "value": ""}


def sentence(words: str) -> str:
    text = words[:1].upper() + words[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


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
        if not binding.definition.targets:
            return (Text("None: no level has been set."),)
        reason = next((item.reason for item in series.likelihoods if item.reason), None)
        reason = reason or binding.definition.likelihood_reason or "no level and date have been set"
        return (Text(f"None. {sentence(reason)}"),)
    out: list[Run] = []
    for item in given:
        if out:
            out.append(Text("; "))
        out += _one_likelihood(binding, series, item, named=len(series.likelihoods) > 1)
    return tuple(out)


def _one_likelihood(binding: Binding, series: Series, item: Likelihood, *, named: bool) -> list[Run]:
    runs: list[Run] = [Text(f"{item.target}: ")] if named else []
    runs += chance_runs(binding, series, item)
    if item.overridden_by and not item.already:
        runs.append(Text(f", judged by {item.overridden_by}: {item.override_reason}"))
    return [*runs, *_by(item), *_taken_as(binding, series, item)]


def chance_runs(binding: Binding, series: Series, item: Likelihood) -> Runs:
    """The number with its words from the yardstick, or that it is known already."""
    if item.already:
        return (Text("reached" if item.probability >= EVEN_CHANCE else "not reached", bold=True),)
    shown = _probability(binding, series, item.probability, "likelihood")
    return shown, Text(f" ({(item.band or '').lower()})")


def _taken_as(binding: Binding, series: Series, item: Likelihood) -> list[Run]:
    """The figure that counts as good, where the words of the target do not say it ("an increase")."""
    target = _target_of(binding, item)
    level = level_words(binding, series, item)
    if target is None or target.relative_to is None or not level:
        return []
    return [Text(", taken as "), *level, Text(_OVER[target.on])]


def _target_of(binding: Binding, item: Likelihood) -> Target | None:
    return next((t for t in binding.definition.targets if t.text == item.target), None)


def level_words(binding: Binding, series: Series, item: Likelihood) -> Runs:
    """The level to reach as a number: "at least 90%", "more than 6,275"; empty without one."""
    target = _target_of(binding, item)
    if target is None or target.comparator is None:
        return ()
    if target.relative_to is not None and binding.public:
        return ()  # the public sees no total that is not printed elsewhere
    ends = [target.low, target.high] if target.comparator == "between" else [item.threshold]
    shown = [_level(binding, series, item, end) for end in ends if end is not None and math.isfinite(end)]
    if len(shown) != len(ends):
        return ()
    runs: list[Run] = [Text("between "), shown[0], Text(" and "), shown[1]] if len(shown) > 1 else [shown[0]]
    lead = _REACHED.get(target.comparator, "")
    return (Text(f"{lead} "), *runs) if lead else tuple(runs)


def by_words(binding: Binding, item: Likelihood) -> str:
    """The date, or the year to it where the level is for a year: "March 2023", "the year to March 2023"."""
    target = _target_of(binding, item)
    if item.by is None:
        return "no date"
    return f"the year to {item.by.label}" if target is not None and target.on != "value" else item.by.label


def _level(binding: Binding, series: Series, item: Likelihood, level: float) -> Run:
    places = 0 if level == round(level) else binding.places
    return binding.number(
        level, series.area, str(item.by), f"level to reach: {item.target}, {level:g}", decimals=places
    )


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
