"""From the raw fields of one definition file to a :class:`Definition`, or to everything that is wrong with it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final, cast, get_args

from upstream.measures import definition as d
from upstream.measures.counted import read_counted
from upstream.measures.fields import Fields, Problems
from upstream.units import UNITS, Unit

REQUIRED: Final = (
    "key", "title", "question", "kind", "objective", "key_question", "owner", "reviewed", "next_review", "source",
)  # fmt: skip
_ANY_KIND: Final = frozenset(
    {*REQUIRED, "kpi_refs", "good", "unit", "decimals", "by_area", "window", "frequency", "lag_months", "starts",
     "in_scorecard", "limits", "about", "caveats", "likelihood", "likelihood_reason", "targets", "breaks", "reading",
     "reading_reason", "alternatives"}
)  # fmt: skip
_COUNTED: Final = frozenset({"table", "filter", "returns"})
_KIND_FIELDS: Final[dict[str, frozenset[str]]] = {
    "count": _COUNTED | {"column", "signed"},
    "level": _COUNTED | {"column", "signed"},
    "rate": frozenset({"table", "filter"}),
    "proportion": _COUNTED | {"weight", "numerator", "denominator", "stock", "amounts", "signed", "builds_up"},
    "ratio": _COUNTED | {"numerator", "denominator", "stock", "signed"},
    "mean": frozenset({"table", "filter", "column", "per"}),
    "duration": frozenset({"table", "filter", "from", "to", "statistic", "percentile"}),
    "repeat": frozenset({"table", "filter", "person", "window_months", "prior", "statistic"}),
    "holders": frozenset({"table", "filter", "holder", "at_least", "at_most"}),
    "linked_share": frozenset({"table", "filter", "person", "linked"}),
    "page": frozenset({"sections"}),
}
_TARGET_FIELDS: Final = (
    "text", "comparator", "value", "low", "high", "relative_to", "baseline_from", "baseline_to", "on", "by", "source",
)  # fmt: skip
_KEY: Final = re.compile(r"[a-z0-9_]+(@[a-z0-9_]+)?")


def read_definition(raw: dict[str, Any], pack: str, path: str, problems: Problems) -> d.Definition | None:
    """A definition from one (expanded) file; ``None`` when anything in it is wrong, each thing in ``problems``."""
    before = len(problems.found)
    fields = Fields(raw, problems)
    kind = fields.choice("kind", get_args(d.Kind), "")
    for name in REQUIRED:
        if name not in raw:
            problems.add((name,), f"{name} is lacking. Required: {', '.join(REQUIRED)}.")
    if not kind:
        return None
    fields.only(_ANY_KIND | _KIND_FIELDS[kind], f"a {kind}")
    values = _described(fields, kind)
    values.update(read_counted(fields, kind))
    parts = (raw, raw.get("numerator"), raw.get("denominator"))
    values["returns"] = tuple(str(p["returns"]) for p in parts if isinstance(p, dict) and "returns" in p)
    values.update(targets=_targets(fields), breaks=_breaks(fields), sections=_sections(fields, kind))
    _check_whole(fields, kind, values)
    if len(problems.found) > before:
        return None
    return d.Definition(pack=pack, path=path, kind=cast("d.Kind", kind), **values)


def _described(fields: Fields, kind: str) -> dict[str, Any]:
    """Everything but what is counted."""
    counts = kind in ("count", "level", "holders")
    unit = fields.choice("unit", UNITS, d.KIND_UNITS[kind])
    return {
        "key": fields.text("key"),
        "title": fields.text("title"),
        "question": fields.text("question"),
        "unit": cast("Unit", unit),
        "decimals": fields.integer("decimals", 0 if unit == "count" and kind != "mean" else 1, 0, 3),
        "good": fields.choice("good", get_args(d.Good), "neither"),
        "objective": fields.text("objective"),
        "key_question": fields.text("key_question"),
        "owner": fields.text("owner"),
        "reviewed": fields.date("reviewed"),
        "next_review": fields.date("next_review"),
        "source": fields.text("source"),
        "kpi_refs": fields.texts("kpi_refs"),
        "by_area": fields.flag("by_area", True),
        "window": fields.choice("window", get_args(d.Window), "month"),
        "frequency": fields.choice("frequency", get_args(d.Frequency), "month"),
        "lag_months": fields.integer("lag_months", 0, 0, 24),
        "stock": fields.flag("stock", False),
        "amounts": fields.flag("amounts", False),
        "signed": fields.flag("signed", False),
        "builds_up": fields.flag("builds_up", False),
        "starts": fields.month("starts"),
        "in_scorecard": fields.flag("in_scorecard", True),
        "limits": fields.choice("limits", get_args(d.LimitsRule), "two_sd" if counts else "xmr"),
        "about": fields.text("about"),
        "caveats": fields.texts("caveats"),
        "likelihood": fields.flag("likelihood", True),
        "likelihood_reason": fields.text("likelihood_reason"),
        "reading": fields.maybe_text("reading"),
        "reading_reason": fields.maybe_text("reading_reason"),
    }


def _check_whole(fields: Fields, kind: str, values: dict[str, Any]) -> None:
    """What can only be judged over several fields."""
    if values["key"] and not _KEY.fullmatch(values["key"]):
        fields.wrong("key", f"key is {values['key']!r}. Allowed: lower case letters, digits and _.")
    if values["question"] and not values["question"].endswith("?"):
        fields.wrong("question", "question does not end with a question mark.")
    for name in REQUIRED:
        if name in fields.raw and isinstance(fields.raw[name], str) and not fields.raw[name].strip():
            fields.wrong(name, f"{name} is empty.")
    if values["next_review"] <= values["reviewed"] and dt.date.min not in (values["next_review"], values["reviewed"]):
        fields.wrong(
            "next_review", f"next_review ({values['next_review']}) is not after reviewed ({values['reviewed']})."
        )
    if kind != "page" and "good" not in fields.raw:
        fields.wrong("good", f"good is lacking. Allowed: {', '.join(get_args(d.Good))}.")
    if not values["likelihood"] and not values["likelihood_reason"]:
        fields.wrong("likelihood", "likelihood is false without a likelihood_reason.")
    if (kind in d.STOCKS or values["stock"]) and values["window"] != "month":
        fields.wrong("window", f"a {kind} is a stock and is never added over months. Allowed: month.")
    if kind in ("repeat", "linked_share", "mean") and values["window"] != "month":
        fields.wrong(
            "window", f"the different people or reads of several months cannot be added. Allowed for {kind}: month."
        )
    if values["builds_up"] and not values["window"].startswith("rolling"):
        fields.wrong("builds_up", "builds_up is for a rolling window.")
    if values["frequency"] != "month" and values["window"].startswith("rolling"):
        fields.wrong("window", "a rolling window needs a monthly figure.")


def _targets(fields: Fields) -> tuple[d.Target, ...]:
    return tuple(_target(part) for part in fields.tables("targets"))


def _target(part: Fields) -> d.Target:
    part.only(_TARGET_FIELDS, "[[targets]]")
    if not part.text("text"):
        part.wrong("text", "text is lacking: what good looks like, as the source words it.")
    comparator = part.choice("comparator", get_args(d.Comparator), "") or None
    relative = part.choice("relative_to", ("last_year", "baseline"), "") or None
    value, low, high = part.number("value"), part.number("low"), part.number("high")
    if comparator == "between" and (low is None or high is None or low > high):
        part.wrong("low", "between needs low and high, low not above high.")
    if comparator not in (None, "between") and value is None:
        part.wrong("value", f"{comparator} needs a value.")
    if comparator is None and any(x is not None for x in (value, low, high)):
        part.wrong("comparator", f"a value without a comparator. Allowed: {', '.join(get_args(d.Comparator))}.")
    first, last = part.month("baseline_from"), part.month("baseline_to")
    if relative == "baseline" and (first is None or last is None or last < first):
        part.wrong("relative_to", "baseline needs baseline_from and baseline_to, in order.")
    return d.Target(
        text=part.text("text"),
        comparator=cast("d.Comparator | None", comparator),
        value=value,
        low=low,
        high=high,
        relative_to=cast("Any", relative),
        baseline_from=first,
        baseline_to=last,
        on=cast("Any", part.choice("on", ("value", "year_to_date", "rolling_12"), "value")),
        by="year_end" if part.raw.get("by") == "year_end" else part.month("by"),
        source=part.maybe_text("source"),
    )


def _breaks(fields: Fields) -> tuple[d.Break, ...]:
    found = []
    for part in fields.tables("breaks"):
        part.only(("from", "what", "source", "areas"), "[[breaks]]")
        start = part.month("from")
        if start is None and "from" not in part.raw:
            part.wrong("from", "from is lacking: the first month recorded in the new way.")
        if not part.text("what"):
            part.wrong("what", "what is lacking: what changed.")
        if start is not None:
            found.append(d.Break(start, part.text("what"), part.maybe_text("source"), part.texts("areas")))
    return tuple(sorted(found, key=lambda b: b.start))


def _sections(fields: Fields, kind: str) -> tuple[d.Section, ...]:
    parts = fields.tables("sections") if kind == "page" else []
    for part in parts:
        part.only(("heading", "text"), "[[sections]]")
        for name in ("heading", "text"):
            if not part.text(name):
                part.wrong(name, f"{name} is lacking.")
    if kind == "page" and not parts:
        fields.wrong("sections", "a page needs at least one [[sections]].")
    return tuple(d.Section(part.text("heading"), part.text("text")) for part in parts)
