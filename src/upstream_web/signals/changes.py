"""Every write to signals: taking in what a look found, letting some become new each week, and what people decide."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.notices.changes import notice, notify
from upstream_web.notices.models import Notice
from upstream_web.people.models import Team, User
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run
from upstream_web.signals.access import visible_signals, who_decides
from upstream_web.signals.engine import Found, says_again
from upstream_web.signals.models import UNDECIDED, Look, Reason, Signal, SignalKey, SignalStep, State
from upstream_web.signals.queries import area_of, hub_of, room_left, runs_on, signals_by_key, was_looked_at
from upstream_web.signals.transitions import may_become

LOOK = "signals.look"
Plain = dict[str, Any]


def ask_to_look(*, by: User) -> Run:
    """Ask for a look at the records as they are now."""
    return start(kind_key=LOOK, title="Look for signals", parameters={}, by=by)


@transaction.atomic
def ask_to_look_at(*, tables: Mapping[str, int], by: Any) -> Run | None:
    """Ask for a look at table versions, unless somebody has looked at them or asked for it already: then `None`.

    A look that failed on these versions is not asked for again by itself: what was wrong is wrong still.
    """
    if not tables or was_looked_at(tables) or runs_on(LOOK, tables).exists():
        return None
    return start(kind_key=LOOK, title="Look for signals in what was added", parameters={"tables": dict(tables)}, by=by)


@transaction.atomic
def take_in(*, found: Found, by: Any, more_to_come: bool = False) -> Look:
    """Keep what a look found, all of it or nothing: a signal that is known is brought up to date, others are added.

    The same look taken in again changes nothing. While looks at newer months are to come, all wait for their week, so
    that the week's signals are those with most harm of them all.
    """
    added = 0
    for group in found.groups:
        known = _known(group)
        if known is None:
            _add(group, found, by)
            added += 1
        else:
            _bring_up_to_date(known, group, found, by)
    look = Look.objects.create(
        to=found.to, tables=found.tables, engine_version=found.engine_version, looked_at=found.looked_at,
        left_out=found.left_out, not_looked_for=found.not_looked_for, found=len(found.groups), added=added,
        more_to_come=more_to_come,
    )  # fmt: skip
    record(by=by, action="signals.looked", of=look, details={"found": len(found.groups), "added": added})
    if not more_to_come:
        let_in(by=by, look=look)
    return look


@transaction.atomic
def let_in(*, by: Any, look: Look) -> list[Signal]:
    """Let waiting signals become new, most harm first, as far as this week has room; who decides on them is told."""
    let: list[Signal] = []
    waiting = list(Signal.objects.select_for_update().filter(state=State.WAITING).order_by("-harm_days", "id"))
    room: dict[int | None, int] = {}
    for signal in waiting:
        if signal.team_id not in room:
            room[signal.team_id] = room_left(_team(signal), settings.SIGNALS_A_WEEK)
        if room[signal.team_id]:
            room[signal.team_id] -= 1
            _step(signal, State.NEW, by=by)
            let.append(signal)
    if let:
        of = {signal.pk for signal in let}
        told = [one for one in who_decides() if visible_signals(one).filter(pk__in=of).exists()]
        notify(notice(to=one, kind=Notice.Kind.SIGNALS_NEW, subject=look) for one in told)
    return let


@transaction.atomic
def watch(*, signal: Signal, by: User, words: str = "") -> Signal:
    """Keep an eye on it: it stays in the inbox."""
    return _step(_locked(signal), State.WATCHED, by=by, words=words)


@transaction.atomic
def dismiss(*, signal: Signal, by: User, reason: str, words: str) -> Signal:
    """Say that nothing is to be done, and why: the reason counts for or against signals of its kind."""
    return _step(_locked(signal), State.DISMISSED, by=by, reason=Reason(reason), words=words)


@transaction.atomic
def accept(*, signal: Signal, by: User, words: str) -> Signal:
    """Say that work on it begins; called by whoever starts that work, in the same transaction."""
    return _step(_locked(signal), State.ACCEPTED, by=by, words=words)


@transaction.atomic
def note_list(*, by: User, ending: str, signals: int) -> None:
    """Record that signals were taken out as a file, with counts as they are; before it is sent."""
    whole = Signal(place="List of signals")
    record(by=by, action="signals.file_taken", of=whole, details={"as": ending, "signals": signals})


def _locked(signal: Signal) -> Signal:
    return Signal.objects.select_for_update().get(pk=signal.pk)


def _team(signal: Signal) -> Team | None:
    return None if signal.team_id is None else Team.objects.get(pk=signal.team_id)


def _step(signal: Signal, state: str, *, by: Any, reason: str = "", words: str = "") -> Signal:
    if not may_become(signal.state, state):
        now, wanted = signal.get_state_display().lower(), State(state).label.lower()
        raise ValidationError(f"The signal is {now} already, so it cannot become {wanted}.")
    before = {"state": signal.state, "reason": signal.reason}
    signal.state, signal.reason, signal.changed_at = state, reason, timezone.now()
    signal.save(update_fields=["state", "reason", "changed_at"])
    SignalStep.objects.create(
        signal=signal, from_state=before["state"], to_state=state, by_id=by.pk, reason=reason, words=words
    )
    after = {"state": state, "reason": reason}
    record(
        by=by,
        action=f"signal.{state}",
        of=signal,
        before=before,
        after=after,
        details={"words": words} if words else {},
    )
    return signal


# --- what a look found ---------------------------


def _known(group: list[Plain]) -> Signal | None:
    """The signal that a group is already: known by a key, or saying again what an undecided or accepted one said."""
    by_key = signals_by_key([one["key"] for one in group])
    if by_key:
        return min(by_key.values(), key=lambda signal: (not signal.is_undecided, signal.pk))
    lead = group[0]
    like = Signal.objects.filter(kind=lead["kind"], state__in=(*UNDECIDED, State.ACCEPTED)).order_by("-last", "id")
    return next((signal for signal in like[:500] if says_again(lead, signal.lead)), None)


def _add(group: list[Plain], found: Found, by: Any) -> Signal:
    lead = group[0]
    area = area_of(lead["area"], found.areas)
    if area is None:
        raise ValidationError("The site knows no force yet. Add the force as an area first.")
    signal = Signal.objects.create(
        key=lead["key"], kind=lead["kind"], area=area, team=hub_of(area), state=State.WAITING, **_said(group, found)
    )
    SignalStep.objects.create(signal=signal, to_state=State.WAITING, by_id=by.pk)
    _keep_keys(signal, group)
    record(by=by, action="signal.proposed", of=signal, after={"evidence": signal.evidence, "area": area})
    return signal


def _bring_up_to_date(signal: Signal, group: list[Plain], found: Found, by: Any) -> None:
    """Newer figures of a signal that is known; an older look, or the same figures, change nothing that was said."""
    _keep_keys(signal, group)
    if found.to < signal.found_to:
        return
    said = _said(group, found)
    before = {name: getattr(signal, name) for name in said}
    days = ("first", "last", "found_to")
    if {**said, **{name: str(said[name]) for name in days}} == {**before, **{name: str(before[name]) for name in days}}:
        return
    for name, value in said.items():
        setattr(signal, name, value)
    signal.save(update_fields=list(said))
    told = {name: said[name] for name in ("evidence", "first", "last", "found_to")}
    record(by=by, action="signal.brought_up_to_date", of=signal, before=before, after={**before, **told})


def _said(group: list[Plain], found: Found) -> Plain:
    lead = group[0]
    return {
        "types": lead["types"],
        "place": lead["place"],
        "first": lead["first"],
        "last": lead["last"],
        "evidence": lead["evidence"],
        "harm_days": lead["harm_days"],
        "false_share": lead["false_alarm_share"],
        "lead": lead,
        "neighbours": group[1:],
        "engine_version": found.engine_version,
        "found_to": found.to,
    }


def _keep_keys(signal: Signal, group: list[Plain]) -> None:
    SignalKey.objects.bulk_create([SignalKey(key=one["key"], signal=signal) for one in group], ignore_conflicts=True)
