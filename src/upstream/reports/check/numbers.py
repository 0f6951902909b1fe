"""Numbers as people print them: separators, per cents, brackets for negatives, and what stands for "no number"."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

EPSILON = 1e-9
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u200a"), " ")
_MINUS = str.maketrans({"\u2212": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\ufe63": "-"})
_NOTHING = {
    "",
    "-",
    "--",
    "*",
    "**",
    "..",
    "...",
    ".",
    ":",
    "n/a",
    "na",
    "n.a.",
    "nil",
    "none",
    "n/k",
    "not available",
    "not applicable",
    "not held",
    "not known",
    "not recorded",
    "withheld",
    "suppressed",
    "[c]",
    "[x]",
    "[z]",
    "[u]",
    "x",
    "z",
    "c",
    "s",
    "tbc",
    "tbd",
    "#n/a",
    "#div/0!",
    "null",
    "nan",
}
_NUMBER = r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_ONE = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<money>[£$€])?\s*(?P<sign2>[-+])?\s*(?P<number>{_NUMBER})\s*"
    r"(?P<scale>k|m|bn)?\s*(?P<percent>%|per ?cent|pct|pp|ppts?|percentage points?)"
    r"?\s*(?P<close>\))?(?P<mark>\s*[*†‡^#a-e¹²³]{1,3}|\s*\[[a-z0-9 ]{1,8}\])?",
    re.IGNORECASE,
)
# words in brackets behind a number: "86 (below its lower limit)", "12 (provisional)"
_REMARK = re.compile(r"(?<=[\d%])\s*\([A-Za-z][A-Za-z' ,-]{3,60}\)$")
_ARROWS = re.compile(r"[▲▼↑↓△▽⬆⬇►◄●■]\s*")
_SCALES = {"k": 1e3, "m": 1e6, "bn": 1e9}
_PLAIN = r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?%?|[-+]?\d+(?:\.\d+)?%?"
_TWO = re.compile(rf"\s*({_PLAIN})\s*(?:\s|/|\||;|\bto\b|-|\()\s*\(?\s*({_PLAIN})\s*\)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """A printed number.

    Attributes
    ----------
    number
        The number in its own unit; a per cent of 12.5% is 12.5.
    decimals
        Decimal places printed; negative after a scale word such as "m".
    percent
        Whether a per cent sign (or "percentage points") stood with it.
    text
        As printed.
    """

    number: float
    decimals: int
    percent: bool
    text: str

    @property
    def half(self) -> float:
        """Half a unit in the last place printed: how far rounding alone can move it."""
        return 0.5 * 10.0**-self.decimals

    @property
    def whole(self) -> bool:
        """A whole number without a per cent sign: what a count looks like."""
        return not self.percent and self.decimals <= 0 and float(self.number).is_integer()


def in_per_cent(fraction: Value) -> Value:
    """A fraction, as a workbook stores a per cent, as the per cent that it shows."""
    return Value(round(fraction.number * 100, 9), max(fraction.decimals - 2, 0), True, fraction.text)


@lru_cache(maxsize=50_000)
def tidy(text: str) -> str:
    """One kind of space, of minus and of quotation mark; no emphasis marks."""
    cleaned = text.translate(_SPACES).translate(_MINUS).replace("’", "'").replace("‘", "'")
    cleaned = cleaned.replace("**", "").replace("__", "").replace("`", "")
    return re.sub(r"\s+", " ", cleaned).strip()


def _decimals(number: str) -> int:
    return len(number.split(".")[1]) if "." in number else 0


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no number: blank, dash, n/a, star, suppressed, "fewer than 5"."""
    plain = _ARROWS.sub("", tidy(text)).strip("()").strip().lower()
    return plain in _NOTHING or bool(re.fullmatch(r"[<>≤≥~]\s*\d+%?", plain))


