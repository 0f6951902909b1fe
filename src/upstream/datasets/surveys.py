"""Survey responses whose shares are those published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.sampling import successes, tie
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded, references
from upstream.periods import Month

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

ANSWERS: Final = (
    "completely_satisfied", "very_satisfied", "fairly_satisfied", "neither", "fairly_dissatisfied", "very_dissatisfied",
    "completely_dissatisfied", "strongly_agree", "tend_to_agree", "tend_to_disagree", "strongly_disagree", "yes", "no",
    "dont_know",
)  # fmt: skip
_SATISFIED: Final = (("completely_satisfied", 0.55), ("very_satisfied", 0.45))
_NOT_SATISFIED: Final = (("fairly_satisfied", 0.42), ("neither", 0.16), ("fairly_dissatisfied", 0.16),
                         ("very_dissatisfied", 0.14), ("completely_dissatisfied", 0.12))  # fmt: skip
_AGREE: Final = (("strongly_agree", 0.32), ("tend_to_agree", 0.68))
_NOT_AGREE: Final = (("neither", 0.35), ("tend_to_disagree", 0.35), ("strongly_disagree", 0.20), ("dont_know", 0.10))
_YES: Final = (("yes", 1.0),)
_NO: Final = (("no", 1.0),)
_AREA_SHARE: Final = (0.25, 0.22, 0.15, 0.22, 0.16)
_CHANNEL_SHARE: Final = (0.38, 0.42, 0.14, 0.06)
CHANNELS: Final = ("999", "101", "digital", "other")
_HALF_YEAR: Final = 6

_START: Final = Month(2000, 1)


@dataclass(frozen=True, slots=True)
class _Question:
    """One question of one survey.

    ``level`` gives the share of positive answers by (first month it holds from), latest last.
    """

    survey: str
    question: str
    a_month: int
    level: tuple[tuple[Month, float], ...]
    scale: tuple[tuple[tuple[str, float], ...], tuple[tuple[str, float], ...]]
    gender: str | None = None
    starts: Month = _START

    def share(self, month: Month) -> float:
        return [value for since, value in self.level if since <= month][-1]


_SATISFACTION: Final = (_SATISFIED, _NOT_SATISFIED)
# source 004, report p.4, 12 to 17 and 57: rolling shares of June 2022 and what is printed of earlier months
_QUESTIONS: Final = (
    _Question("victim_domestic_abuse", "whole_experience", 70,
              ((_START, 0.78), (Month(2020, 4), 0.74), (Month(2021, 7), 0.705), (Month(2022, 1), 0.72),
               (Month(2022, 4), 0.71)), _SATISFACTION),
    _Question("victim_domestic_abuse", "initial_contact", 70, ((_START, 0.89),), _SATISFACTION),
    _Question("victim_domestic_abuse", "follow_up", 70, ((_START, 0.58),), _SATISFACTION),
    _Question("victim_burglary", "whole_experience", 65, ((_START, 0.80), (Month(2021, 7), 0.76),
              (Month(2022, 1), 0.73)), _SATISFACTION),
    _Question("victim_burglary", "initial_contact", 65, ((_START, 0.84), (Month(2022, 1), 0.78)), _SATISFACTION),
    _Question("victim_violent", "whole_experience", 80, ((_START, 0.69), (Month(2021, 7), 0.64),
              (Month(2022, 1), 0.60)), _SATISFACTION),
    _Question("victim_violent", "initial_contact", 80, ((_START, 0.80), (Month(2022, 1), 0.73)), _SATISFACTION),
    _Question("victim_hate", "whole_experience", 22, ((_START, 0.67), (Month(2021, 7), 0.63)), _SATISFACTION),
    _Question("victim_road_collision", "whole_experience", 45, ((_START, 0.78), (Month(2021, 7), 0.75)), _SATISFACTION),
    _Question("victim_stalking", "whole_experience", 18, ((_START, 0.62),), _SATISFACTION, None, Month(2022, 4)),
    # confidence: 86% to March 2021, 81% to March 2022 with 83% in its last quarter, 82% to June 2022
    _Question("public_perception", "confidence", 450,
              ((_START, 0.87), (Month(2020, 4), 0.86), (Month(2021, 4), 0.82), (Month(2021, 7), 0.80),
               (Month(2021, 10), 0.79), (Month(2022, 1), 0.83), (Month(2022, 4), 0.86)), (_AGREE, _NOT_AGREE)),
    _Question("public_perception", "affected_by_event", 225, ((_START, 0.05), (Month(2021, 4), 0.07)), (_YES, _NO),
              "female"),
    _Question("public_perception", "affected_by_event", 225, ((_START, 0.05),), (_YES, _NO), "male"),
    _Question("public_perception", "treated_fairly", 450, ((_START, 0.70),), (_AGREE, _NOT_AGREE)),
    _Question("public_perception", "seen_police", 450, ((_START, 0.31),), (_YES, _NO)),
)  # fmt: skip
SURVEYS: Final = tuple(dict.fromkeys(q.survey for q in _QUESTIONS))
QUESTIONS: Final = tuple(dict.fromkeys(q.question for q in _QUESTIONS))


def _answers(positive: NDArray[np.bool_], question: _Question, rng: np.random.Generator) -> Integers:
    out = np.zeros(positive.size, np.int64)
    for rows, scale in ((positive, question.scale[0]), (~positive, question.scale[1])):
        codes = np.array([ANSWERS.index(name) for name, _ in scale])
        cumulative = np.cumsum([share for _, share in scale])
        drawn = np.searchsorted(cumulative / cumulative[-1], rng.random(int(rows.sum())))
        out[rows] = codes[np.minimum(drawn, codes.size - 1)]
    return out


def _positive(question: _Question, counts: Integers, months: tuple[Month, ...], rng: np.random.Generator) -> Integers:
    """Positive answers a month: by chance, but the two halves of the last rolling year keep the published shares."""
    level = np.array([question.share(month) for month in months])
    positive = successes(counts, level, rng)
    for window in (slice(-_HALF_YEAR, None), slice(-2 * _HALF_YEAR, -_HALF_YEAR)):
        asked = counts[window]
        positive[window] = tie(positive[window], asked, round(float(level[window] @ asked)), rng)
    return positive


def survey_columns(setting: Setting) -> dict[str, Any]:
    """Columns of the ``survey_responses`` contract; one row an answer."""
    areas, months, scale, as_at, rng = setting.areas, setting.months, setting.scale, setting.as_at, setting.rng
    parts = []
    for question in _QUESTIONS:
        counts = np.array([
            0 if m < question.starts else max(int(rng.poisson(question.a_month * scale)), 1) for m in months
        ])  # fmt: skip
        positive = _positive(question, counts, months, rng)
        month = np.repeat(np.arange(len(months)), counts)
        rank = np.arange(month.size) - np.repeat(np.cumsum(counts) - counts, counts)
        answer = _answers(rank < positive[month], question, rng)
        gender = np.full(month.size, ("female", "male").index(question.gender)) if question.gender else (
            rng.random(month.size) < 0.46).astype(np.int64)  # fmt: skip
        survey = np.full(month.size, SURVEYS.index(question.survey))
        parts.append((month, answer, gender, survey, np.full(month.size, QUESTIONS.index(question.question))))
    month, answer, gender, survey, asked = (np.concatenate(column) for column in zip(*parts, strict=True))
    first = np.array([m.first_day for m in months], dtype="datetime64[D]")
    length = np.array([m.days for m in months])
    n = month.size
    day = first[month] + (rng.random(n) * length[month]).astype(np.int64)
    public = survey == SURVEYS.index("public_perception")
    area = np.minimum(np.searchsorted(np.cumsum(_AREA_SHARE), rng.random(n)), len(areas) - 1)
    channel = np.minimum(np.searchsorted(np.cumsum(_CHANNEL_SHARE), rng.random(n)), 3)
    return {
        "response_ref": references("R", 1, n),
        "survey": Coded(survey, list(SURVEYS)),
        "question": Coded(asked, list(QUESTIONS)),
        "responded_on": day,
        "area": Coded(area, areas),
        "answer": Coded(answer, list(ANSWERS)),
        "weight": np.where(public, np.clip(rng.normal(1, 0.12, n), 0.6, 1.4).round(3), 1.0),
        "gender": Coded(gender, ["female", "male"]),
        "contact_channel": Coded(np.where(public, -1, channel), list(CHANNELS)),
        "as_at": np.full(n, as_at),
    }
