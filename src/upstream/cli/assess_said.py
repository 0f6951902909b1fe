"""What the commands of assess say: the answer, its interval, what it assumes and what would overturn it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from upstream.cli.terminal import number, say, say_json

if TYPE_CHECKING:
    from upstream.assess.finding import Finding
    from upstream.assess.ladder import Answer
    from upstream.assess.panel import Panel


def say_answer(found: Answer, panel: Panel, file: str) -> None:
    """The answer, then the checks, then the methods not used, then what was counted."""
    say_finding(found.main, found.disagreements)
    for sentence in _beside(found):
        say(sentence)
    say(_counted(panel, file))


def tell(made: Finding, as_json: bool) -> None:
    """One finding, in words or for a program."""
    from upstream.assess.kept import plain

    if as_json:
        say_json(plain(made))
        return
    say_finding(made)


def say_finding(made: Finding, disagreements: tuple[str, ...] = ()) -> None:
    """One finding, the answer first."""
    from upstream.assess.in_words import did_it_work, effect, sureness

    say(did_it_work(made, agreed=not disagreements))
    say(f"{made.title}: {effect(made)}")
    say(sureness(made))
    for label, sentences in (
        ("The methods do not agree", disagreements),
        ("Assumes", made.assumes),
        ("Overturned by", made.overturned_by),
        ("Know", made.caveats),
    ):
        for sentence in sentences:
            say(f"{label}: {sentence}")


def _beside(found: Answer) -> Iterator[str]:
    from upstream.assess.in_words import effect

    for check in found.checks:
        yield f"Check, {check.title}: {effect(check)}"
    for one in found.not_used:
        yield f"Not used, {one.title}: {one.why}"


def _counted(panel: Panel, file: str) -> str:
    """What the answer is of, to be held against the file."""
    times = Counter(panel.roles)
    roles = sorted(times, key=lambda role: role != "treated")
    held = ", ".join(f"{times[role]:,} {role}" for role in roles)
    used = panel.counts[~panel.mask("unused")].sum()
    first, last, began = panel.periods[0], panel.periods[-1], panel.periods[panel.start]
    by = "" if (panel.exposure == 1).all() else ", by their exposure"
    of = f"{panel.outcome}, on average" if panel.measured else f"{used:,.0f} {panel.outcome}"
    return (
        f"Counted from {file}: {of} in the places used{by}; {number(len(panel.units), 'unit')} "
        f"({held}); {number(len(panel.periods), panel.step)}, {first} to {last}, {panel.start} of them before {began}."
    )