@lru_cache(maxsize=50_000)
def parse_value(text: str) -> Value | None:
    """One printed number, or ``None`` when the text is anything else."""
    plain = _ARROWS.sub("", tidy(text)).strip()
    remark = _REMARK.search(plain)
    if remark is not None:
        plain = plain[: remark.start()].strip()
    # an arrow says which way a change went, but which limit was passed when a remark about limits follows
    falls = not (remark and re.search(r"limit|range|expected|bound", remark[0])) and ("▼" in text or "↓" in text)
    match = _ONE.fullmatch(plain)
    if match is None or (match["open"] is None) != (match["close"] is None):
        return None
    number = float(re.sub(r"[, ]", "", match["number"]))
    scale = (match["scale"] or "").lower()
    decimals = _decimals(match["number"])
    if scale:
        number *= _SCALES[scale]
        decimals -= round(math.log10(_SCALES[scale]))
    if match["sign"] == "-" or match["sign2"] == "-" or match["open"] or (falls and number > 0):
        number = -number
    return Value(number, decimals, bool(match["percent"]), plain)


def parse_two(text: str) -> tuple[Value, Value] | None:
    """Two numbers printed in one cell ("7996 6556", "312 / 188", "45 (12%)"), or ``None``."""
    plain = tidy(text)
    match = _TWO.fullmatch(plain)
    if match is None:
        return None
    first, second = parse_value(match[1]), parse_value(match[2])
    return (first, second) if first and second else None


def show(number: float, decimals: int = 0) -> str:
    """A number for a sentence: thousands separated, no trailing ".0"."""
    return f"{number:,.{max(decimals, 0)}f}"


def half_up(number: float, decimals: int = 0) -> float:
    """Round half away from zero, as spreadsheets print."""
    scale = 10.0**decimals
    return math.copysign(math.floor(abs(number) * scale + 0.5 + EPSILON), number) / scale


def percent_change(later: float, earlier: float) -> float | None:
    """Per cent change on the earlier figure; ``None`` when that is nil."""
    return None if earlier == 0 else 100.0 * (later - earlier) / abs(earlier)


def percent_share(part: float, whole: float) -> float | None:
    """Part as a per cent of the whole; ``None`` when the whole is nil."""
    return None if whole == 0 else 100.0 * part / whole


def agrees(printed: Value, exact: float, slack: float = 0.0) -> bool:
    """Whether a printed number can be the rounding of an exact one (halves may go either way)."""
    return abs(printed.number - exact) <= printed.half + slack + EPSILON * max(1.0, abs(exact))


def percent_agrees(printed: Value, top: Value, bottom: Value, *, change: bool) -> bool:
    """Whether a printed per cent follows from two printed figures, allowing only for printed rounding.

    ``top`` is the later figure (or the part), ``bottom`` the earlier (or the whole). Decimals in the figures
    themselves widen the answer by their own rounding.
    """
    if abs(bottom.number) < EPSILON:
        return abs(top.number) < EPSILON and abs(printed.number) < EPSILON
    exact = 100.0 * top.number / bottom.number - (100.0 if change else 0.0)
    slack = 0.0
    if not (top.whole and bottom.whole):
        slack = 100.0 * (top.half + abs(top.number / bottom.number) * bottom.half) / abs(bottom.number)
    if change and bottom.number < 0:
        exact = -exact
    return agrees(printed, exact, slack)


def share_can_be(percent: Value, part: int, *, largest_whole: int = 10_000_000) -> bool:
    """Whether some whole number exists of which ``part`` is the printed per cent.

    Four is never 60% of anything: 4 of 6 is 67% and 4 of 7 is 57%.
    """
    low, high = percent.number - percent.half, percent.number + percent.half
    if part <= 0 or high <= 0:
        return part == 0
    smallest = math.ceil(100.0 * part / high - EPSILON)
    biggest = math.floor(100.0 * part / low + EPSILON) if low > 0 else largest_whole
    return smallest <= biggest


def same_number(one: Value, other: Value) -> bool:
    """Whether two printed numbers can be one number, each rounded as printed."""
    return (
        abs(one.number - other.number)
        <= one.half * (one.decimals != other.decimals) + other.half * (one.decimals != other.decimals) + 1e-9
    )
